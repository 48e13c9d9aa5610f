//! The types `Sweep` and `Agent`.

mod agent;

use std::sync::Arc;

use domain::model::SweepPath;
use domain::policy::{Allowed, Operation, Project, Read};
use domain::rfc3339;
use domain::runs::RunQuery;
use domain::sweeps::SweepDetails;
use serde::Deserialize;

use super::permission::{At, permission};
use super::project::{ProjectNode, run_connection};
use super::{Connection, Ctx, NoArgs, Node, Output, Page, Resolvers, ids};
use crate::Error;
use agent::AgentNode;

/// A sweep of a project that the caller may read.
pub struct SweepNode {
    /// The proof.
    project: Allowed<Read, Project>,
    details: SweepDetails,
}

impl Node for SweepNode {
    const TYPE: &'static str = "Sweep";
}

impl SweepNode {
    /// The sweep of this name; none when there is none.
    pub async fn find(project: Allowed<Read, Project>, name: &str) -> Result<Option<Self>, Error> {
        Ok(project.sweep(name).await?.map(|details| Self { project, details }))
    }

    /// The project's sweeps, newest first.
    pub async fn all(project: &Allowed<Read, Project>, page: Page) -> Result<Connection<Self>, Error> {
        let sweeps = project.sweeps().await?.into_iter();
        Ok(page.of(sweeps.map(|details| Self { project: project.clone(), details }).collect()))
    }

    fn path(&self) -> SweepPath {
        let project = self.project.resource().path();
        SweepPath::new(project.entity, project.project, &self.details.name)
    }
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.object::<SweepNode>()
        .get("id", |s| ids::encode_sweep(&s.path()))
        .get("name", |s| s.details.name.clone())
        .get("displayName", |s| s.details.display_name.clone())
        .get("description", |s| s.details.description.clone())
        .get("method", |s| s.details.method.clone())
        .get("state", |s| s.details.state.as_str())
        .get("config", |s| s.details.config.clone())
        .get("createdAt", |s| rfc3339(s.details.created_at))
        .get("updatedAt", |s| rfc3339(s.details.updated_at))
        .get("heartbeatAt", |s| s.details.heartbeat_at.map(rfc3339))
        .get("runCount", |s| s.details.runs)
        .get("runCountExpected", |s| s.details.runs_expected.filter(|n| i32::try_from(*n).is_ok()))
        .get("earlyStopJobRunning", |_| false)
        .get("controller", |_| None::<String>)
        .get("scheduler", |_| None::<String>)
        .get("project", |s| ProjectNode(s.project.clone()))
        .get("username", |s| s.details.user.clone())
        .field("bestLoss", |s, _: NoArgs, _| async move {
            Ok(s.project.best_loss(&s.details.name, &s.details.config).await?)
        })
        .field("runs", runs)
        .field("agents", agents)
        .field("agent", agent)
        .field("mayUpdate", |s, _: NoArgs, ctx| async move {
            permission(&ctx, Operation::SweepUpdate, At::Sweep(&s.path())).await
        });
    agent::register(r);
}

#[derive(Deserialize)]
struct Runs {
    after: Option<String>,
    first: Option<i64>,
}

async fn runs(s: Arc<SweepNode>, args: Runs, ctx: Ctx) -> Result<impl Output, Error> {
    let filters = serde_json::json!({ "sweep": s.details.name }).to_string();
    let query = RunQuery { filters: Some(filters), ..RunQuery::default() };
    run_connection(&s.project, query, args.first, args.after, &ctx).await
}

async fn agents(s: Arc<SweepNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let agents = s.project.sweep_agents(s.details.id).await?.into_iter();
    Ok(Connection::whole(agents.map(|details| AgentNode::new(&s, details))))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ByName {
    agent_name: String,
}

async fn agent(s: Arc<SweepNode>, args: ByName, _: Ctx) -> Result<impl Output, Error> {
    let mut agents = s.project.sweep_agents(s.details.id).await?.into_iter();
    Ok(agents.find(|agent| agent.name == args.agent_name).map(|details| AgentNode::new(&s, details)))
}
