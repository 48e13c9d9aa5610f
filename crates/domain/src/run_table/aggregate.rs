//! What is told of a column over the runs of a group.

use serde_json::{Value, json};

use super::values::number;
use crate::rfc3339;

/// Figures of one column over some runs.
#[derive(Clone, Debug, Default)]
pub(super) struct Aggregate {
    /// Runs with a value.
    count: u64,
    /// Numbers among them, with their mean and the sum of squares around it (Welford).
    numbers: u64,
    mean: f64,
    squares: f64,
    min: f64,
    max: f64,
    /// The newest run that has a value: its age, and its row.
    newest: Option<((f64, i64), u32)>,
    /// The value of that run.
    pub last: Option<Value>,
    /// The numbers are dates: they have a first and a last, and no mean.
    pub dates: bool,
}

/// The names of the figures.
pub(super) const FIGURES: [&str; 6] = ["min", "max", "mean", "stderr", "last", "count"];

impl Aggregate {
    /// Takes the value of a run; `age` orders the runs, the newest last.
    pub fn take(&mut self, age: (f64, i64), row: u32, value: Option<f64>) {
        self.count += 1;
        if self.newest.is_none_or(|(newest, _)| newest < age) {
            self.newest = Some((age, row));
        }
        let Some(x) = value else { return };
        if self.numbers == 0 {
            (self.min, self.max) = (x, x);
        }
        self.numbers += 1;
        let off = x - self.mean;
        self.mean += off / self.numbers as f64;
        self.squares += off * (x - self.mean);
        self.min = self.min.min(x);
        self.max = self.max.max(x);
    }

    /// The row of the newest run that has a value.
    pub fn newest(&self) -> Option<u32> {
        self.newest.map(|(_, row)| row)
    }

    /// Standard error of the mean; nothing for a single number.
    fn stderr(&self) -> Option<f64> {
        let n = self.numbers as f64;
        (self.numbers > 1).then(|| (self.squares / (n - 1.0)).sqrt() / n.sqrt())
    }

    /// One figure by its name.
    pub fn figure(&self, name: &str) -> Option<Value> {
        let show = |x: f64| if self.dates { Value::from(rfc3339(x as i64)) } else { number(x) };
        let some = self.numbers > 0;
        match name {
            "min" => some.then(|| show(self.min)),
            "max" => some.then(|| show(self.max)),
            "mean" => (some && !self.dates).then(|| number(self.mean)),
            "stderr" => self.stderr().filter(|_| !self.dates).map(number),
            "last" => self.last.clone(),
            "count" => Some(json!(self.count)),
            _ => None,
        }
    }

    /// All of them.
    pub fn to_value(&self) -> Value {
        let figure = |name: &str| (name.to_owned(), self.figure(name).unwrap_or(Value::Null));
        Value::Object(FIGURES.into_iter().map(figure).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_of_numbers_and_last_is_of_the_newest() {
        let mut all = Aggregate::default();
        for (row, (age, value)) in
            [(3.0, Some(4.0)), (1.0, Some(2.0)), (9.0, None), (4.0, Some(6.0))].into_iter().enumerate()
        {
            all.take((age, 0), row as u32, value);
        }
        assert_eq!(all.newest(), Some(2));
        let stderr = 2.0 / 3f64.sqrt();
        assert_eq!(all.to_value(), json!({"min": 2, "max": 6, "mean": 4, "stderr": stderr, "last": null, "count": 4}));
        let mut one = Aggregate::default();
        one.take((0.0, 0), 0, Some(1.5));
        assert_eq!(
            one.to_value(),
            json!({"min": 1.5, "max": 1.5, "mean": 1.5, "stderr": null, "last": null, "count": 1})
        );
        let none = Aggregate::default().to_value();
        assert_eq!(none, json!({"min": null, "max": null, "mean": null, "stderr": null, "last": null, "count": 0}));
    }
}
