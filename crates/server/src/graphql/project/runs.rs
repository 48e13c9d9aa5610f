//! The runs of a project.

use std::sync::Arc;

use domain::model::RunPath;
use domain::policy::{Read, Run};
use domain::runs::{RunDetails, RunQuery};
use serde::Deserialize;

use super::ProjectNode;
use crate::Error;
use crate::graphql::run::{RunNode, metric_keys};
use crate::graphql::{Connection, Ctx, NoArgs, Output, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("runs", runs)
        .field("runCount", run_count)
        .field("run", run)
        .field("bucket", run)
        .field("metricKeys", |p, _: NoArgs, _| async move { Ok(metric_keys(p.0.metric_keys().await?)) })
        .field("systemKeys", |p, _: NoArgs, _| async move { Ok(metric_keys(p.0.system_keys().await?)) });
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// Null when it is not there: the client asks before it creates.
async fn run(p: Arc<ProjectNode>, args: Name, ctx: Ctx) -> Result<impl Output, Error> {
    let path = p.path();
    match ctx.session.allow::<Read, Run>(&RunPath::new(path.entity, path.project, args.name)).await {
        Ok(run) => Ok(Some(RunNode::load(run).await?)),
        Err(domain::Error::NotFound { .. }) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

#[derive(Deserialize)]
struct Runs {
    filters: Option<String>,
    order: Option<String>,
    first: Option<i64>,
    after: Option<String>,
}

async fn runs(p: Arc<ProjectNode>, args: Runs, _: Ctx) -> Result<impl Output, Error> {
    let query = RunQuery {
        filters: args.filters,
        order: args.order,
        first: args.first.map(|n| usize::try_from(n).unwrap_or(0)),
        after: args.after.filter(|a| !a.is_empty()),
    };
    let page = p.0.runs(query).await?;
    let node = |(cursor, run, details): (String, _, RunDetails)| (cursor, RunNode::new(run, details));
    Ok(Connection { items: page.runs.into_iter().map(node).collect(), has_next_page: page.has_next, total: None })
}

#[derive(Deserialize)]
struct Filters {
    filters: Option<String>,
}

async fn run_count(p: Arc<ProjectNode>, args: Filters, _: Ctx) -> Result<impl Output, Error> {
    Ok(p.0.run_count(args.filters.as_deref()).await?)
}
