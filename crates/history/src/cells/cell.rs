//! One part of the step axis.

use super::Sum;

/// What is known of the values in a cell. Numbers are of the finite values only; where there are none, they are 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// The steps of the cell, without their lowest bits.
    pub(crate) place: i64,
    /// How many finite values.
    pub(crate) count: u64,
    /// How many values are NaN.
    pub(crate) nan: u64,
    /// How many values are infinite.
    pub(crate) inf: u64,
    /// The step of the first finite value.
    pub(crate) first_step: i64,
    /// The step of the last finite value.
    pub(crate) last_step: i64,
    pub(crate) first: f64,
    pub(crate) last: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) sum: Sum,
    /// No finite value is less than the one before it.
    pub(crate) ascending: bool,
}

impl Cell {
    pub(crate) fn empty(place: i64) -> Self {
        Self {
            place,
            count: 0,
            nan: 0,
            inf: 0,
            first_step: 0,
            last_step: 0,
            first: 0.0,
            last: 0.0,
            min: 0.0,
            max: 0.0,
            sum: Sum::default(),
            ascending: true,
        }
    }

    /// Adds the value of a step that is not before the last one.
    pub(crate) fn push(&mut self, step: i64, number: f64) {
        if number.is_nan() {
            self.nan += 1;
        } else if number.is_infinite() {
            self.inf += 1;
        } else if self.count == 0 {
            (self.first_step, self.last_step) = (step, step);
            (self.first, self.last, self.min, self.max) = (number, number, number, number);
            self.sum = Sum { high: number, low: 0.0 };
            self.count = 1;
        } else {
            self.ascending &= self.last <= number;
            (self.last_step, self.last) = (step, number);
            (self.min, self.max) = (smaller(self.min, number), larger(self.max, number));
            self.sum.add(number);
            self.count += 1;
        }
    }

    /// Adds what another cell holds; of values with the same step those of `self` come first.
    pub(crate) fn merge(&mut self, other: Self) {
        self.nan += other.nan;
        self.inf += other.inf;
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = Self { place: self.place, nan: self.nan, inf: self.inf, ..other };
            return;
        }
        self.ascending &= other.ascending && self.last_step <= other.first_step && self.last <= other.first;
        if other.first_step < self.first_step {
            (self.first_step, self.first) = (other.first_step, other.first);
        }
        if other.last_step >= self.last_step {
            (self.last_step, self.last) = (other.last_step, other.last);
        }
        (self.min, self.max) = (smaller(self.min, other.min), larger(self.max, other.max));
        self.sum.merge(other.sum);
        self.count += other.count;
    }

    /// The mean of the finite values, never outside of their extremes.
    pub(crate) fn mean(&self) -> f64 {
        let mean = self.sum.value() / self.count.max(1) as f64;
        if mean.is_nan() { self.min / 2.0 + self.max / 2.0 } else { mean.clamp(self.min, self.max) }
    }
}

/// -0 is below 0, so that the order of the two does not matter.
fn smaller(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

fn larger(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_gt() { b } else { a }
}
