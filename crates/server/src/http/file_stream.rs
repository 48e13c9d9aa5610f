//! `POST /files/{entity}/{project}/{run}/file_stream`: what a run logs, in batches.
//!
//! A run whose creation was accepted gets no 4xx here as long as its user may write: the client would drop everything
//! that follows. Trouble that passes is 503, which it retries for days. See `run-lifecycle` §7.

mod body;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::{Extension, Json};
use domain::model::RunPath;
use domain::policy::Cause;
use serde_json::{Value, json};

use super::intake::Taken;
use crate::scope::Scope;
use crate::session::{Presented, admit};
use crate::{App, Error, Problem};

/// Names one of several writers of a run; each counts its lines from 0.
const CLIENT_ID: &str = "x-wandb-async-client-id";

/// Stores a batch; the answer may ask the process to stop.
pub async fn append(
    State(app): State<App>,
    Path((entity, project, run)): Path<(String, String, String)>,
    Presented { credential, client }: Presented,
    Extension(scope): Extension<Scope>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Error> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if kind.contains("protobuf") {
        return Err(Error::Unsupported(Problem::BodyKind));
    }
    let run = app.domain.may_log(credential, client, &RunPath::new(entity, project, run)).await.map_err(later)?;
    admit(&app, Some(&scope), run.session()).await?;
    if let Some(limit) = run.resource().project.requests_per_minute {
        let (limit, team) = (u32::try_from(limit).unwrap_or(u32::MAX), &run.resource().project.entity);
        scope.set_left(app.rates.take(&format!("team {team}"), limit, run.session().now())?);
    }
    let Taken { bytes, room } = app.intake.read(body, app.config.file_stream_body_limit).await?;
    metrics::counter!("runstead_file_stream_bytes_total").increment(bytes.len() as u64);
    let client = headers.get(CLIENT_ID).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let feedback = run.append(body::read(bytes, client)?).await.map_err(later)?;
    drop(room);
    for warning in &feedback.warnings {
        tracing::warn!(run = %run.resource().path(), warning, "file_stream");
    }
    Ok(Json(json!({
        "exitcode": feedback.exitcode,
        "limits": {},
        "stopped": feedback.stopped,
        "gaps": feedback.gaps,
        "warnings": feedback.warnings,
    })))
}

/// At a refusal the client would drop what it holds for good; of a read-only server it keeps it until writes are taken again.
fn later(error: domain::Error) -> domain::Error {
    match error {
        domain::Error::Denied(denied) if matches!(denied.first(), Cause::ReadOnly { .. }) => {
            domain::Error::Busy("the server is read-only".to_owned())
        }
        other => other,
    }
}
