//! Cells as the points of a line.

use crate::cells::Cell;
use crate::sample::Series;

/// Values that become one point, and the x of the first and the last of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) first_x: f64,
    pub(super) last_x: f64,
    pub(super) cell: Cell,
}

impl Point {
    /// Adds what comes after it.
    pub(super) fn merge(&mut self, later: Self) {
        self.cell.merge(later.cell);
        self.last_x = later.last_x;
    }
}

/// The sum of a count.
pub(super) fn sum(cells: &[Cell], count: fn(&Cell) -> u64) -> u64 {
    cells.iter().map(count).sum()
}

/// How many cells may be between the two ends of a line.
pub(super) fn inner(most: usize) -> usize {
    if most > 3 { most - 2 } else { most }
}

/// The line of several points, each with a finite value. It begins with the first value and ends with the last.
pub(super) fn line(mut points: Vec<Point>, most: usize) -> Series {
    let mut series = Series::default();
    if points.len() > most {
        let mut rest = points.split_off(most);
        if let Some(last) = points.last_mut() {
            rest.drain(..).for_each(|point| last.merge(point));
        }
    }
    let ends = most > 3;
    let count = points.len();
    for (at, Point { first_x, last_x, cell }) in points.into_iter().enumerate() {
        let several = ends && cell.count > 1 && first_x < last_x;
        if several && at == 0 {
            series.push(first_x, cell.first, cell.first, cell.first);
        }
        // Else two points would have the same x.
        let x = if several && at + 1 == count { first_x / 2.0 + last_x / 2.0 } else { last_x };
        series.push(x, cell.mean(), cell.min, cell.max);
        if several && at + 1 == count {
            series.push(last_x, cell.last, cell.last, cell.last);
        }
    }
    series
}

/// The points of single values.
pub(super) fn exact(values: impl Iterator<Item = (f64, f64)>) -> Series {
    let mut series = Series { exact: true, ..Series::default() };
    values.filter(|(_, y)| y.is_finite()).for_each(|(x, y)| series.push(x, y, y, y));
    series
}
