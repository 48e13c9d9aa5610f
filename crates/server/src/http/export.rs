//! `GET /api/export/{entity}/{project}/{file}`: the run table, or rows of many runs, as one file.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::export::{Format, HistoryExport};
use domain::model::ProjectPath;
use domain::policy::{Project, Read};
use serde::Deserialize;

use super::attachment;
use crate::Error;
use crate::session::Caller;

/// What of it.
#[derive(Deserialize)]
pub struct Asked {
    /// The client's JSON filter.
    filters: Option<String>,
    /// `+key` or `-key`; for the run table.
    order: Option<String>,
    /// Names of runs, with commas between; for rows.
    runs: Option<String>,
    /// Names of metrics, with commas between; for rows.
    keys: Option<String>,
}

/// Answers with the file as it is written.
pub async fn file(
    Path((entity, project, file)): Path<(String, String, String)>,
    Caller(session): Caller,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    let (what, format) = match file.rsplit_once('.') {
        Some((what, "parquet")) => (what, Format::Parquet),
        Some((what, "csv")) => (what, Format::Csv),
        _ => return Err(Error::NoRoute(file.clone())),
    };
    let chunks = match what {
        "runs" => project.export_runs(asked.filters.as_deref(), asked.order.as_deref(), format).await?,
        "history" | "system" => {
            let list = |text: Option<String>| text.map(|text| text.split(',').map(str::to_owned).collect());
            let (runs, keys) = (list(asked.runs), list(asked.keys));
            let query = HistoryExport { runs, filters: asked.filters, keys, system: what == "system" };
            project.export_history(query, format).await?
        }
        _ => return Err(Error::NoRoute(file.clone())),
    };
    let kind = match format {
        Format::Parquet => "application/vnd.apache.parquet",
        Format::Csv => "text/csv; charset=utf-8",
    };
    let name = attachment(&format!("{}-{file}", project.resource().name));
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), name];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
