//! `POST /files/{entity}/{project}/{run}/file_stream`: what a run logs, in batches.
//!
//! A run whose creation was accepted gets no 4xx here as long as its user may write: the client would drop everything
//! that follows. Trouble that passes is 503, which it retries for days. See `run-lifecycle` §7.

use std::collections::BTreeMap;
use std::fmt;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::{Extension, Json};
use domain::model::RunPath;
use domain::policy::Cause;
use domain::runs::{FileChunk, StreamUpdate};
use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::{Value, json};

use super::intake::Taken;
use super::json as parse;
use crate::scope::Scope;
use crate::session::{Presented, admit};
use crate::{App, Error, Problem};

/// Names one of several writers of a run; each counts its lines from 0.
const CLIENT_ID: &str = "x-wandb-async-client-id";

/// The body. Older clients also send `failed` and `dropped`, which say nothing new.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    files: Option<BTreeMap<String, Chunk>>,
    #[serde(default)]
    uploaded: Option<Vec<String>>,
    #[serde(default)]
    preempting: Option<bool>,
    #[serde(default)]
    complete: Option<bool>,
    #[serde(default)]
    exitcode: Option<i64>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    offset: i64,
    #[serde(default)]
    content: Lines,
}

/// Lines of text. A single text is what clients before 0.10 send for files that are not lines; it is not kept.
#[derive(Default)]
struct Lines(Vec<String>);

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
    let request: Request = parse(&bytes)?;
    drop(bytes);
    let client = headers.get(CLIENT_ID).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let feedback = run.append(request.update(client)).await.map_err(later)?;
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

impl Request {
    fn update(self, client: String) -> StreamUpdate {
        let chunk = |(name, chunk): (String, Chunk)| FileChunk { name, offset: chunk.offset, lines: chunk.content.0 };
        StreamUpdate {
            client,
            files: self.files.into_iter().flatten().map(chunk).collect(),
            uploaded: self.uploaded.unwrap_or_default(),
            preempting: self.preempting.unwrap_or(false),
            complete: self.complete.unwrap_or(false),
            exitcode: self.exitcode.map(|code| code.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32),
        }
    }
}

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Kinds;
        impl<'de> Visitor<'de> for Kinds {
            type Value = Lines;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of lines")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Lines, A::Error> {
                let mut lines = Vec::with_capacity(seq.size_hint().unwrap_or(0));
                while let Some(line) = seq.next_element()? {
                    lines.push(line);
                }
                Ok(Lines(lines))
            }
            fn visit_str<E>(self, _: &str) -> Result<Lines, E> {
                Ok(Lines::default())
            }
            fn visit_unit<E>(self) -> Result<Lines, E> {
                Ok(Lines::default())
            }
        }
        deserializer.deserialize_any(Kinds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(body: &str) -> StreamUpdate {
        serde_json::from_str::<Request>(body).unwrap().update("c".to_owned())
    }

    #[test]
    fn a_heartbeat_is_empty() {
        let update = update("{}");
        assert!(update.files.is_empty() && !update.complete && update.exitcode.is_none());
    }

    #[test]
    fn old_and_new_bodies_are_read() {
        let update = update(
            r#"{"files":{"wandb-history.jsonl":{"offset":2,"content":["{}","{}"]},"x.bin":{"content":"AA==","encoding":"base64"}},
                "complete":true,"exitcode":255,"failed":false,"dropped":0,"uploaded":null}"#,
        );
        assert_eq!((update.files[0].offset, update.files[0].lines.len()), (2, 2));
        assert!(update.files[1].lines.is_empty());
        assert_eq!((update.complete, update.exitcode), (true, Some(255)));
    }
}
