//! `GET /admin/audit_logs?format=json|csv&actor=…&action=…&target=…&outcome=…&after=…&before=…`: the audit log as a file,
//! for organization admins. Sent while it is read, newest first, one page of rows at a time.

use axum::body::Body;
use axum::extract::Query;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::audit::{Event, Filter};
use domain::policy::{Allowed, Org, ReadAudit};
use domain::rfc3339;
use futures::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::session::Caller;
use crate::{Error, Problem};

/// Rows read at once.
const PAGE: usize = 1000;

/// What is exported.
#[derive(Deserialize)]
pub struct Wanted {
    format: Option<String>,
    #[serde(flatten)]
    which: Which,
}

/// Which rows; what is left out, or empty, is everything.
#[derive(Default, Deserialize)]
pub struct Which {
    actor: Option<String>,
    action: Option<String>,
    target: Option<String>,
    outcome: Option<String>,
    after: Option<String>,
    before: Option<String>,
}

impl Which {
    /// With times read.
    pub fn filter(self) -> Result<Filter, Error> {
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        let time = |asked: Option<String>| match text(asked) {
            None => Ok(None),
            Some(text) => domain::micros(&text).map(Some).ok_or_else(|| Error::BadRequest(Problem::BadTime { text })),
        };
        Ok(Filter {
            after: time(self.after)?,
            before: time(self.before)?,
            actor: text(self.actor),
            action: text(self.action),
            target: text(self.target),
            outcome: text(self.outcome),
        })
    }
}

#[derive(Clone, Copy)]
enum Format {
    JsonLines,
    Csv,
}

/// Streams the rows that fit.
pub async fn export(Caller(session): Caller, Query(wanted): Query<Wanted>) -> Result<Response, Error> {
    let log = session.allow::<ReadAudit, Org>(&()).await?;
    let format = match wanted.format.as_deref() {
        None | Some("json" | "jsonl") => Format::JsonLines,
        Some("csv") => Format::Csv,
        Some(other) => return Err(Error::BadRequest(Problem::ExportFormat { format: other.to_owned() })),
    };
    let filter = wanted.which.filter()?;
    let head = match format {
        Format::JsonLines => String::new(),
        Format::Csv => "at,actor,action,target,outcome,reason,reference,address,client,detail\r\n".to_owned(),
    };
    let pages = stream::try_unfold((log, filter, Some(i64::MAX)), move |(log, filter, cursor)| async move {
        let Some(cursor) = cursor else { return Ok(None) };
        let (text, next) = page(&log, &filter, cursor, format).await?;
        Ok::<_, domain::Error>(Some((text, (log, filter, next))))
    });
    let body = stream::once(async { Ok(head) });
    let body = Body::from_stream(futures::StreamExt::chain(body, pages));
    let (kind, name) = match format {
        Format::JsonLines => ("application/jsonl; charset=utf-8", "audit.jsonl"),
        Format::Csv => ("text/csv; charset=utf-8", "audit.csv"),
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename={name}")),
    ];
    Ok((headers, body).into_response())
}

/// One page below `cursor`, and where the next begins.
async fn page(
    log: &Allowed<ReadAudit, Org>,
    filter: &Filter,
    cursor: i64,
    format: Format,
) -> Result<(String, Option<i64>), domain::Error> {
    let events = log.events(filter, Some(cursor), PAGE).await?;
    let next = events.last().map(|event| event.id).filter(|_| events.len() == PAGE);
    let text = events.iter().map(|event| line(event, format)).collect();
    Ok((text, next))
}

fn line(event: &Event, format: Format) -> String {
    let at = rfc3339(event.at);
    match format {
        Format::JsonLines => {
            let detail: Value = event.detail.as_deref().and_then(|d| serde_json::from_str(d).ok()).unwrap_or_default();
            let line = json!({
                "at": at, "actor": event.actor, "action": event.action, "target": event.target, "outcome": event.outcome,
                "reason": event.reason, "reference": event.reference, "address": event.address, "client": event.client,
                "detail": detail,
            });
            format!("{line}\n")
        }
        Format::Csv => {
            let or = |text: &Option<String>| text.clone().unwrap_or_default();
            let cells = [
                at,
                event.actor.clone(),
                event.action.clone(),
                event.target.clone(),
                event.outcome.clone(),
                or(&event.reason),
                or(&event.reference),
                or(&event.address),
                or(&event.client),
                or(&event.detail),
            ];
            format!("{}\r\n", cells.map(|text| cell(&text)).join(","))
        }
    }
}

/// A cell by RFC 4180; a spreadsheet must not take text that somebody chose for a formula.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() };
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_text_and_nothing_else() {
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(cell("=HYPERLINK(1)"), "\"'=HYPERLINK(1)\"");
    }
}
