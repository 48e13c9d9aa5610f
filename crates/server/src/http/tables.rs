//! `/api/tables/{entity}/{project}`: pages of logged tables, and all their rows as a file.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::export::Format;
use domain::model::ProjectPath;
use domain::policy::{Project, Read};
use domain::tables::{TableAnswer, TableRequest};
use serde::Deserialize;

use super::{json as parse, read};
use crate::Error;
use crate::session::Caller;

/// Longest question.
const LIMIT: usize = 1 << 20;

/// The question of a file.
#[derive(Deserialize)]
pub struct Asked {
    q: String,
}

/// Answers with a page, or with how far the reading of the table is.
pub async fn page(
    Path((entity, project)): Path<(String, String)>,
    Caller(session): Caller,
    body: Body,
) -> Result<Json<TableAnswer>, Error> {
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    let request: TableRequest = parse(&read(body, LIMIT).await?)?;
    Ok(Json(project.table(request).await?))
}

/// Answers with all rows, as `rows.csv` or `rows.parquet`.
pub async fn file(
    Path((entity, project, file)): Path<(String, String, String)>,
    Query(Asked { q }): Query<Asked>,
    Caller(session): Caller,
) -> Result<Response, Error> {
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    let (format, kind) = match file.as_str() {
        "rows.csv" => (Format::Csv, "text/csv; charset=utf-8"),
        "rows.parquet" => (Format::Parquet, "application/vnd.apache.parquet"),
        _ => return Err(Error::NoRoute(file)),
    };
    let request: TableRequest = parse(q.as_bytes())?;
    let preparing = || domain::Error::Busy("the table is being read".to_owned());
    let chunks = project.table_file(request, format).await?.ok_or_else(preparing)?;
    let name = format!("attachment; filename=\"{file}\"");
    let headers = [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(chunks)).into_response())
}
