//! Sums that hardly depend on the order of what is added.

/// A sum of floats with what rounding lost: about 106 bits. Adding in another order, or in parts, gives the same number
/// except where large numbers cancel.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Sum {
    pub(crate) high: f64,
    pub(crate) low: f64,
}

impl Sum {
    pub(crate) fn add(&mut self, number: f64) {
        let sum = self.high + number;
        let part = sum - self.high;
        self.low += (self.high - (sum - part)) + (number - part);
        self.high = sum;
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.add(other.high);
        self.low += other.low;
    }

    pub(crate) fn value(self) -> f64 {
        let whole = self.high + self.low;
        if whole.is_finite() { whole } else { self.high }
    }
}
