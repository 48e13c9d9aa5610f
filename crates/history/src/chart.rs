//! The lines of a run's charts, from its segments and what is not yet in one, reading as little as the chart can show.
//!
//! A line of many rows is made of [cells](crate::cells), which a segment's overview holds ready; rows are read only where
//! no overview is fine enough, and where there are so few that each is its own point. An answer depends on the rows alone:
//! not on how they came, nor on which of them lie in segments.

mod over_metric;
mod over_steps;
mod points;
mod unusual;

use std::ops::Range;

use crate::batch::Batch;
use crate::cells::Cells;
use crate::overview::Overview;
use crate::sample::{Series, series};
use crate::segment::{self, SegmentError, Source};
use crate::{FormatError, STEP};

/// One segment of a stream.
struct Part {
    source: Source,
    /// First and last step.
    steps: (i64, i64),
    overview: Option<Overview>,
    /// The rows that were read last, of the steps asked for, with all keys: other lines need the same.
    loaded: Option<(Range<i64>, Batch)>,
}

/// What charts of one run are drawn from.
pub struct Chart {
    keys: Vec<String>,
    parts: Vec<Part>,
    tail: Batch,
}

impl Chart {
    /// The stream's segments in order, with the first and the last step of each; its tail, sorted by step; and the keys
    /// that will be asked for.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn new(segments: Vec<(Source, i64, i64)>, tail: Batch, keys: &[&str]) -> Result<Self, SegmentError> {
        let mut keys: Vec<&str> = keys.iter().copied().chain([STEP]).collect();
        keys.sort_unstable();
        keys.dedup();
        let part = |(source, first, last): (Source, i64, i64)| {
            let overview = Overview::open(&source, &keys)?;
            Ok(Part { source, steps: (first, last), overview, loaded: None })
        };
        let parts = segments.into_iter().map(part).collect::<Result<_, SegmentError>>()?;
        let tail = tail.select(&keys);
        Ok(Self { keys: keys.into_iter().map(str::to_owned).collect(), parts, tail })
    }

    /// The line of `y` over `x`, of rows with `x` in `range` (both ends included): at most `most` points, at least one.
    ///
    /// When there are no more rows than that, they are the points. Else cells of steps are, between the first and the last
    /// value logged; the first and the last cell are whole where they reach beyond the range. Over an x that goes back and
    /// forth, or that not every row has, they are parts of equal width.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn series(&mut self, x: &str, y: &str, range: Option<(f64, f64)>, most: usize) -> Result<Series, SegmentError> {
        let most = most.max(1);
        if self.parts.is_empty() && self.tail.is_empty() {
            return Ok(Series { exact: true, ..Series::default() });
        }
        if x == STEP { self.over_steps(y, range, most) } else { self.over_metric(x, y, range, most) }
    }

    /// The steps of all rows.
    fn extent(&self) -> (i64, i64) {
        let tail = self.tail.steps().unwrap_or_default();
        let firsts = self.parts.iter().map(|part| part.steps.0).chain(tail.first().copied());
        let lasts = self.parts.iter().map(|part| part.steps.1).chain(tail.last().copied());
        (firsts.min().unwrap_or(0), lasts.max().unwrap_or(0))
    }

    /// The first and the last step with a finite value for the key; those of all rows when there is none.
    fn extent_of(&mut self, key: &str) -> Result<(i64, i64), SegmentError> {
        let mut known: Option<(i64, i64)> = None;
        let mut add = |first: i64, last: i64| {
            known = Some(known.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
        };
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        for part in &mut self.parts {
            if let Some(overview) = &part.overview {
                if let Some(facts) = overview.facts(key).filter(|facts| facts.count > 0) {
                    add(facts.first_step, facts.last_step);
                }
            } else if let Some((first, last)) = finite(part.load(&keys, &(i64::MIN..i64::MAX))?, key) {
                add(first, last);
            }
        }
        if let Some((first, last)) = finite(&self.tail, key) {
            add(first, last);
        }
        Ok(known.unwrap_or_else(|| self.extent()))
    }

    /// The cells of a key at these steps, which are whole cells.
    fn cells(&mut self, key: &str, shift: u32, steps: &Range<i64>) -> Result<Cells, SegmentError> {
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        let mut all = Cells { shift, cells: Vec::new() };
        for part in self.parts.iter_mut().filter(|part| part.overlaps(steps)) {
            let ready = match &part.overview {
                Some(overview) => overview.cells(&part.source, key, shift)?,
                None => None,
            };
            all = all.merge(match ready {
                Some(cells) => cells.within(steps),
                None => cells_of(part.load(&keys, steps)?, key, shift, steps),
            });
        }
        Ok(all.merge(cells_of(&self.tail, key, shift, steps)))
    }

    /// The rows at these steps, with only these keys, in order.
    fn rows(&mut self, wanted: &[&str], steps: &Range<i64>) -> Result<Batch, SegmentError> {
        let mut batches = Vec::new();
        for part in self.parts.iter().filter(|part| part.overlaps(steps)) {
            batches.push(segment::read(part.source.clone(), Some(wanted), Some(steps.clone()))?);
        }
        batches.push(within(&self.tail, steps));
        Ok(Batch::concat(batches).sort_by_step())
    }
}

impl Part {
    fn overlaps(&self, steps: &Range<i64>) -> bool {
        self.steps.0 < steps.end && self.steps.1 >= steps.start
    }

    /// The rows at these steps, at least, with all keys: read once for all lines.
    fn load(&mut self, keys: &[&str], steps: &Range<i64>) -> Result<&Batch, SegmentError> {
        let (first, last) = (steps.start.max(self.steps.0), steps.end.min(self.steps.1.saturating_add(1)));
        let known = |(known, _): &(Range<i64>, Batch)| known.start <= first && known.end >= last;
        if !self.loaded.as_ref().is_some_and(known) {
            let rows = segment::read(self.source.clone(), Some(keys), Some(first..last))?;
            self.loaded = Some((first..last, rows));
        }
        self.loaded.as_ref().map(|(_, rows)| rows).ok_or(FormatError::Damaged("nothing was read").into())
    }
}

/// The first and the last step with a finite value.
fn finite(batch: &Batch, key: &str) -> Option<(i64, i64)> {
    let (rows, numbers) = batch.column(key)?.numbers();
    let steps = batch.steps()?;
    let mut held =
        rows.iter().zip(numbers.iter()).filter(|(_, number)| number.is_finite()).map(|(row, _)| *row as usize);
    let first = held.next()?;
    Some((*steps.get(first)?, *steps.get(held.next_back().unwrap_or(first))?))
}

fn cells_of(batch: &Batch, key: &str, shift: u32, steps: &Range<i64>) -> Cells {
    Cells::of(batch.column(key), batch.steps().unwrap_or_default(), shift).within(steps)
}

fn within(batch: &Batch, steps: &Range<i64>) -> Batch {
    if steps.end == i64::MAX && steps.start == i64::MIN {
        batch.clone()
    } else {
        batch.filter_step(steps.start, steps.end)
    }
}

/// All rows of both keys as a line, by the rows alone.
fn by_rows(
    chart: &mut Chart,
    (x, y): (&str, &str),
    range: Option<(f64, f64)>,
    most: usize,
) -> Result<Series, SegmentError> {
    let rows = chart.rows(&[x, y, STEP], &(i64::MIN..i64::MAX))?;
    Ok(series(&rows, x, y, range, most))
}

#[cfg(test)]
mod tests;
