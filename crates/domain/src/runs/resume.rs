//! What a client needs to go on with a run (`resume=…`).

use history::{Batch, NonFinite};
use sqlx::FromRow;

use super::streams::{self, StreamKind};
use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Read, Run};

/// Where a run stands. Everything is there, also for a run that has sent nothing, since the client takes a missing part
/// for a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResumeState {
    /// Lines of history; the client writes the next one there.
    pub history_line_count: i64,
    /// Lines of system metrics.
    pub events_line_count: i64,
    /// Lines of console output.
    pub log_line_count: i64,
    /// JSON array of JSON texts: the last history row, or none.
    pub history_tail: String,
    /// JSON array of JSON texts: the last row of system metrics, or none.
    pub events_tail: String,
    /// JSON object.
    pub summary: String,
    /// JSON object.
    pub config: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Option<String>,
    /// The name that people read.
    pub display_name: String,
}

#[derive(FromRow)]
struct Row {
    generation: i64,
    summary: String,
    config: String,
    tags: String,
    notes: Option<String>,
    display_name: String,
}

impl Allowed<Read, Run> {
    /// Where the run stands.
    pub async fn resume(&self) -> Result<ResumeState, Error> {
        let (db, id) = (self.domain().db(), self.resource().id);
        let text = "SELECT generation, summary, config, tags, notes, display_name FROM run WHERE id = $1";
        let row: Row = sql(text).bind(id).one(db).await?;
        let count = async |kind| streams::line_count(db, id, row.generation, kind).await;
        Ok(ResumeState {
            history_line_count: count(StreamKind::History).await?,
            events_line_count: count(StreamKind::Events).await?,
            log_line_count: count(StreamKind::Console).await?,
            history_tail: self.tail(row.generation, StreamKind::History).await?,
            events_tail: self.tail(row.generation, StreamKind::Events).await?,
            summary: row.summary,
            config: row.config,
            tags: serde_json::from_str(&row.tags).map_err(|e| Error::internal("reading stored tags", e))?,
            notes: row.notes,
            display_name: row.display_name,
        })
    }

    /// The last row, as the client's own text.
    async fn tail(&self, generation: i64, kind: StreamKind) -> Result<String, Error> {
        let rows = streams::last_rows(self.domain(), self.resource().id, generation, kind).await?;
        let last: Batch = rows.slice(rows.len().saturating_sub(1)..rows.len());
        let texts = last.to_json_rows(None, NonFinite::Bare);
        serde_json::to_string(&texts).map_err(|e| Error::internal("writing the last row", e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Lab, console, events, history, summary};

    #[tokio::test]
    async fn a_run_that_sent_nothing_has_everything_empty() {
        for lab in Lab::all().await {
            lab.run("r1").await;
            let state = lab.allow::<Read>("r1").await.unwrap().resume().await.unwrap();
            assert_eq!((state.history_line_count, state.events_line_count, state.log_line_count), (0, 0, 0));
            assert_eq!((state.history_tail.as_str(), state.events_tail.as_str()), ("[]", "[]"));
            assert_eq!((state.summary.as_str(), state.config.as_str()), ("{}", "{}"));
        }
    }

    #[tokio::test]
    async fn the_tail_is_the_last_row_before_and_after_compaction() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            run.append(history(0, &[r#"{"_step":0}"#, r#"{"_step":41.0,"loss":NaN}"#])).await.unwrap();
            run.append(events(0, &[r#"{"_timestamp":1.5,"system.cpu":3}"#])).await.unwrap();
            run.append(console(0, &["a", "b", "c"])).await.unwrap();
            run.append(summary(r#"{"_step":41}"#)).await.unwrap();
            for _ in 0..2 {
                let state = lab.allow::<Read>("r1").await.unwrap().resume().await.unwrap();
                assert_eq!((state.history_line_count, state.events_line_count, state.log_line_count), (2, 1, 3));
                assert_eq!(state.history_tail, r#"["{\"_step\":41,\"loss\":NaN}"]"#);
                assert!(state.events_tail.contains("system.cpu"), "{}", state.events_tail);
                assert_eq!(state.summary, r#"{"_step":41}"#);
                let end = crate::runs::StreamUpdate { complete: true, ..Default::default() };
                run.append(end).await.unwrap();
                lab.domain.run_due_jobs().await.unwrap();
            }
            assert_eq!(lab.count("tail").await, 0);
        }
    }
}
