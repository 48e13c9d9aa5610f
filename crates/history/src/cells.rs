//! Rows of one key by parts of the step axis: what a chart of many rows is made of.
//!
//! A cell of shift `s` is the steps that agree in all but their lowest `s` bits. So cells do not depend on where a run
//! begins, on where its files end, or on what was stored already: the same rows fall into the same cells however they
//! came, and two cells of one shift are exactly one of the next.

mod cell;
mod sum;

pub use cell::{Cell, Unusual};
pub(crate) use cell::{Found, Number};
pub(crate) use sum::Sum;

use std::ops::Range;

use crate::column::Column;

/// The cells of a key that hold a value, in the order of the steps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cells {
    pub(crate) shift: u32,
    pub(crate) cells: Vec<Cell>,
}

/// The largest shift: two cells, below 0 and from 0 on.
pub(crate) const MOST_SHIFT: u32 = 63;

/// The smallest shift with which the steps `first..=last` fall into at most `count` cells, at least two.
pub(crate) fn shift_for(first: i64, last: i64, count: usize) -> u32 {
    let cells = |shift: u32| (i128::from(last >> shift) - i128::from(first >> shift) + 1) as u128;
    (0..MOST_SHIFT).find(|shift| cells(*shift) <= count.max(2) as u128).unwrap_or(MOST_SHIFT)
}

/// So few values of a cell are as quickly added one by one.
const FEW: usize = 4;

/// The first of steps that follow each other without a gap.
fn consecutive(steps: &[i64]) -> Option<i64> {
    steps.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1])).then(|| steps.first().copied())?
}

/// The steps of all cells that hold some of `first..=last`.
pub(crate) fn whole(first: i64, last: i64, shift: u32) -> Range<i64> {
    let start = (first >> shift) << shift;
    let end = (i128::from(last >> shift) + 1) << shift;
    start..i64::try_from(end).unwrap_or(i64::MAX)
}

impl Cells {
    /// The numbers of a column, whose rows have these ascending steps.
    pub(crate) fn of(column: Option<&Column>, steps: &[i64], shift: u32) -> Self {
        let mut all = Self { shift, cells: Vec::new() };
        let Some(column) = column else { return all };
        let (rows, numbers) = column.numbers();
        if rows.len() == steps.len()
            && let Some(first) = consecutive(steps)
        {
            all.extend(first, &numbers);
            return all;
        }
        for (row, number) in rows.iter().zip(numbers.iter()) {
            if let Some(step) = steps.get(*row as usize) {
                all.push(*step, *number);
            }
        }
        all
    }

    /// Adds the value of a step that is not before the last one.
    pub(crate) fn push(&mut self, step: i64, number: f64) {
        let place = step >> self.shift;
        match self.cells.last_mut() {
            Some(cell) if cell.place == place => cell.push(step, number),
            _ => {
                let mut cell = Cell::empty(place);
                cell.push(step, number);
                self.cells.push(cell);
            }
        }
    }

