//! The lines of a run's charts, from its segments and what is not yet in one, reading as little as the chart can show.
//!
//! A line of many rows is made of [cells](crate::cells), which a segment's overview holds ready; rows are read only where
//! no overview is fine enough, and where there are so few that each is its own point. An answer depends on the rows alone:
//! not on how they came, nor on which of them lie in segments.

mod over_metric;
mod over_steps;
mod part;
mod points;
mod unusual;

use std::ops::Range;
use std::sync::Arc;

use crate::STEP;
use crate::batch::Batch;
use crate::cache::Cache;
use crate::cells::{Cells, whole};
use crate::sample::{Series, series};
use crate::segment::{SegmentError, Source};
use part::Part;

/// One segment of a stream.
#[derive(Debug)]
pub struct Stored {
    /// Its name, which no other segment ever has.
    pub name: Arc<str>,
    /// Where its bytes are.
    pub source: Source,
    /// The first and the last step.
    pub steps: (i64, i64),
}

/// The rows that are not yet in segments, sorted by step.
#[derive(Debug, Default)]
pub struct Tail {
    /// The rows.
    pub rows: Batch,
    /// Their values take the place of those that segments have at the same step; else both are shown.
    pub replaces: bool,
}

/// What charts of one run are drawn from.
pub struct Chart {
    keys: Vec<String>,
    parts: Vec<Part>,
    tail: Batch,
    replaces: bool,
    /// The rows of segments and tail that were put together last, where both have steps, of the steps asked for.
    mended: Option<(Range<i64>, Batch)>,
    cache: Arc<Cache>,
}

impl Chart {
    /// The stream's segments in order, its tail, and the keys that will be asked for. The cache is for all segments.
    ///
    /// # Errors
    /// When a segment cannot be read.
    pub fn new(segments: Vec<Stored>, tail: Tail, keys: &[&str], cache: Arc<Cache>) -> Result<Self, SegmentError> {
        let mut keys: Vec<&str> = keys.iter().copied().chain([STEP]).collect();
        keys.sort_unstable();
        keys.dedup();
        let parts = segments.into_iter().map(|stored| Part::open(stored, &keys, &cache));
        Ok(Self {
            parts: parts.collect::<Result<_, SegmentError>>()?,
            tail: tail.rows.select(&keys),
            keys: keys.into_iter().map(str::to_owned).collect(),
            replaces: tail.replaces,
            mended: None,
            cache,
        })
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
        let mut add = |found: Option<(i64, i64)>| {
            if let Some((first, last)) = found {
                known = Some(known.map_or((first, last), |(a, b)| (a.min(first), b.max(last))));
            }
        };
        if self.replaced().is_some() {
            add(finite(&self.rows(&[key, STEP], &(i64::MIN..i64::MAX))?, key));
        } else {
            for part in &mut self.parts {
                add(part.extent_of(key, &self.keys, &self.cache)?);
            }
            add(finite(&self.tail, key));
        }
        Ok(known.unwrap_or_else(|| self.extent()))
    }

    /// The steps between which both segments and the tail have rows, when those of the tail take precedence.
    fn replaced(&self) -> Option<(i64, i64)> {
        let steps = self.tail.steps().filter(|_| self.replaces)?;
        let last = self.parts.iter().map(|part| part.steps.1).max()?;
        let common = steps.partition_point(|step| *step <= last);
        Some((*steps.first()?, *steps.get(common.checked_sub(1)?)?))
    }

    /// The cells of a key at these steps, which are whole cells.
    fn cells(&mut self, key: &str, shift: u32, steps: &Range<i64>) -> Result<Cells, SegmentError> {
        let Some((first, last)) = self.replaced() else { return self.apart(key, shift, steps) };
        let both = whole(first, last, shift);
        let both = both.start.clamp(steps.start, steps.end)..both.end.clamp(steps.start, steps.end);
        if both.is_empty() {
            return self.apart(key, shift, steps);
        }
        let before = self.apart(key, shift, &(steps.start..both.start))?;
        let after = self.apart(key, shift, &(both.end..steps.end))?;
        let within = cells_of(self.mend(&both)?, key, shift, &both);
        Ok(before.merge(within).merge(after))
    }

    /// The same where no row of the tail takes the place of another.
    fn apart(&mut self, key: &str, shift: u32, steps: &Range<i64>) -> Result<Cells, SegmentError> {
        let mut all = Cells { shift, cells: Vec::new() };
        if steps.is_empty() {
            return Ok(all);
        }
        for part in self.parts.iter_mut().filter(|part| part.overlaps(steps)) {
            all = all.merge(match part.cells(key, shift, &self.cache)?.as_ref() {
                Some(cells) => cells.within(steps),
                None => cells_of(part.load(&self.keys, steps, &self.cache)?, key, shift, steps),
            });
        }
        Ok(all.merge(cells_of(&self.tail, key, shift, steps)))
    }

    /// The rows at these steps, at least, with all keys: put together once for all lines.
    fn mend(&mut self, steps: &Range<i64>) -> Result<&Batch, SegmentError> {
        let known = self.mended.take().filter(|(known, _)| known.start <= steps.start && known.end >= steps.end);
        let rows = match known {
            Some(known) => known,
            None => {
                let keys = self.keys.clone();
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                (steps.clone(), self.rows(&keys, steps)?)
            }
        };
        Ok(&self.mended.insert(rows).1)
    }

    /// The rows at these steps, with only these keys, in order.
    fn rows(&mut self, wanted: &[&str], steps: &Range<i64>) -> Result<Batch, SegmentError> {
        let mut batches = Vec::new();
        for part in self.parts.iter().filter(|part| part.overlaps(steps)) {
            batches.push(part.rows(wanted, steps, &self.cache)?);
        }
        batches.push(within(&self.tail, steps).select(wanted));
        let all = Batch::concat(batches);
        Ok(if self.replaces { all.merge_by_step() } else { all.sort_by_step() })
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
