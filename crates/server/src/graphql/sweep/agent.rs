//! The type `Agent`.

use std::sync::Arc;

use domain::model::SweepPath;
use domain::policy::{Allowed, Project, Read};
use domain::rfc3339;
use domain::sweeps::SweepAgentDetails;
use serde::Deserialize;

use super::SweepNode;
use crate::Error;
use crate::graphql::project::run_connection;
use crate::graphql::{Ctx, Node, Output, Resolvers, ids};

/// An agent of a sweep of a project that the caller may read.
pub struct AgentNode {
    /// The proof.
    project: Allowed<Read, Project>,
    sweep: SweepPath,
    details: SweepAgentDetails,
}

impl Node for AgentNode {
    const TYPE: &'static str = "Agent";
}

impl AgentNode {
    /// An agent of the sweep.
    pub fn new(sweep: &SweepNode, details: SweepAgentDetails) -> Self {
        Self { project: sweep.project.clone(), sweep: sweep.path(), details }
    }
}

pub(super) fn register(r: &mut Resolvers) {
    r.object::<AgentNode>()
        .get("id", |a| ids::encode_agent(a.details.id, &a.sweep))
        .get("name", |a| a.details.name.clone())
        .get("host", |a| a.details.host.clone())
        .get("state", |a| a.details.state.clone())
        .get("totalRuns", |a| a.details.runs)
        .get("createdAt", |a| rfc3339(a.details.created_at))
        .get("heartbeatAt", |a| rfc3339(a.details.heartbeat_at))
        .field("runs", runs);
}

#[derive(Deserialize)]
struct Runs {
    after: Option<String>,
    first: Option<i64>,
    order: Option<String>,
}

async fn runs(a: Arc<AgentNode>, args: Runs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut query = a.project.runs_of_agent(a.details.id).await?;
    query.order = args.order;
    run_connection(&a.project, query, args.first, args.after, &ctx).await
}
