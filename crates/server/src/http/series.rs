//! `/api/series/{entity}/{project}`: points for charts, as binary columns. The question is the body of a `POST`, or `?q=` of a
//! `GET`, whose answer a browser keeps and asks about with its tag: what has not changed is not computed and not sent again.
//!
//! With `by`, a list of columns, instead of `runs` the lines are those of groups: of the runs that `filters` admits, those with
//! the same values are one line. Such an answer is made anew each time.
//!
//! `RSER`, u32 version 1, u32 header length, the header as JSON padded so that columns begin at a multiple of 8, then
//! f64 columns, all little-endian. For each series four columns of `points` values: x, mean, min, max. Where values are
//! NaN or infinite, the header has them as `unusual`: pairs of x and 0, 1 or -1, at most one a bucket and kind.
//!
//! With `parts` the answer comes as it is read: any number of such answers, each of a few runs, all in the order asked, with
//! its length as a u64 before it, then the number 0. Without that it broke off. Runs that are not there are in the first.
//!
//! For groups the header has `groups` instead of `series`, and each has eight columns: x, how many runs are there, their
//! mean, the smallest and the largest value that any of them had, their standard deviation, the standard error, and the
//! median of the runs. `formulas`, pairs of a name and a [`Formula`], are drawn after the metrics; what they read need not be
//! among `keys`.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::model::ProjectPath;
use domain::policy::{Allowed, Project, Read};
use domain::runs::{GroupSeries, Grouping, SeriesAnswer, SeriesParts, SeriesRequest};
use futures::{StreamExt, TryStreamExt, stream};
use history::sample::Formula;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{json as parse, read};
use crate::Error;
use crate::session::Caller;

/// The content type. Such answers are not compressed: numbers hardly shrink, and it would take longer than all else.
pub const KIND: &str = "application/vnd.runstead.series";
/// Longest question.
const LIMIT: usize = 1 << 20;

#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    runs: Vec<String>,
    #[serde(default)]
    by: Option<Vec<String>>,
    #[serde(default)]
    filters: Option<String>,
    #[serde(default)]
    formulas: Vec<(String, Formula)>,
    keys: Vec<String>,
    #[serde(default)]
    x: Option<String>,
    #[serde(default)]
    stream: Option<String>,
    #[serde(default)]
    parts: bool,
    #[serde(default)]
    buckets: Option<usize>,
    #[serde(default)]
    from: Option<f64>,
    #[serde(default)]
    to: Option<f64>,
}

/// The question of a `GET`.
#[derive(Deserialize)]
pub struct Asked {
    q: String,
}

/// Answers one chart or a page of charts.
pub async fn series(
    Path((entity, project)): Path<(String, String)>,
    Caller(session): Caller,
    body: Body,
) -> Result<Response, Error> {
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    let question: Question = parse(&read(body, LIMIT).await?)?;
    match question.grouping() {
        Some(grouping) => grouped(&project, grouping, question.request()).await,
        None => answer(&project, question).await,
    }
}

