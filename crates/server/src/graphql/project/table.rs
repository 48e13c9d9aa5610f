//! The run table: its columns and groups.

use std::sync::Arc;

use domain::run_table::{RunColumn, RunGroup, RunGroupQuery};
use serde::Deserialize;

use super::ProjectNode;
use crate::Error;
use crate::graphql::{Connection, Ctx, Json, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>().field("runColumns", columns).field("runGroups", groups);
}

#[derive(Deserialize)]
struct Columns {
    search: Option<String>,
    first: Option<i64>,
}

async fn columns(p: Arc<ProjectNode>, args: Columns, _: Ctx) -> Result<impl Output, Error> {
    let column = |column: RunColumn| {
        Payload::new("RunColumn")
            .with("name", column.name)
            .with("section", column.section)
            .with("type", column.kind)
            .with("runs", column.runs)
    };
    let columns = p.0.run_columns(args.search.as_deref(), args.first.map(most)).await?;
    Ok(columns.into_iter().map(column).collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct Groups {
    by: Vec<String>,
    filters: Option<String>,
    order: Option<String>,
    aggregates: Option<Vec<String>>,
    first: Option<i64>,
    after: Option<String>,
}

async fn groups(p: Arc<ProjectNode>, args: Groups, _: Ctx) -> Result<impl Output, Error> {
    let query = RunGroupQuery {
        by: args.by,
        filters: args.filters,
        order: args.order,
        aggregates: args.aggregates.unwrap_or_default(),
        first: args.first.map(most),
        after: args.after.filter(|after| !after.is_empty()),
    };
    let page = p.0.run_groups(query).await?;
    let group = |(cursor, group): (String, RunGroup)| {
        let node = Payload::new("RunGroup")
            .with("key", group.key())
            .with("values", Json(group.values))
            .with("runCount", group.runs)
            .with("filter", group.filter)
            .with("aggregates", Json(group.aggregates));
        (cursor, node)
    };
    let items = page.groups.into_iter().map(group).collect();
    Ok(Connection { items, has_next_page: page.has_next, total: Some(page.total as u64) })
}

/// How many are wanted; none for a negative number.
fn most(first: i64) -> usize {
    usize::try_from(first).unwrap_or(0)
}
