//! One `file_stream` request: lines, summary, signs of life and the end of a run, in one transaction.
//!
//! A 200 means durable. Whatever is wrong with a line never fails the request, since the client would drop all further
//! data: the line is kept as it was and reported in the feedback.

mod console;
mod prepare;
mod together;
mod write;

use prepare::Prepared;
pub(crate) use together::Waiting;
use together::Written;

use crate::Error;
use crate::policy::{Allowed, Run, Update};

/// The body of a `file_stream` request.
#[derive(Clone, Debug, Default)]
pub struct StreamUpdate {
    /// Which of several writers sends this (`X-Wandb-Async-Client-Id`); empty for the only one.
    pub client: String,
    /// Lines by file.
    pub files: Vec<FileChunk>,
    /// Names of files that were uploaded.
    pub uploaded: Vec<String>,
    /// The machine may be taken away soon.
    pub preempting: bool,
    /// The run has ended.
    pub complete: bool,
    /// Exit code of its process.
    pub exitcode: Option<i32>,
}

/// Consecutive lines of one file.
#[derive(Clone, Debug)]
pub struct FileChunk {
    /// `wandb-history.jsonl`, `wandb-events.jsonl`, `wandb-summary.json`, `output.log`, …
    pub name: String,
    /// Number of the first line.
    pub offset: i64,
    /// The lines.
    pub lines: Vec<String>,
}

/// What the client is told, and what the log is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feedback {
    /// The process is asked to end.
    pub stopped: bool,
    /// The exit code that is stored.
    pub exitcode: Option<i64>,
    /// Lines that are missing, `(file, from, to)`, `to` not included; they are taken when they come.
    pub gaps: Vec<(String, i64, i64)>,
    /// What could not be understood; it was kept where it was a line.
    pub warnings: Vec<String>,
}

impl Allowed<Update, Run> {
    /// Stores the update: all of it or nothing.
    pub async fn append(&self, update: StreamUpdate) -> Result<Feedback, Error> {
        let (domain, run) = (self.domain(), self.resource());
        let prepared = Prepared::new(update).await?;
        let Written { done, warnings } = together::write(domain, run.id, prepared).await?;
        for (kind, lines, bytes) in done.stored {
            metrics::counter!("runstead_lines_total", "stream" => kind.as_str()).increment(lines.unsigned_abs());
            metrics::counter!("runstead_stored_bytes_total", "in" => "database").increment(bytes.unsigned_abs());
        }
        let mut changes = done.changes;
        if done.state != run.state {
            changes.push(crate::Change::State);
        }
        super::tell(domain, run, done.state, changes);
        let mut feedback = done.feedback;
        feedback.warnings.splice(0..0, warnings);
        Ok(feedback)
    }
}

#[cfg(test)]
mod tests;