/// The same, unless the caller has the answer already.
pub async fn cached(
    Path((entity, project)): Path<(String, String)>,
    Query(Asked { q }): Query<Asked>,
    Caller(session): Caller,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    let question: Question = parse(q.as_bytes())?;
    if let Some(grouping) = question.grouping() {
        return grouped(&project, grouping, question.request()).await;
    }
    let request = question.request();
    // Before the answer: what comes in between makes the tag too old, never too new.
    let tag = format!("\"{}\"", project.series_tag(&request).await?);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tags| tags == tag.as_str());
    let mut response =
        if known { StatusCode::NOT_MODIFIED.into_response() } else { answer(&project, question).await? };
    let tag = HeaderValue::from_str(&tag).map_err(|e| domain::Error::internal("making a tag", e))?;
    response.headers_mut().insert(header::ETAG, tag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

async fn answer(project: &Allowed<Read, Project>, question: Question) -> Result<Response, Error> {
    let request = question.request();
    if !question.parts {
        let answer = project.series(request).await?;
        return Ok(([(header::CONTENT_TYPE, KIND)], encode(&answer)).into_response());
    }
    let SeriesParts { series, missing } = project.series_parts(request).await?;
    let first = stream::iter((!missing.is_empty()).then_some(Ok(SeriesAnswer { series: Vec::new(), missing })));
    let parts = first.chain(series.map_ok(|series| SeriesAnswer { series, missing: Vec::new() }));
    let bytes = parts.map_ok(|part| {
        let part = encode(&part);
        Bytes::from([&(part.len() as u64).to_le_bytes()[..], &part].concat())
    });
    // What fails on the way can only be told by an answer that has no end.
    let bytes = bytes.inspect_err(|error| tracing::warn!(%error, "a chart broke off"));
    let end = stream::iter([Ok(Bytes::from_static(&[0; 8]))]);
    Ok(([(header::CONTENT_TYPE, KIND)], Body::from_stream(bytes.chain(end))).into_response())
}

async fn grouped(
    project: &Allowed<Read, Project>,
    grouping: Grouping,
    request: SeriesRequest,
) -> Result<Response, Error> {
    let groups = project.grouped(grouping, request).await?;
    Ok(([(header::CONTENT_TYPE, KIND)], encode_groups(&groups)).into_response())
}

impl Question {
    fn grouping(&self) -> Option<Grouping> {
        let by = self.by.clone()?;
        Some(Grouping { by, filters: self.filters.clone(), formulas: self.formulas.clone() })
    }

    fn request(&self) -> SeriesRequest {
        let bounded = self.from.is_some() || self.to.is_some();
        SeriesRequest {
            runs: self.runs.clone(),
            keys: self.keys.clone(),
            x: self.x.clone().unwrap_or_else(|| "_step".to_owned()),
            system: self.stream.as_deref() == Some("system"),
            range: bounded.then(|| (self.from.unwrap_or(f64::NEG_INFINITY), self.to.unwrap_or(f64::INFINITY))),
            buckets: self.buckets.unwrap_or(500),
        }
    }
}

/// The answer's bytes.
fn encode(answer: &SeriesAnswer) -> Vec<u8> {
    let missing: Vec<_> = answer.missing.iter().map(|run| json!({ "run": run, "reason": "NOT_FOUND" })).collect();
    let lines = answer.series.iter().map(|line| {
        let s = &line.series;
        let mut about = json!({
            "run": line.run, "key": line.key, "points": s.x.len(), "exact": s.exact, "nan": s.nan, "inf": s.inf,
        });
        if !s.unusual.is_empty() {
            about["unusual"] = s.unusual.iter().map(|(x, kind)| json!([x, kind.code()])).collect();
        }
        (about, [&s.x, &s.mean, &s.min, &s.max])
    });
    framed("series", lines, json!({ "denied": missing }))
}

/// The same of groups.
fn encode_groups(groups: &[GroupSeries]) -> Vec<u8> {
    let lines = groups.iter().map(|group| {
        let s = &group.line;
        let about = json!({ "values": group.values, "runs": group.runs, "key": group.key, "points": s.x.len() });
        (about, [&s.x, &s.count, &s.mean, &s.min, &s.max, &s.deviation, &s.error, &s.median])
    });
    framed("groups", lines, json!({ "denied": [] }))
}

/// The header, which says of each line where its columns begin, and the columns.
fn framed<'a, const N: usize>(
    name: &str,
    lines: impl Iterator<Item = (Value, [&'a Vec<f64>; N])>,
    mut header: Value,
) -> Vec<u8> {
    let (mut described, mut columns, mut offset) = (Vec::new(), Vec::new(), 0);
    for (mut about, own) in lines {
        about["offset"] = json!(offset);
        offset += own.iter().map(|column| column.len() * size_of::<f64>()).sum::<usize>();
        described.push(about);
        columns.push(own);
    }
    header[name] = Value::Array(described);
    let mut header = header.to_string().into_bytes();
    header.resize(header.len().next_multiple_of(8) + 4, b' ');
    let mut bytes = Vec::with_capacity(12 + header.len() + offset);
    bytes.extend_from_slice(b"RSER");
    bytes.extend_from_slice(&1u32.to_le_bytes());
    bytes.extend_from_slice(&u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend_from_slice(&header);
    columns
        .iter()
        .flatten()
        .flat_map(|column| column.iter())
        .for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use domain::runs::RunSeries;
    use history::Unusual;

    use super::*;

    #[test]
    fn columns_begin_at_a_multiple_of_eight_and_are_where_the_header_says() {
        for name in ["r", "run2", "a longer name of a run"] {
            let mut line = RunSeries { run: name.to_owned(), key: "loss".to_owned(), series: Default::default() };
            line.series.x = vec![0.0, 1.0];
            line.series.unusual = vec![(0.5, Unusual::Nan), (1.0, Unusual::Below)];
            (line.series.mean, line.series.min, line.series.max) = (vec![5.0, 6.0], vec![5.0, 6.0], vec![5.0, 6.0]);
            let bytes = encode(&SeriesAnswer { series: vec![line.clone(), line], missing: vec!["x".to_owned()] });
            let length = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
            assert_eq!((12 + length) % 8, 0);
            let header: serde_json::Value = serde_json::from_slice(&bytes[12..12 + length]).unwrap();
            assert_eq!(header["series"][0]["unusual"], json!([[0.5, 0], [1.0, -1]]));
            let at = 12 + length + header["series"][1]["offset"].as_u64().unwrap() as usize + 2 * 8;
            assert_eq!(f64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()), 5.0);
            assert_eq!(bytes.len(), 12 + length + 2 * 4 * 2 * 8);
        }
    }
}
