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

use std::io;
use std::ops::Range;
use std::sync::Arc;

use crate::STEP;
use crate::batch::Batch;
use crate::cache::Cache;
use crate::cells::{Cells, whole};
use crate::sample::{Series, of_pairs};
use crate::segment::{SegmentError, Source};
use part::Part;

/// Opens a segment's file.
pub type Open = Box<dyn Fn() -> io::Result<Source> + Send>;

/// One segment of a stream.
pub struct Stored {
    /// Its name, which no other segment ever has.
    pub name: Arc<str>,
    /// Where its bytes are; asked for when something is not known yet.
    pub open: Open,
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
}

impl Chart {
    /// The stream's segments in order, its tail, and the keys that will be asked for. The cache is for all segments.
    #[must_use]
    pub fn new(segments: Vec<Stored>, tail: Tail, keys: &[&str], cache: &Arc<Cache>) -> Self {
        let mut keys: Vec<&str> = keys.iter().copied().chain([STEP]).collect();
        keys.sort_unstable();
        keys.dedup();
        Self {
            parts: segments.into_iter().map(|stored| Part::new(stored, cache)).collect(),
            tail: tail.rows.select(&keys),
            keys: keys.into_iter().map(str::to_owned).collect(),
            replaces: tail.replaces,
            mended: None,
        }
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
            for part in &self.parts {
                add(part.extent_of(key)?);
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
    fn apart(&self, key: &str, shift: u32, steps: &Range<i64>) -> Result<Cells, SegmentError> {
        let mut all = Cells { shift, cells: Vec::new() };
        if steps.is_empty() {
            return Ok(all);
        }
        for part in self.parts.iter().filter(|part| part.overlaps(steps)) {
            all = all.merge(part.cells(key, shift, steps)?);
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

    /// The numbers of the rows at these steps that hold both keys, with the step, in order.
    fn pairs(&self, (x, y): (&str, &str), steps: &Range<i64>) -> Result<Vec<(i64, f64, f64)>, SegmentError> {
        let mut all = Vec::new();
        if self.replaced().is_some_and(|(first, last)| first < steps.end && last >= steps.start) {
            pairs(&self.rows(&[x, y, STEP], steps)?, (x, y), &mut all);
            return Ok(all);
        }
        for part in self.parts.iter().filter(|part| part.overlaps(steps)) {
            part.pairs((x, y), steps, |step, x, y| all.push((step, x, y)))?;
        }
        pairs(&within(&self.tail, steps), (x, y), &mut all);
        if !all.is_sorted_by_key(|(step, ..)| *step) {
            all.sort_by_key(|(step, ..)| *step);
        }
        Ok(all)
    }

    /// The rows at these steps, with only these keys, in order.
    fn rows(&self, wanted: &[&str], steps: &Range<i64>) -> Result<Batch, SegmentError> {
        let mut batches = Vec::new();
        for part in self.parts.iter().filter(|part| part.overlaps(steps)) {
            batches.push(part.rows(wanted, steps)?);
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

/// Adds the rows that hold both keys.
fn pairs(batch: &Batch, (x, y): (&str, &str), all: &mut Vec<(i64, f64, f64)>) {
    let (Some(xs), Some(ys), Some(steps)) = (batch.column(x), batch.column(y), batch.steps()) else { return };
    let ((x_rows, xs), (y_rows, ys)) = (xs.numbers(), ys.numbers());
    let mut x_at = 0;
    for (row, y) in y_rows.iter().zip(ys.iter()) {
        x_at += x_rows[x_at..].iter().take_while(|x_row| *x_row < row).count();
        if x_rows.get(x_at) == Some(row) {
            all.push((steps[*row as usize], xs[x_at], *y));
        }
    }
}

/// All rows of both keys as a line, by the rows alone.
fn by_rows(chart: &Chart, keys: (&str, &str), range: Option<(f64, f64)>, most: usize) -> Result<Series, SegmentError> {
    let rows = chart.pairs(keys, &(i64::MIN..i64::MAX))?;
    Ok(of_pairs(rows.into_iter().map(|(_, x, y)| (x, y)), range, most))
}

#[cfg(test)]
mod tests;
