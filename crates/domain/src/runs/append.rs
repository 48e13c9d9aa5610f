//! One `file_stream` request: lines, summary, signs of life and the end of a run, in one transaction.
//!
//! A 200 means durable. Whatever is wrong with a line never fails the request, since the client would drop all further
//! data: the line is kept as it was and reported in the feedback.

mod batch;
mod console;
mod prepare;
mod queue;
mod together;
mod write;

use history::Lines;
use prepare::Prepared;
pub(crate) use together::Waiting;
use together::{Answer, Written};

use crate::Error;
use crate::policy::{Allowed, Run, Update};

/// The body of a `file_stream` request.
#[derive(Clone, Debug, Default)]
pub struct StreamUpdate {
    /// Which of several writers sends this (`X-Wandb-Async-Client-Id`); empty for the only one.
    pub client: String,
    /// Lines by file.
    pub files: Vec<FileChunk>,
    /// Files were uploaded.
    pub uploaded: bool,
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
    pub lines: Lines,
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

/// How often it is decided anew, because access changed, before the sender is told to come later.
const DECISIONS: usize = 5;

impl Allowed<Update, Run> {
    /// Stores the update: all of it or nothing. What was allowed is looked at again in the transaction: where something has
    /// changed that it was decided on, it is decided anew first, and refused if it is not allowed any more.
    pub async fn append(&self, update: StreamUpdate) -> Result<Feedback, Error> {
        let mut prepared = Prepared::new(update).await?;
        let mut again: Option<Self> = None;
        for _ in 0..DECISIONS {
            let run = again.as_ref().unwrap_or(self);
            match together::write(run, prepared).await? {
                Answer::Written(written) => return Ok(run.wrote(written)),
                Answer::Failed(e) => return Err(e),
                Answer::Stale(update) => {
                    again = Some(run.anew().await?);
                    prepared = update;
                }
            }
        }
        Err(Error::Busy("access changes all the time".to_owned()))
    }

    /// Counts and tells what was written.
    fn wrote(&self, Written { done, warnings }: Written) -> Feedback {
        for (kind, lines, bytes) in done.stored {
            metrics::counter!("runstead_lines_total", "stream" => kind.as_str()).increment(lines.unsigned_abs());
            metrics::counter!("runstead_stored_bytes_total", "in" => "database").increment(bytes.unsigned_abs());
        }
        let mut changes = done.changes;
        if done.state != done.was {
            changes.push(crate::Change::State);
        }
        super::tell(self.domain(), self.resource(), done.state, changes);
        let mut feedback = done.feedback;
        feedback.warnings.splice(0..0, warnings);
        feedback
    }
}

#[cfg(test)]
mod tests;
