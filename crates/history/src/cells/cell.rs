//! One part of the step axis.

use std::ops::RangeInclusive;

use super::Sum;

/// What is no finite number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusual {
    /// Not a number.
    Nan,
    /// Positive infinity.
    Above,
    /// Negative infinity.
    Below,
}

impl Unusual {
    /// All of them, in the order in which a cell keeps them.
    pub(crate) const ALL: [Self; 3] = [Self::Nan, Self::Above, Self::Below];

    /// What kind of number that is; none for a finite one.
    pub(crate) fn of(number: f64) -> Option<Self> {
        match number {
            _ if number.is_nan() => Some(Self::Nan),
            f64::INFINITY => Some(Self::Above),
            f64::NEG_INFINITY => Some(Self::Below),
            _ => None,
        }
    }

    /// 0 for NaN, and the sign of an infinity.
    #[must_use]
    pub fn code(self) -> i8 {
        match self {
            Self::Nan => 0,
            Self::Above => 1,
            Self::Below => -1,
        }
    }
}

/// How many values of one kind, and the step of the first (0 where there are none).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) count: u64,
    pub(crate) step: i64,
}

impl Found {
    fn add(&mut self, other: Self) {
        if other.count > 0 {
            self.step = if self.count > 0 { self.step.min(other.step) } else { other.step };
            self.count += other.count;
        }
    }
}

/// What is known of the values in a cell. Numbers are of the finite values only; where there are none, they are 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// The steps of the cell, without their lowest bits.
    pub(crate) place: i64,
    /// How many finite values.
    pub(crate) count: u64,
    /// The values that are not finite, by [kind](Unusual::ALL).
    pub(crate) unusual: [Found; 3],
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
            unusual: [Found::default(); 3],
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
        if let Some(kind) = Unusual::of(number) {
            self.unusual[kind as usize].add(Found { count: 1, step });
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

    /// The cell of finite values of consecutive steps from this one on; none when some are not finite. Four sums at once, each
    /// of every fourth value: one alone would wait for itself.
    pub(crate) fn of_run<T: Number>(place: i64, step: i64, values: &[T]) -> Option<Self> {
        const LANES: usize = 4;
        let (first, last): (f64, f64) = ((*values.first()?).into(), (*values.last()?).into());
        let (mut least, mut most) = ([values.first()?.rank(); LANES], [values.first()?.rank(); LANES]);
        let mut sums = [Sum { high: -0.0, low: 0.0 }; LANES];
        let mut add = |lane: usize, value: T| {
            let rank = value.rank();
            (least[lane], most[lane]) = (least[lane].min(rank), most[lane].max(rank));
            sums[lane].add(value.into());
        };
        let (fours, rest) = values.as_chunks::<LANES>();
        for four in fours {
            four.iter().enumerate().for_each(|(lane, value)| add(lane, *value));
        }
        rest.iter().enumerate().for_each(|(lane, value)| add(lane, *value));
        let least = least.into_iter().min()?;
        let most = most.into_iter().max()?;
        if !T::FINITE.contains(&least) || !T::FINITE.contains(&most) {
            return None;
        }
        let mut sum = sums[0];
        sums[1..].iter().for_each(|other| sum.merge(*other));
        Some(Self {
            count: values.len() as u64,
            first_step: step,
            last_step: step + values.len() as i64 - 1,
            first,
            last,
            min: T::of(least),
            max: T::of(most),
            sum,
            ascending: values.windows(2).all(|pair| pair[0].into() <= pair[1].into()),
            ..Self::empty(place)
        })
    }

    /// Adds what another cell holds; of values with the same step those of `self` come first.
    pub(crate) fn merge(&mut self, other: Self) {
        for (own, found) in self.unusual.iter_mut().zip(other.unusual) {
            own.add(found);
        }
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = Self { place: self.place, unusual: self.unusual, ..other };
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

    /// How many values are NaN.
    pub(crate) fn nan(&self) -> u64 {
        self.unusual[Unusual::Nan as usize].count
    }

    /// How many values are infinite.
    pub(crate) fn inf(&self) -> u64 {
        self.unusual[Unusual::Above as usize].count + self.unusual[Unusual::Below as usize].count
    }

    /// The mean of the finite values, never outside of their extremes.
    pub(crate) fn mean(&self) -> f64 {
        let mean = self.sum.value() / self.count.max(1) as f64;
        if mean.is_nan() { self.min / 2.0 + self.max / 2.0 } else { mean.clamp(self.min, self.max) }
    }
}

/// Floats of either size.
pub(crate) trait Number: Copy + Into<f64> {
    /// A number's place among all, in the order of [`f64::total_cmp`].
    type Rank: Copy + Ord;
    /// The ranks of all finite numbers.
    const FINITE: RangeInclusive<Self::Rank>;

    fn rank(self) -> Self::Rank;

    /// The number of which this is the rank.
    fn of(rank: Self::Rank) -> f64;
}

impl Number for f64 {
    type Rank = i64;
    const FINITE: RangeInclusive<i64> = i64::MIN + (1 << 52)..=i64::MAX - (1 << 52);

    fn rank(self) -> i64 {
        let bits = self.to_bits() as i64;
        bits ^ ((bits >> 63) as u64 >> 1) as i64
    }

    fn of(rank: i64) -> f64 {
        Self::from_bits((rank ^ ((rank >> 63) as u64 >> 1) as i64) as u64)
    }
}

impl Number for f32 {
    type Rank = i32;
    const FINITE: RangeInclusive<i32> = i32::MIN + (1 << 23)..=i32::MAX - (1 << 23);

    fn rank(self) -> i32 {
        let bits = self.to_bits() as i32;
        bits ^ ((bits >> 31) as u32 >> 1) as i32
    }

    fn of(rank: i32) -> f64 {
        Self::from_bits((rank ^ ((rank >> 31) as u32 >> 1) as i32) as u32).into()
    }
}

/// -0 is below 0, so that the order of the two does not matter.
fn smaller(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_lt() { b } else { a }
}

fn larger(a: f64, b: f64) -> f64 {
    if b.total_cmp(&a).is_gt() { b } else { a }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_in_the_order_of_numbers_and_know_which_are_finite() {
        let all = [f64::NEG_INFINITY, f64::MIN, f64::from(f32::MIN), -1.5, -1e-40, -0.0, 0.0, 1e-40, 2.0, f64::MAX];
        assert!(all.is_sorted_by(|a, b| a.rank() < b.rank()));
        assert!(all.iter().all(|number| f64::of(number.rank()).to_bits() == number.to_bits()));
        let singles = all.map(|number| number as f32);
        assert!(singles.is_sorted_by_key(|number| number.rank()));
        assert!(singles.iter().all(|number| f32::of(number.rank()).to_bits() == f64::from(*number).to_bits()));
        for number in all.into_iter().chain([f64::NAN, -f64::NAN, f64::INFINITY]) {
            assert_eq!(<f64 as Number>::FINITE.contains(&number.rank()), number.is_finite());
            let single = number as f32;
            assert_eq!(<f32 as Number>::FINITE.contains(&single.rank()), single.is_finite());
        }
    }
}
