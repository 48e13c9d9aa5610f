//! Lines over `_step`.

use super::Chart;
use super::points::{self, Point};
use crate::STEP;
use crate::cells::{Cell, shift_for, whole};
use crate::sample::Series;
use crate::segment::SegmentError;

impl Chart {
    pub(super) fn over_steps(
        &mut self,
        y: &str,
        range: Option<(f64, f64)>,
        most: usize,
    ) -> Result<Series, SegmentError> {
        let (first, last) = match range {
            None => self.extent_of(y)?,
            Some((from, to)) => {
                let (first, last) = self.extent();
                // The casts saturate.
                let part = (first.max(from.ceil() as i64), last.min(to.floor() as i64));
                if part.0 > part.1 || from.is_nan() || to.is_nan() {
                    return Ok(points::exact(std::iter::empty()));
                }
                part
            }
        };
        let shift = shift_for(first, last, points::inner(most));
        let steps = whole(first, last, shift);
        let cells = self.cells(y, shift, &steps)?.cells;
        let count = points::sum(&cells, |cell| cell.count);
        let mut series = if count > most as u64 {
            let held = cells.into_iter().filter(|cell| cell.count > 0);
            let point = |cell: Cell| Point { first_x: cell.first_step as f64, last_x: cell.last_step as f64, cell };
            points::line(held.map(point).collect(), most)
        } else if cells.iter().all(|cell| cell.count <= 2) {
            let both = cells.iter().flat_map(|cell| {
                let ends = [(cell.first_step, cell.first), (cell.last_step, cell.last)];
                ends.into_iter().take(cell.count as usize)
            });
            let inside = both.filter(|(step, _)| (first..=last).contains(step));
            points::exact(inside.map(|(step, value)| (step as f64, value)))
        } else {
            let rows = self.pairs((STEP, y), &(first..last.saturating_add(1)))?;
            points::exact(rows.into_iter().map(|(_, x, y)| (x, y)))
        };
        self.mark_steps(&mut series, y, range.map(|_| (first, last)), most)?;
        Ok(series)
    }
}
