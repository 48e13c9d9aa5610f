//! The run table: its columns and groups, and which parameters matter.

use std::sync::Arc;

use domain::run_table::{ParameterImportance, RunColumn, RunGroup, RunGroupQuery};
use serde::Deserialize;

use super::ProjectNode;
use crate::Error;
use crate::graphql::{Connection, Ctx, Json, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("runColumns", columns)
        .field("runGroups", groups)
        .field("parameterImportance", importance);
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
struct Importance {
    metric: String,
    filters: Option<String>,
    first: Option<i64>,
}

async fn importance(p: Arc<ProjectNode>, args: Importance, _: Ctx) -> Result<impl Output, Error> {
    let parameter = |one: ParameterImportance| {
        Payload::new("ParameterImportance")
            .with("name", one.name)
            .with("importance", one.importance)
            .with("correlation", one.correlation)
            .with("runs", one.runs as i64)
    };
    let all = p.0.parameter_importance(&args.metric, args.filters.as_deref()).await?;
    Ok(all.into_iter().take(args.first.map_or(usize::MAX, most)).map(parameter).collect::<Vec<_>>())
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
