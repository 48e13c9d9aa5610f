//! What is in a run's row.

use std::sync::Arc;

use domain::model::RunState;
use domain::rfc3339;
use serde::Deserialize;

use super::RunNode;
use crate::Error;
use crate::graphql::artifact::ArtifactNode;
use crate::graphql::project::ProjectNode;
use crate::graphql::user::named;
use crate::graphql::{Connection, Ctx, Json, NoArgs, Output, Page, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .get("id", |n| ids::encode_run(&n.path()))
        .get("name", |n| n.details.name.clone())
        .get("displayName", |n| n.details.display_name.clone())
        .get("projectId", |n| n.run.resource().project.id)
        .get("state", |n| n.details.state.as_str())
        .field("config", |n, _: NoArgs, _| async move { Ok(n.texts().await?.config.clone()) })
        .field("summaryMetrics", |n, _: NoArgs, _| async move { Ok(n.texts().await?.summary.clone()) })
        .field("systemMetrics", |n, _: NoArgs, _| async move { Ok(n.texts().await?.system_metrics.clone()) })
        .get("tags", |n| serde_json::json!(n.details.tags))
        .get("notes", |n| n.details.notes.clone())
        .get("description", |n| n.details.description.clone())
        .get("group", |n| n.details.group.clone())
        .get("jobType", |n| n.details.job_type.clone())
        .get("host", |n| n.details.host.clone())
        .get("program", |n| n.details.program.clone())
        .get("repo", |n| n.details.repo.clone())
        .get("commit", |n| n.details.commit.clone())
        .get("sweepName", |n| n.details.sweep.clone())
        .get("exitcode", |n| n.details.exit_code)
        .get("createdAt", |n| rfc3339(n.details.created_at))
        .get("heartbeatAt", |n| rfc3339(n.details.heartbeat_at))
        .get("finishedAt", |n| n.details.finished_at.map(rfc3339))
        .get("deletedAt", |n| n.details.deleted_at.map(rfc3339))
        .field("purgedAt", purged_at)
        .get("duration", |n| {
            (n.details.finished_at.unwrap_or(n.details.heartbeat_at) - n.details.created_at) as f64 / 1e6
        })
        .get("redirectedFrom", |n| n.details.redirected_from.clone())
        .get("grace", |n| n.details.grace.clone())
        .get("submittedBy", |n| n.details.submitted_by.clone())
        .get("failed", |n| matches!(n.details.state, RunState::Failed | RunState::Crashed))
        .get("running", |n| n.details.state == RunState::Running)
        .get("stopped", |n| n.details.stop_requested)
        .get("shouldStop", |n| n.details.stop_requested)
        .get("project", |n| ProjectNode(n.run.project()))
        .get("user", |n| n.details.user.clone().map(named))
        .field("inputArtifacts", |n, page: Page, _| async move { Ok(artifacts(n.run.used_artifacts().await?, &page)) })
        .field(
            "outputArtifacts",
            |n, page: Page, _| async move { Ok(artifacts(n.run.logged_artifacts().await?, &page)) },
        )
        .field("codeArtifacts", code)
        .field("wandbConfig", wandb_config)
        .field("values", values)
        .field("url", url)
        .field("alerts", alerts);
}

fn artifacts(found: Vec<domain::artifacts::ArtifactVersion>, page: &Page) -> Connection<ArtifactNode> {
    page.of(found.into_iter().map(ArtifactNode::new).collect())
}

/// What `run.log_code` logged, the newest version of each collection first.
async fn code(n: Arc<RunNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let mut found = n.run.logged_artifacts().await?;
    found.retain(|version| version.row.collection.type_name == "code");
    Ok(found.into_iter().rev().map(ArtifactNode::new).collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct Keys {
    keys: Option<Vec<String>>,
}

async fn wandb_config(n: Arc<RunNode>, args: Keys, _: Ctx) -> Result<impl Output, Error> {
    Ok(n.texts().await?.wandb_config(args.keys.as_deref())?)
}

#[derive(Deserialize)]
struct Columns {
    columns: Vec<String>,
}

async fn values(n: Arc<RunNode>, args: Columns, _: Ctx) -> Result<impl Output, Error> {
    Ok(Json(n.run.values(&args.columns).await?))
}

async fn purged_at(n: Arc<RunNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let Some(deleted_at) = n.details.deleted_at else { return Ok(None) };
    Ok(Some(rfc3339(n.run.project().purged_at(deleted_at).await?)))
}

async fn url(n: Arc<RunNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let path = n.path();
    Ok(format!("{}/{}/{}/runs/{}", ctx.voice().base_url, path.entity, path.project, path.run))
}

async fn alerts(n: Arc<RunNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(n.run.alerts().await?.into_iter().map(alert).collect::<Vec<_>>())
}

/// The type `Alert`.
pub fn alert(a: domain::runs::Alert) -> Payload {
    Payload::new("Alert")
        .with("id", ids::encode("Alert", a.id))
        .with("title", a.title)
        .with("text", a.text)
        .with("severity", a.severity.as_str())
        .with("createdAt", rfc3339(a.created_at))
}
