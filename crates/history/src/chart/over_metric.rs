//! Lines over another key than `_step`.
//!
//! An x that every row has and that never falls, as times are, needs no rows: a cell of steps is a part of such an axis
//! too. Four times as many cells as points are put together by x. Over any other x all rows are read.

use super::points::{self, Point};
use super::{Chart, by_rows};
use crate::STEP;
use crate::cells::{Cell, shift_for, whole};
use crate::sample::{Series, bucket, pairs};
use crate::segment::SegmentError;

/// Cells for each point.
const CELLS: usize = 4;

impl Chart {
    pub(super) fn over_metric(
        &mut self,
        x: &str,
        y: &str,
        range: Option<(f64, f64)>,
        most: usize,
    ) -> Result<Series, SegmentError> {
        let (first, last) = self.extent_of(y)?;
        let shift = shift_for(first, last, CELLS * most);
        let Some(mut cells) = self.both(x, y, (first, last), shift, range)? else {
            return by_rows(self, (x, y), range, most);
        };
        let (Some(start), Some(end)) = (cells.first(), cells.last()) else {
            return Ok(Series { exact: true, ..Series::default() });
        };
        let part = (start.1.place << shift, whole(end.1.place << shift, end.1.place << shift, shift).end - 1);
        let part = (part.0.max(first), part.1.min(last));
        let finer = shift_for(part.0, part.1, CELLS * most);
        if finer < shift {
            match self.both(x, y, part, finer, range)? {
                Some(found) => cells = found,
                None => return by_rows(self, (x, y), range, most),
            }
        }
        let ys: Vec<Cell> = cells.iter().map(|(_, y)| *y).collect();
        let count = points::sum(&ys, |cell| cell.count);
        let unusual = self.unusual(y, range, &ys)?;
        let mut series = if count > most as u64 {
            by_x(cells, most)
        } else {
            let shift = finer.min(shift);
            let (from, to) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            let steps = whole(part.0, part.1, shift);
            let rows = if count > 0 { self.rows(&[x, y, STEP], &steps)? } else { Default::default() };
            points::exact(pairs(&rows, x, y).into_iter().filter(|(x, _)| (from..=to).contains(x)))
        };
        (series.nan, series.inf) = unusual;
        Ok(series)
    }

    /// The cells of x and y where y has a value and x is in the range; nothing when x is no axis for cells.
    #[allow(clippy::type_complexity, reason = "a list of pairs, or none")]
    fn both(
        &mut self,
        x: &str,
        y: &str,
        (first, last): (i64, i64),
        shift: u32,
        range: Option<(f64, f64)>,
    ) -> Result<Option<Vec<(Cell, Cell)>>, SegmentError> {
        let steps = whole(first, last, shift);
        let (xs, rows) = (self.cells(x, shift, &steps)?.cells, self.cells(STEP, shift, &steps)?.cells);
        let every_row = xs.len() == rows.len() && xs.iter().zip(&rows).all(|(x, row)| x.count == row.count);
        let ascending = xs.iter().all(|cell| cell.ascending && cell.nan == 0 && cell.inf == 0)
            && xs.windows(2).all(|pair| pair[0].last <= pair[1].first);
        if !every_row || !ascending {
            return Ok(None);
        }
        let (from, to) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        let mut found = Vec::new();
        let mut xs = xs.into_iter().peekable();
        for cell in self.cells(y, shift, &steps)?.cells {
            while xs.next_if(|x| x.place < cell.place).is_some() {}
            // Wherever y has a value there is a row, and so an x.
            if let Some(x) = xs.peek().filter(|x| x.place == cell.place && x.last >= from && x.first <= to) {
                found.push((*x, cell));
            }
        }
        Ok(Some(found))
    }
}

/// The cells in parts of equal width of the x axis.
fn by_x(cells: Vec<(Cell, Cell)>, most: usize) -> Series {
    let held: Vec<(Cell, Cell)> = cells.into_iter().filter(|(_, y)| y.count > 0).collect();
    let count = points::inner(most);
    let (min, max) = (held.first().map_or(0.0, |(x, _)| x.last), held.last().map_or(0.0, |(x, _)| x.last));
    let mut all: Vec<(usize, Point)> = Vec::new();
    for (x, cell) in held {
        let place = bucket(x.last, min, max, count);
        let point = Point { first_x: x.first, last_x: x.last, cell };
        match all.last_mut() {
            Some((known, last)) if *known == place => last.merge(point),
            _ => all.push((place, point)),
        }
    }
    points::line(all.into_iter().map(|(_, point)| point).collect(), most)
}
