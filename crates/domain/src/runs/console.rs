//! Reading console lines.

mod file;
mod range;
mod search;
mod step;

use std::borrow::Cow;
use std::ops::Range;

use futures::stream::BoxStream;
use history::{Batch, Column, STEP, Value};

use super::history::blocking;
use super::streams::{self, MOST_LINES, StreamKind};
use crate::db::sql;
use crate::policy::{Allowed, Read, Run};
use crate::{Error, Problem};
pub use file::LogFile;
pub use search::LogSearch;

/// Lines that are answered when nothing says how many.
const LINES: u32 = 1000;

/// A line of console output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Its place in the output, from 0. Lines that are yet to come leave their places free in the output of one process.
    pub number: i64,
    /// When it was written, as the client sent it (ISO 8601, UTC).
    pub timestamp: Option<String>,
    /// `error` for standard error.
    pub level: Option<String>,
    /// Which process of a shared run wrote it.
    pub label: Option<String>,
    /// The text.
    pub line: String,
    /// Its number in the stream, where further writers begin far above.
    step: i64,
}

/// Which lines: the last ones, or some after a cursor.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// At most so many.
    pub first: Option<u32>,
    /// Continues after the line with this cursor.
    pub after: Option<String>,
    /// The last so many; then the others do not count.
    pub last: Option<u32>,
}

/// Some lines.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// In order.
    pub lines: Vec<LogLine>,
    /// Whether there are more after them.
    pub has_next: bool,
}

impl LogLine {
    /// Where a list continues after this line.
    pub fn cursor(&self) -> String {
        self.step.to_string()
    }
}

impl Allowed<Read, Run> {
    /// Lines of console output. Of a line that was rewritten, only the last text.
    pub async fn log_lines(&self, query: LogQuery) -> Result<LogPage, Error> {
        let wrong = |_| Error::Invalid(Problem::OtherCursor);
        let after = query.after.map(|text| text.parse::<i64>().map_err(wrong)).transpose()?;
        let (batch, has_next) = match query.last {
            Some(last) => (self.last_lines(last).await?, false),
            None => self.next_lines(after.map_or(0, |n| n.saturating_add(1)), query.first.unwrap_or(LINES)).await?,
        };
        let labelled = self.has_labels().await?;
        let mut lines: Vec<LogLine> =
            blocking(move || (0..batch.len()).map(|row| line(&batch, row, labelled)).collect()).await?;
        // Lines of further writers have huge numbers: count the lines before them instead.
        if lines.iter().any(|line| line.step >= MOST_LINES) {
            let all = self.load(StreamKind::Console, Some(&[STEP]), None).await?;
            let steps = all.steps().unwrap_or_default();
            for line in &mut lines {
                let before = steps.partition_point(|step| *step < line.step);
                line.number = i64::try_from(before).unwrap_or(i64::MAX);
            }
        }
        Ok(LogPage { lines, has_next })
    }

    /// How many console lines the run has.
    pub async fn log_line_count(&self) -> Result<i64, Error> {
        let run = self.resource();
        streams::line_count(self.domain().db(), run.id, run.generation, StreamKind::Console).await
    }

    async fn next_lines(&self, from: i64, first: u32) -> Result<(Batch, bool), Error> {
        let first = first as usize;
        let fits = |batch: &Batch| batch.len() > first;
        // Numbers are dense but for gaps and further writers: look near, then at all the rest.
        let near = from..from.saturating_add(i64::try_from(first).unwrap_or(i64::MAX)).saturating_add(1);
        let batch = self.some_lines(near, from..i64::MAX, fits).await?;
        Ok((batch.slice(0..first), batch.len() > first))
    }

    async fn last_lines(&self, last: u32) -> Result<Batch, Error> {
        let run = self.resource();
        let text = "SELECT MAX(base + next_line) FROM stream WHERE run_id = $1 AND generation = $2 AND kind = $3";
        let query = sql(text).bind(run.id).bind(run.generation).bind(StreamKind::Console.as_str());
        let (end,): (Option<i64>,) = query.one(self.domain().db()).await?;
        let last = last as usize;
        let near = end.map_or(0, |end| end.saturating_sub(i64::try_from(last).unwrap_or(i64::MAX)));
        let batch = self.some_lines(near..i64::MAX, i64::MIN..i64::MAX, |batch| batch.len() >= last).await?;
        Ok(batch.slice(batch.len().saturating_sub(last)..batch.len()))
    }

    async fn some_lines(
        &self,
        near: Range<i64>,
        all: Range<i64>,
        enough: impl Fn(&Batch) -> bool,
    ) -> Result<Batch, Error> {
        let batch = self.load(StreamKind::Console, None, Some(near)).await?;
        if enough(&batch) { Ok(batch) } else { self.load(StreamKind::Console, None, Some(all)).await }
    }

    /// What `work` makes of the lines, piece by piece, see [`streams::pieces`].
    async fn console<T: Send + 'static>(
        &self,
        keys: Option<&'static [&'static str]>,
        work: impl Fn(Batch) -> T + Send + Sync + 'static,
    ) -> Result<BoxStream<'static, Result<T, Error>>, Error> {
        let run = self.resource();
        streams::pieces(self.domain(), (run.id, run.generation, StreamKind::Console), keys, work).await
    }

    /// Whether several processes wrote the run. The plain form of a line does not tell a label from a text that begins with
    /// a word in brackets, and the lines of a single process have no labels.
    async fn has_labels(&self) -> Result<bool, Error> {
        let run = self.resource();
        let text = "SELECT COUNT(*) FROM stream WHERE run_id = $1 AND generation = $2 AND kind = $3 \
                    AND client <> '' AND client NOT LIKE '+%'";
        let query = sql(text).bind(run.id).bind(run.generation).bind(StreamKind::Console.as_str());
        let (writers,): (i64,) = query.one(self.domain().db()).await?;
        Ok(writers > 0)
    }
}

/// The text of a row in a column that may be missing.
fn text(column: Option<&Column>, row: usize) -> Option<Cow<'_, str>> {
    match column?.get(row)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn line(batch: &Batch, row: usize, labelled: bool) -> LogLine {
    let text = |key: &str| text(batch.column(key), row).map(Cow::into_owned);
    let (label, line) = (text("label"), text("text").unwrap_or_default());
    let (label, line) = match label {
        Some(label) if !labelled => (None, format!("[{label}] {line}")),
        label => (label, line),
    };
    let step = batch.steps().and_then(|steps| steps.get(row)).copied().unwrap_or_default();
    LogLine { number: step, timestamp: text("timestamp"), level: text("level"), label, line, step }
}
