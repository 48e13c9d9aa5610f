//! Lines over another key than `_step`.
//!
//! An x that every row has and that never falls, as times are, needs no rows: a cell of steps is a part of such an axis
//! too, its point at the last x in it. Over any other x all rows are read.

use super::points::{self, Point};
use super::{Chart, by_rows};
use crate::STEP;
use crate::cells::{Cell, MOST_SHIFT, shift_for, whole};
use crate::sample::Series;
use crate::segment::SegmentError;

/// The part of a long axis is looked for in cells so much larger (as a power of two), then in the line's own.
const COARSER: u32 = 4;

impl Chart {
    pub(super) fn over_metric(
        &mut self,
        x: &str,
        y: &str,
        range: Option<(f64, f64)>,
        most: usize,
    ) -> Result<Series, SegmentError> {
        let (first, last) = self.extent_of(y)?;
        let shift = shift_for(first, last, points::inner(most));
        let coarse = (shift + COARSER).min(MOST_SHIFT);
        if !self.is_axis(x, (first, last), coarse)? {
            return by_rows(self, (x, y), range, most);
        }
        let mut part = (first, last);
        if range.is_some() {
            for shift in [coarse, shift] {
                let cells = self.both(x, y, part, shift, range)?;
                let (Some((_, start)), Some((_, end))) = (cells.first(), cells.last()) else { break };
                let steps = start.place << shift..whole(end.place << shift, end.place << shift, shift).end;
                part = (steps.start.max(part.0), (steps.end - 1).min(part.1));
            }
        }
        let shift = shift_for(part.0, part.1, points::inner(most)).min(shift);
        let cells = self.both(x, y, part, shift, range)?;
        let count: u64 = cells.iter().map(|(_, y)| y.count).sum();
        let mut series = if count > most as u64 {
            let held = cells.into_iter().filter(|(_, y)| y.count > 0);
            let point = |(x, cell): (Cell, Cell)| Point { first_x: x.first, last_x: x.last, cell };
            points::line(held.map(point).collect(), most)
        } else {
            let (from, to) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            let steps = whole(part.0, part.1, shift);
            let rows = if count > 0 { self.pairs((x, y), &steps)? } else { Vec::new() };
            points::exact(rows.into_iter().map(|(_, x, y)| (x, y)).filter(|(x, _)| (from..=to).contains(x)))
        };
        self.mark_metric(&mut series, (x, y), range, most)?;
        Ok(series)
    }

    /// Whether every row at these steps has an x, and none a smaller one than the row before.
    fn is_axis(&mut self, x: &str, (first, last): (i64, i64), shift: u32) -> Result<bool, SegmentError> {
        let steps = whole(first, last, shift);
        let (xs, rows) = (self.cells(x, shift, &steps)?.cells, self.cells(STEP, shift, &steps)?.cells);
        let every_row = xs.len() == rows.len() && xs.iter().zip(&rows).all(|(x, row)| x.count == row.count);
        let ascending = xs.iter().all(|cell| cell.ascending && cell.nan() + cell.inf() == 0)
            && xs.windows(2).all(|pair| pair[0].last <= pair[1].first);
        Ok(every_row && ascending)
    }

    /// The cells of x and y where y has a value and x is in the range.
    pub(super) fn both(
        &mut self,
        x: &str,
        y: &str,
        (first, last): (i64, i64),
        shift: u32,
        range: Option<(f64, f64)>,
    ) -> Result<Vec<(Cell, Cell)>, SegmentError> {
        let steps = whole(first, last, shift);
        let (from, to) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let (xs, ys) = (self.cells(x, shift, &steps)?.cells, self.cells(y, shift, &steps)?.cells);
        let (mut found, mut at) = (Vec::with_capacity(ys.len()), 0);
        for cell in ys {
            at += xs[at..].iter().take_while(|x| x.place < cell.place).count();
            // Wherever y has a value there is a row, and so an x.
            if let Some(x) = xs.get(at).filter(|x| x.place == cell.place && x.last >= from && x.first <= to) {
                found.push((*x, cell));
            }
        }
        Ok(found)
    }
}
