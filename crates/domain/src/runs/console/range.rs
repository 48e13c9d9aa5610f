//! Console lines by their place, and the places of those that match: what a viewer of a long log needs.

use history::{Batch, STEP};
use regex::{Regex, RegexBuilder};

use super::{LogLine, line};
use crate::db::sql;
use crate::policy::{Allowed, Read, Run};
use crate::runs::history::blocking;
use crate::runs::streams::{MOST_LINES, StreamKind};
use crate::{Error, Problem};

/// Most lines in one answer.
const MOST_RANGE: usize = 10_000;

/// Most places in one answer.
const MOST_MATCHES: usize = 100_000;

/// Most memory that a pattern may take when compiled.
const PATTERN_SIZE: usize = 1 << 20;

/// Which lines; the default is all.
#[derive(Clone, Debug, Default)]
pub struct LogSearch {
    /// A regular expression, looked for in the text without terminal colours.
    pub pattern: Option<String>,
    /// Only standard error.
    pub errors: bool,
}

impl Allowed<Read, Run> {
    /// Lines from the place `from` on, counted from 0 among those that match.
    pub async fn log_range(&self, from: usize, first: usize, search: LogSearch) -> Result<Vec<LogLine>, Error> {
        let first = first.min(MOST_RANGE);
        let labelled = self.has_labels().await?;
        let Some(wanted) = Wanted::parse(&search)? else { return self.window(from, first, labelled).await };
        let batch = self.load(StreamKind::Console, None, None).await?;
        let pick = move || {
            let rows = (0..batch.len()).filter(|row| wanted.admits(&batch, *row)).skip(from).take(first);
            rows.map(|row| numbered(line(&batch, row, labelled), row)).collect()
        };
        blocking(pick).await
    }

    /// Places of the lines that match.
    pub async fn log_matches(&self, search: LogSearch) -> Result<Vec<i64>, Error> {
        let Some(wanted) = Wanted::parse(&search)? else { return Ok(Vec::new()) };
        let batch = self.load(StreamKind::Console, None, None).await?;
        let find = move || {
            let rows = (0..batch.len()).filter(|row| wanted.admits(&batch, *row)).take(MOST_MATCHES);
            rows.map(|row| i64::try_from(row).unwrap_or(i64::MAX)).collect()
        };
        blocking(find).await
    }

    async fn window(&self, from: usize, first: usize, labelled: bool) -> Result<Vec<LogLine>, Error> {
        let end = from.saturating_add(first);
        let number = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
        let steps = if self.places_are_numbers().await? {
            number(from)..number(end)
        } else {
            let all = self.load(StreamKind::Console, Some(&[STEP]), None).await?;
            let steps = all.steps().unwrap_or_default();
            let Some(part @ [start, ..]) = steps.get(from..end.min(steps.len())) else { return Ok(Vec::new()) };
            *start..part.last().map_or(*start, |last| last.saturating_add(1))
        };
        let batch = self.load(StreamKind::Console, None, Some(steps)).await?;
        blocking(move || (0..batch.len()).map(|row| numbered(line(&batch, row, labelled), from + row)).collect()).await
    }

    /// Whether one process wrote everything without a gap, as nearly always: then nothing has to be counted.
    async fn places_are_numbers(&self) -> Result<bool, Error> {
        let run = self.resource();
        let text = "SELECT base, gaps FROM stream WHERE run_id = $1 AND generation = $2 AND kind = $3";
        let query = sql(text).bind(run.id).bind(run.generation).bind(StreamKind::Console.as_str());
        let writers: Vec<(i64, String)> = query.all(self.domain().db()).await?;
        Ok(matches!(writers.as_slice(), [(0, gaps)] if gaps == "[]"))
    }
}

/// Lines of further writers have huge numbers: their place is shown instead.
fn numbered(mut line: LogLine, place: usize) -> LogLine {
    if line.step >= MOST_LINES {
        line.number = i64::try_from(place).unwrap_or(i64::MAX);
    }
    line
}

struct Wanted {
    pattern: Option<Regex>,
    errors: bool,
    colours: Regex,
}

impl Wanted {
    /// None when every line is wanted.
    fn parse(search: &LogSearch) -> Result<Option<Self>, Error> {
        let wrong = |e: regex::Error| {
            Error::Invalid(Problem::FilterPattern { field: "search".to_owned(), detail: e.to_string() })
        };
        let compile = |text: &str| RegexBuilder::new(text).case_insensitive(true).size_limit(PATTERN_SIZE).build();
        let pattern = search.pattern.as_deref().filter(|text| !text.is_empty());
        if pattern.is_none() && !search.errors {
            return Ok(None);
        }
        let pattern = pattern.map(compile).transpose().map_err(wrong)?;
        Ok(Some(Self { pattern, errors: search.errors, colours: compile(r"\x1b\[[0-9;]*[A-Za-z]").map_err(wrong)? }))
    }

    fn admits(&self, batch: &Batch, row: usize) -> bool {
        let text = |key: &str| batch.value(row, key).and_then(|value| value.as_str().map(str::to_owned));
        if self.errors && text("level").as_deref() != Some("error") {
            return false;
        }
        let Some(pattern) = &self.pattern else { return true };
        let shown = match (text("label"), text("text").unwrap_or_default()) {
            (Some(label), line) => format!("[{label}] {line}"),
            (None, line) => line,
        };
        pattern.is_match(&self.colours.replace_all(&shown, ""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Lab, console};

    #[tokio::test]
    async fn lines_are_found_by_place_and_by_what_they_say() {
        for lab in Lab::all().await {
            let run = lab.run("r").await;
            let lines = ["one", "ERROR 2026-11-21T22:24:34 \u{1b}[31mtwo\u{1b}[0m words", "three", "Two"];
            run.append(console(0, &lines)).await.unwrap();
            let read = lab.allow::<Read>("r").await.unwrap();
            let search = |pattern: &str| LogSearch { pattern: Some(pattern.to_owned()), errors: false };
            let texts = |lines: Vec<LogLine>| lines.into_iter().map(|l| (l.number, l.line)).collect::<Vec<_>>();
            let window = texts(read.log_range(2, 5, LogSearch::default()).await.unwrap());
            assert_eq!(window, [(2, "three".to_owned()), (3, "Two".to_owned())]);
            assert!(read.log_range(9, 5, LogSearch::default()).await.unwrap().is_empty());
            assert_eq!(read.log_matches(search("two( words)?$")).await.unwrap(), [1, 3]);
            assert_eq!(texts(read.log_range(1, 1, search("^two")).await.unwrap()), [(3, "Two".to_owned())]);
            assert_eq!(read.log_matches(LogSearch { errors: true, ..LogSearch::default() }).await.unwrap(), [1]);
            assert!(matches!(read.log_matches(search("(")).await, Err(Error::Invalid { .. })));
            // A gap: the places stay dense.
            run.append(console(100, &["far", "two"])).await.unwrap();
            let window = texts(read.log_range(3, 2, LogSearch::default()).await.unwrap());
            assert_eq!(window, [(3, "Two".to_owned()), (100, "far".to_owned())]);
            assert_eq!(read.log_matches(search("two")).await.unwrap(), [1, 3, 5]);
            assert_eq!(read.log_range(0, 99, LogSearch::default()).await.unwrap().len(), 6);
        }
    }
}
