//! `/api/logs/{entity}/{project}/{run}`: the console of a run as a text file.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::model::RunPath;
use domain::policy::{Read, Run};
use domain::runs::{LogFile, LogSearch};
use serde::Deserialize;

use super::attachment;
use crate::Error;
use crate::session::Caller;

/// Which lines, and how they are written.
#[derive(Deserialize)]
pub struct Asked {
    /// Only lines that match this regular expression.
    search: Option<String>,
    /// Only standard error.
    #[serde(default)]
    errors: bool,
    /// With the time before each line.
    #[serde(default)]
    times: bool,
}

/// Answers with the lines as they are read; memory does not grow with their number.
pub async fn file(
    Path((entity, project, run)): Path<(String, String, String)>,
    Query(asked): Query<Asked>,
    Caller(session): Caller,
) -> Result<Response, Error> {
    let run = session.allow::<Read, Run>(&RunPath::new(entity, project, run)).await?;
    let search = LogSearch { pattern: asked.search, errors: asked.errors };
    let lines = run.log_file(LogFile { search, times: asked.times }).await?;
    let kind = (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned());
    let headers = [kind, attachment(&format!("{}.log", run.resource().name))];
    Ok((headers, Body::from_stream(lines)).into_response())
}
