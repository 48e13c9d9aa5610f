//! Tests of plain numbers, prepared once for many.

use super::Test;

/// [`Test::holds`] for numbers.
pub(crate) struct NumberTest<'a>(Box<dyn Fn(f64) -> bool + 'a>);

impl NumberTest<'_> {
    pub fn holds(&self, number: f64) -> bool {
        (self.0)(number)
    }
}

impl Test {
    /// The test for numbers alone.
    pub fn of_numbers(&self) -> NumberTest<'_> {
        NumberTest(match self {
            Self::Eq(operand) => compared(operand.number(), |x, n| x == n),
            Self::Less(operand) => compared(operand.bound(), |x, n| x < n),
            Self::LessEq(operand) => compared(operand.bound(), |x, n| x <= n),
            Self::Greater(operand) => compared(operand.bound(), |x, n| x > n),
            Self::GreaterEq(operand) => compared(operand.bound(), |x, n| x >= n),
            Self::In(set) => {
                let numbers = set.numbers();
                Box::new(move |x| numbers.contains(&x))
            }
            Self::All(all) => {
                let numbers: Vec<_> = all.iter().map(super::value::Operand::number).collect();
                Box::new(move |x| !numbers.is_empty() && numbers.iter().all(|number| *number == Some(x)))
            }
            Self::Not(tests) => {
                let tests: Vec<_> = tests.iter().map(Self::of_numbers).collect();
                Box::new(move |x| !tests.iter().all(|test| test.holds(x)))
            }
            Self::Exists(wanted) => {
                let wanted = *wanted;
                Box::new(move |_| wanted)
            }
            Self::Regex(_) | Self::Contains(_) | Self::Size(_) => Box::new(|_| false),
        })
    }
}

fn compared<'a>(with: Option<f64>, test: impl Fn(f64, f64) -> bool + 'a) -> Box<dyn Fn(f64) -> bool + 'a> {
    match with {
        Some(with) => Box::new(move |x| test(x, with)),
        None => Box::new(|_| false),
    }
}
