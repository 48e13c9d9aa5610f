//! Console lines by their place, and the places of those that match: what a viewer of a long log needs.

use futures::TryStreamExt;
use history::STEP;

use super::search::{LogSearch, Wanted};
use super::{LogLine, line};
use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Read, Run};
use crate::runs::history::blocking;
use crate::runs::streams::{MOST_LINES, StreamKind};

/// Most lines in one answer.
const MOST_RANGE: usize = 10_000;

/// Most places in one answer.
const MOST_MATCHES: usize = 100_000;

impl Allowed<Read, Run> {
    /// Lines from the place `from` on, counted from 0 among those that match.
    pub async fn log_range(&self, from: usize, first: usize, search: LogSearch) -> Result<Vec<LogLine>, Error> {
        let first = first.min(MOST_RANGE);
        let labelled = self.has_labels().await?;
        let Some(wanted) = Wanted::parse(&search)? else { return self.window(from, first, labelled).await };
        let found = move |batch: history::Batch| (wanted.rows(&batch), batch);
        let mut pieces = self.console(None, found).await?;
        let (mut before, mut skip, mut lines) = (0, from, Vec::new());
        while lines.len() < first {
            let Some((rows, batch)) = pieces.try_next().await? else { break };
            let part = rows.iter().skip(skip).take(first - lines.len());
            lines.extend(part.map(|row| numbered(line(&batch, *row, labelled), before + row)));
            skip = skip.saturating_sub(rows.len());
            before += batch.len();
        }
        Ok(lines)
    }

    /// Places of the lines that match, at most so many as one answer holds.
    pub async fn log_matches(&self, search: LogSearch) -> Result<Vec<i64>, Error> {
        let Some(wanted) = Wanted::parse(&search)? else { return Ok(Vec::new()) };
        let keys = wanted.keys();
        let mut pieces = self.console(Some(keys), move |batch| (wanted.rows(&batch), batch.len())).await?;
        let (mut before, mut found) = (0, Vec::new());
        while found.len() < MOST_MATCHES {
            let Some((rows, len)) = pieces.try_next().await? else { break };
            found.extend(rows.into_iter().map(|row| i64::try_from(before + row).unwrap_or(i64::MAX)));
            before += len;
        }
        found.truncate(MOST_MATCHES);
        Ok(found)
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
