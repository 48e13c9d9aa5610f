//! The files of a run's history, for `parquetHistory`.
//!
//! The client reads files and live rows side by side and does not know when they overlap, so a run is exported whole or
//! not at all: when it has ended, all of its rows are in segments, and every metric has one plain type (lists, media and
//! mixed metrics would come back from a file as text). Until then the client asks for rows.

use history::Keys;
use sqlx::FromRow;

use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Read, Run, TicketUse};
use crate::runs::effective_state;
use crate::runs::streams::StreamKind;

/// Where a run's history is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetHistory {
    /// Signed addresses of files that hold the whole history, in order; empty when it is to be asked for as rows.
    pub urls: Vec<String>,
    /// A step at or before the first row, when there are rows and no files.
    pub live_step: Option<i64>,
}

/// A segment, or a tail row without anything.
#[derive(FromRow)]
struct Part {
    place: i64,
    blob: Option<String>,
    step_min: Option<i64>,
    keys: Option<String>,
}

impl Allowed<Read, Run> {
    /// Files or rows, never both.
    pub async fn parquet_history(&self) -> Result<ParquetHistory, Error> {
        let (domain, run) = (self.domain(), self.resource());
        // The state first: a run that starts again after this has a tail.
        let text = "SELECT state, preempting, heartbeat_at FROM run WHERE id = $1";
        let (state, preempting, heartbeat): (String, bool, i64) = sql(text).bind(run.id).one(domain.db()).await?;
        let (now, timeout) = (domain.clock().now(), domain.config().heartbeat_timeout);
        let ended = !effective_state(state.parse()?, preempting, heartbeat, now, timeout).is_live();
        let text = "SELECT position AS place, blob, step_min, keys FROM segment \
                    WHERE run_id = $1 AND generation = $2 AND kind = $3 UNION ALL \
                    SELECT id, CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS TEXT) FROM tail \
                    WHERE run_id = $1 AND generation = $2 AND kind = $3";
        let query = sql(text).bind(run.id).bind(run.generation).bind(StreamKind::History.as_str());
        let mut parts: Vec<Part> = query.all(domain.db()).await?;
        parts.sort_by_key(|part| part.place);
        let files: Option<Vec<&str>> = parts.iter().map(|part| part.blob.as_deref()).collect();
        match files {
            Some(files) if ended && !files.is_empty() && all_plain(&parts)? => {
                let url = |(at, blob): (usize, &str)| {
                    let name = format!("{}_{at}.runhistory.parquet", run.name);
                    let ticket = domain.sign(TicketUse::Get { blob: blob.to_owned(), name })?;
                    Ok(format!("{}/blob/{ticket}", domain.base_url()))
                };
                let urls = files.into_iter().enumerate().map(url).collect::<Result<_, Error>>()?;
                Ok(ParquetHistory { urls, live_step: None })
            }
            _ => {
                // The steps of a tail are not looked up: 0 is early enough unless steps are negative.
                let first = parts.iter().map(|part| part.step_min.unwrap_or(0).min(0)).min();
                Ok(ParquetHistory { urls: Vec::new(), live_step: first })
            }
        }
    }
}

/// Whether every metric is of one type throughout, and that a number, a text or a truth value.
fn all_plain(parts: &[Part]) -> Result<bool, Error> {
    let mut all = Keys::default();
    for text in parts.iter().filter_map(|part| part.keys.as_deref()) {
        all.merge(serde_json::from_str(text).map_err(|e| Error::internal("reading a segment's keys", e))?);
    }
    let plain = |kind: &String| matches!(kind.as_str(), "number" | "string" | "boolean");
    Ok(all.0.values().all(|info| info.counts.len() == 1 && info.counts.keys().all(plain)))
}
