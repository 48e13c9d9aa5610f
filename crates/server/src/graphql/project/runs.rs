//! The runs of a project.

use std::sync::Arc;

use domain::model::RunPath;
use domain::policy::{Allowed, Project, Read, Run};
use domain::runs::{RunEdge, RunPage, RunQuery};
use serde::Deserialize;

use super::ProjectNode;
use crate::Error;
use crate::graphql::run::{RunNode, metric_keys};
use crate::graphql::{Connection, Ctx, NoArgs, Output, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("runs", runs)
        .field("buckets", runs)
        .field("deletedRuns", deleted_runs)
        .field("runCount", run_count)
        .field("run", run)
        .field("bucket", run)
        .field("metricKeys", |p, _: NoArgs, _| async move { metric_keys(&p.0.metric_keys(false).await?) })
        .field("systemKeys", |p, _: NoArgs, _| async move { metric_keys(&p.0.metric_keys(true).await?) });
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

async fn runs(p: Arc<ProjectNode>, args: Runs, ctx: Ctx) -> Result<impl Output, Error> {
    let query = RunQuery { filters: args.filters, order: args.order, ..RunQuery::default() };
    run_connection(&p.0, query, args.first, args.after, &ctx).await
}

#[derive(Deserialize)]
struct Deleted {
    first: Option<i64>,
    after: Option<String>,
}

async fn deleted_runs(p: Arc<ProjectNode>, args: Deleted, ctx: Ctx) -> Result<impl Output, Error> {
    Ok(connection(p.0.deleted_runs(page(RunQuery::default(), args.first, args.after, &ctx)).await?))
}

/// A page of the runs of a query.
pub async fn run_connection(
    project: &Allowed<Read, Project>,
    query: RunQuery,
    first: Option<i64>,
    after: Option<String>,
    ctx: &Ctx,
) -> Result<Connection<RunNode>, Error> {
    Ok(connection(project.runs(page(query, first, after, ctx)).await?))
}

fn page(query: RunQuery, first: Option<i64>, after: Option<String>, ctx: &Ctx) -> RunQuery {
    RunQuery {
        first: first.map(|n| u32::try_from(n).unwrap_or(0)),
        after: after.filter(|a| !a.is_empty()),
        texts: ctx.hints.asks_for_texts,
        ..query
    }
}

fn connection(page: RunPage) -> Connection<RunNode> {
    let node = |edge: RunEdge| (edge.cursor, RunNode::new(edge.run, edge.details));
    Connection { items: page.edges.into_iter().map(node).collect(), has_next_page: page.has_next, total: None }
}

#[derive(Deserialize)]
struct Filters {
    filters: Option<String>,
}

async fn run_count(p: Arc<ProjectNode>, args: Filters, _: Ctx) -> Result<impl Output, Error> {
    Ok(p.0.run_count(args.filters.as_deref()).await?)
}
