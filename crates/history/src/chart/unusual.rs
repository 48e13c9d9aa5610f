//! Where values are NaN or infinite: such a value is in no point, and must not be overlooked.
//!
//! They are looked for in all rows of the range, also before the first and after the last finite value.

use std::ops::Range;

use super::{Chart, points};
use crate::STEP;
use crate::cells::{Cell, MOST_SHIFT, Unusual, shift_for, whole};
use crate::sample::Series;
use crate::segment::SegmentError;

impl Chart {
    /// Counts them over `_step` and names of each kind the first in each cell.
    pub(super) fn mark_steps(
        &mut self,
        series: &mut Series,
        y: &str,
        range: Option<(i64, i64)>,
        most: usize,
    ) -> Result<(), SegmentError> {
        if !self.any_unusual(y)? {
            return Ok(());
        }
        let (first, last) = range.unwrap_or_else(|| self.extent());
        let shift = shift_for(first, last, points::inner(most));
        let cells = self.cells(y, shift, &whole(first, last, shift))?.cells;
        count(series, cells.iter());
        for cell in &cells {
            let steps = whole(cell.place << shift, cell.place << shift, shift);
            let part = steps.start.max(first)..steps.end.min(last.saturating_add(1));
            for kind in Unusual::ALL {
                let found = cell.unusual[kind as usize];
                let step = match found.count {
                    0 => None,
                    _ if (first..=last).contains(&found.step) => Some(found.step),
                    _ => self.first_of(kind, y, &part)?,
                };
                series.unusual.extend(step.map(|step| (step as f64, kind)));
            }
        }
        series.unusual.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(())
    }

    /// The same over an x that never falls, where a cell's place is the last x in it.
    pub(super) fn mark_metric(
        &mut self,
        series: &mut Series,
        (x, y): (&str, &str),
        range: Option<(f64, f64)>,
        most: usize,
    ) -> Result<(), SegmentError> {
        if !self.any_unusual(y)? {
            return Ok(());
        }
        let (first, last) = self.extent();
        let shift = shift_for(first, last, points::inner(most));
        let mut cells = self.both(x, y, (first, last), shift, range)?;
        let (Some(start), Some(end)) = (cells.first(), cells.last()) else { return Ok(()) };
        let part = (start.1.place << shift, whole(end.1.place << shift, end.1.place << shift, shift).end - 1);
        let finer = shift_for(part.0.max(first), part.1.min(last), points::inner(most));
        if finer < shift {
            cells = self.both(x, y, (part.0.max(first), part.1.min(last)), finer, range)?;
        }
        count(series, cells.iter().map(|(_, y)| y));
        let (from, to) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        for (x, y) in cells.iter().filter(|(x, _)| x.count > 0) {
            let kinds = Unusual::ALL.into_iter().filter(|kind| y.unusual[*kind as usize].count > 0);
            series.unusual.extend(kinds.map(|kind| (x.last.min(to).max(from), kind)));
        }
        series.unusual.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(())
    }

    fn any_unusual(&mut self, y: &str) -> Result<bool, SegmentError> {
        let all = self.cells(y, MOST_SHIFT, &(i64::MIN..i64::MAX))?.cells;
        Ok(all.iter().any(|cell| cell.nan() + cell.inf() > 0))
    }

    /// The first step in the range that has such a value.
    fn first_of(&self, kind: Unusual, y: &str, steps: &Range<i64>) -> Result<Option<i64>, SegmentError> {
        let rows = self.pairs((STEP, y), steps)?;
        Ok(rows.iter().find(|(.., y)| Unusual::of(*y) == Some(kind)).map(|(step, ..)| *step))
    }
}

fn count<'a>(series: &mut Series, cells: impl Iterator<Item = &'a Cell>) {
    for cell in cells {
        series.nan += cell.nan();
        series.inf += cell.inf();
    }
}