    /// Adds the values of consecutive steps, the first of which is not before the last one.
    pub(crate) fn extend<T: Number>(&mut self, mut step: i64, mut values: &[T]) {
        while !values.is_empty() {
            let place = step >> self.shift;
            let left = whole(step, step, self.shift).end.abs_diff(step);
            let (now, later) = values.split_at(values.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
            match Cell::of_run(place, step, now).filter(|_| now.len() > FEW) {
                Some(cell) => self.add(cell),
                None => (step..).zip(now).for_each(|(step, value)| self.push(step, (*value).into())),
            }
            step += now.len() as i64;
            values = later;
        }
    }

    /// Larger cells; the shift is not less than it was.
    pub(crate) fn coarsen(self, shift: u32) -> Self {
        let mut all = Self { shift, cells: Vec::new() };
        let by = shift.saturating_sub(self.shift).min(MOST_SHIFT);
        for mut cell in self.cells {
            cell.place >>= by;
            all.add(cell);
        }
        all
    }

    fn add(&mut self, cell: Cell) {
        match self.cells.last_mut() {
            Some(last) if last.place == cell.place => last.merge(cell),
            _ => self.cells.push(cell),
        }
    }

    /// The cells of both, of one shift; of rows with the same step those of `self` come first.
    pub(crate) fn merge(mut self, later: Self) -> Self {
        match (self.cells.last(), later.cells.first()) {
            (None, _) => return later,
            (_, None) => return self,
            (Some(last), Some(first)) if last.place <= first.place => {
                later.cells.into_iter().for_each(|cell| self.add(cell));
                return self;
            }
            _ => {}
        }
        self.cells.extend(later.cells);
        self.cells.sort_by_key(|cell| cell.place);
        self.cells.dedup_by(|later, cell| {
            let same = later.place == cell.place;
            if same {
                cell.merge(*later);
            }
            same
        });
        self
    }

    /// Only the cells of these steps, which are [whole] cells.
    pub(crate) fn within(&self, steps: &Range<i64>) -> Self {
        Self { shift: self.shift, cells: self.part(steps).to_vec() }
    }

    /// Adds the cells of these steps, which are [whole] cells, of a later part of the axis. Its first may be the last one.
    pub(crate) fn append(&mut self, later: &Self, steps: &Range<i64>) {
        let mut cells = later.part(steps);
        if let (Some(last), Some((first, rest))) = (self.cells.last_mut(), cells.split_first())
            && last.place == first.place
        {
            last.merge(*first);
            cells = rest;
        }
        self.cells.extend_from_slice(cells);
    }

    fn part(&self, steps: &Range<i64>) -> &[Cell] {
        let (from, to) = (steps.start >> self.shift, steps.end.saturating_sub(1) >> self.shift);
        let first = self.cells.partition_point(|cell| cell.place < from);
        let count = self.cells[first..].partition_point(|cell| cell.place <= to);
        &self.cells[first..first + count]
    }

    /// The memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + self.cells.len() * size_of::<Cell>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Vec<(i64, f64)>> {
        let number = prop_oneof![6 => -1e6..1e6, 1 => any::<f64>(), 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
        let step = prop_oneof![4 => 0..300_i64, 1 => any::<i64>()];
        prop::collection::vec((step, number), 0..80).prop_map(|mut rows: Vec<(i64, f64)>| {
            rows.sort_by_key(|(step, _)| *step);
            rows
        })
    }

    fn cells(rows: &[(i64, f64)], shift: u32) -> Cells {
        let mut all = Cells { shift, cells: Vec::new() };
        rows.iter().for_each(|(step, number)| all.push(*step, *number));
        all
    }

    /// Sums of hostile numbers may differ in their last digit, everything else not at all.
    fn same(a: &Cells, b: &Cells) -> bool {
        let bare =
            |cells: &Cells| -> Vec<Cell> { cells.cells.iter().map(|c| Cell { sum: Sum::default(), ..*c }).collect() };
        let close = |(a, b): (&Cell, &Cell)| {
            let (x, y) = (a.sum.value(), b.sum.value());
            x == y || !x.is_finite() || !y.is_finite() || (x - y).abs() <= 1e-12 * a.min.abs().max(a.max.abs())
        };
        a.shift == b.shift && bare(a) == bare(b) && a.cells.iter().zip(&b.cells).all(close)
    }

    #[test]
    fn shifts_are_as_small_as_they_can_be() {
        assert_eq!(shift_for(0, 999, 1000), 0);
        assert_eq!(shift_for(0, 999_999, 1000), 10);
        assert_eq!(shift_for(i64::MIN, i64::MAX, 2), 63);
        assert_eq!(shift_for(-1, 0, 1), 0);
        assert_eq!(whole(5, 9, 2), 4..12);
        assert_eq!(whole(i64::MIN, i64::MAX, 63), i64::MIN..i64::MAX);
    }

    proptest! {
        #[test]
        fn parts_and_steps_on_the_way_change_nothing(rows in values(), cut in 0..80_usize, fine in 0..12_u32, more in 0..40_u32) {
            let cut = cut.min(rows.len());
            let direct = cells(&rows, fine + more);
            let (a, b) = rows.split_at(cut);
            let merged = cells(a, fine).coarsen(fine + more).merge(cells(b, fine + more));
            prop_assert!(same(&merged, &direct), "{merged:?} and not {direct:?}");
        }

        #[test]
        fn late_rows_keep_every_extreme(rows in values(), pick in prop::collection::vec(any::<bool>(), 80), shift in 0..30_u32) {
            let (late, early): (Vec<_>, Vec<_>) = rows.iter().zip(&pick).partition(|(_, late)| **late);
            let part = |rows: Vec<(&(i64, f64), &bool)>| cells(&rows.into_iter().map(|(row, _)| *row).collect::<Vec<_>>(), shift);
            let merged = part(early).merge(part(late));
            let direct = cells(&rows, shift);
            let facts = |cells: &Cells| -> Vec<_> {
                cells.cells.iter().map(|c| (c.place, c.count, c.unusual.map(|found| (found.count, found.step)), c.min.to_bits(), c.max.to_bits(), c.first_step, c.last_step)).collect()
            };
            prop_assert_eq!(facts(&merged), facts(&direct));
        }

        #[test]
        fn runs_of_steps_are_added_as_their_values_one_by_one(rows in values(), first in any::<i32>(), shift in 0..9_u32) {
            let numbers: Vec<f64> = rows.iter().map(|(_, number)| *number).collect();
            let rows: Vec<(i64, f64)> = (i64::from(first)..).zip(numbers.iter().copied()).collect();
            let mut all = Cells { shift, cells: Vec::new() };
            let (a, b) = numbers.split_at(numbers.len() / 3);
            all.extend(i64::from(first), a);
            all.extend(i64::from(first) + a.len() as i64, b);
            prop_assert!(same(&all, &cells(&rows, shift)), "{all:?} and not {:?}", cells(&rows, shift));
        }

        #[test]
        fn whole_cells_hold_the_range(first in any::<i64>(), length in 0..i64::MAX, shift in 0..64_u32) {
            let last = first.saturating_add(length);
            let steps = whole(first, last, shift);
            prop_assert!(steps.start <= first && (last < steps.end || steps.end == i64::MAX));
        }
    }
}
