//! Console lines.

use history::Batch;

use super::streams::{self, StreamKind};
use crate::Error;
use crate::policy::{Allowed, Read, Run};

/// One line of output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its number, counted from 0.
    pub number: i64,
    /// When it was printed, ISO 8601 without zone (UTC), as sent.
    pub timestamp: Option<String>,
    /// `error` for standard error.
    pub level: Option<String>,
    /// Which of several writers printed it.
    pub label: Option<String>,
    /// The text without its newline; may hold ANSI colours.
    pub text: String,
}

/// Which lines; the default is all.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogQuery {
    /// At most so many, from the front.
    pub first: Option<usize>,
    /// Continues after the line of this number.
    pub after: Option<i64>,
    /// Only so many, from the end.
    pub last: Option<usize>,
}

/// Some lines in order.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// The lines.
    pub lines: Vec<LogLine>,
    /// Whether there are more after them.
    pub has_next: bool,
}

impl Allowed<Read, Run> {
    /// Lines of console output, each as it was last rewritten.
    pub async fn console(&self, query: LogQuery) -> Result<LogPage, Error> {
        let run = self.resource();
        let steps = query.after.map(|after| after.saturating_add(1)..i64::MAX);
        let all = streams::load(self.domain(), run.id, run.generation, StreamKind::Console, None, steps).await?;
        let start = query.last.map_or(0, |last| all.len().saturating_sub(last));
        let end = query.first.map_or(all.len(), |first| all.len().min(start.saturating_add(first)));
        let lines = (start..end).map(|row| line(&all, row)).collect();
        Ok(LogPage { lines, has_next: end < all.len() })
    }

    /// How many lines were printed.
    pub async fn console_line_count(&self) -> Result<i64, Error> {
        let run = self.resource();
        streams::line_count(self.domain().db(), run.id, run.generation, StreamKind::Console).await
    }

    /// How many rows of metrics were logged.
    pub async fn history_line_count(&self) -> Result<i64, Error> {
        let run = self.resource();
        streams::line_count(self.domain().db(), run.id, run.generation, StreamKind::History).await
    }
}

fn line(all: &Batch, row: usize) -> LogLine {
    let text = |key| all.value(row, key).and_then(|value| value.as_str().map(str::to_owned));
    LogLine {
        number: all.steps().and_then(|steps| steps.get(row).copied()).unwrap_or_default(),
        timestamp: text("timestamp"),
        level: text("level"),
        label: text("label"),
        text: text("text").unwrap_or_default(),
    }
}
