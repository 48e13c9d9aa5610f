//! What a parameter can be, as a map from [0, 1) to values (`public-api` §9.4).

mod parse;

use serde_json::{Number, Value, json};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

pub(super) use parse::parse;

/// How the values of one parameter are spread.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Distribution {
    /// Always the same.
    Constant(Value),
    /// One of these, each once; evenly, or with these probabilities.
    Categorical { values: Vec<Value>, probabilities: Option<Vec<f64>> },
    /// Whole numbers, both ends included.
    IntUniform { min: i64, max: i64 },
    /// Numbers.
    Uniform { min: f64, max: f64 },
    /// e to the power of a uniform number.
    LogUniform { min: f64, max: f64 },
    /// e to the power of minus a uniform number.
    InvLogUniform { min: f64, max: f64 },
    /// Gauss's.
    Normal { mu: f64, sigma: f64 },
    /// e to the power of a normal number.
    LogNormal { mu: f64, sigma: f64 },
    /// On [0, 1].
    Beta { a: f64, b: f64 },
    /// Another one, rounded to multiples of `q`; whole numbers where `q` is one.
    Quantized { base: Box<Distribution>, q: f64, whole: bool },
}

/// As near to 0 and 1 as inverse functions are asked.
const EDGE: f64 = 1e-12;

impl Distribution {
    /// The value at `u` of [0, 1).
    pub fn value(&self, u: f64) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Categorical { values, probabilities: None } => values[position(u, values.len())].clone(),
            Self::Categorical { values, probabilities: Some(probabilities) } => {
                let mut sum = 0.0;
                let first = probabilities.iter().position(|p| {
                    sum += p;
                    sum > u
                });
                // The sum may miss 1 by a hair.
                values[first.unwrap_or(values.len() - 1)].clone()
            }
            Self::IntUniform { min, max } => {
                let span = max.abs_diff(*min) as f64 + 1.0;
                json!((min.saturating_add((u * span) as i64)).min(*max))
            }
            Self::Quantized { base, q, whole } => {
                let steps = (base.number(u) / q).round_ties_even();
                if *whole { whole_number(steps * q) } else { number(steps * q) }
            }
            _ => number(self.number(u)),
        }
    }

    /// The number at `u` of a distribution of numbers.
    fn number(&self, u: f64) -> f64 {
        let inner = u.clamp(EDGE, 1.0 - EDGE);
        match self {
            Self::Uniform { min, max } => min + u * (max - min),
            Self::LogUniform { min, max } => (min + u * (max - min)).exp(),
            Self::InvLogUniform { min, max } => (-(min + (1.0 - u) * (max - min))).exp(),
            Self::Normal { mu, sigma } => mu + sigma * standard().inverse_cdf(inner),
            Self::LogNormal { mu, sigma } => (mu + sigma * standard().inverse_cdf(inner)).exp(),
            Self::Beta { a, b } => beta(*a, *b).map_or(u, |beta| beta.inverse_cdf(inner)),
            other => other.value(u).as_f64().unwrap_or_default(),
        }
    }

    /// How many values a grid has of it; none when they cannot be listed.
    pub fn grid_size(&self) -> Option<u64> {
        match self {
            Self::Constant(_) => Some(1),
            Self::Categorical { values, .. } => Some(values.len() as u64),
            Self::IntUniform { min, max } => Some(max.abs_diff(*min).saturating_add(1)),
            Self::Quantized { base, q, .. } => match **base {
                // `min, min + q, …` below `max`.
                Self::Uniform { min, max } => Some((((max - min) / q).ceil() as u64).max(1)),
                _ => None,
            },
            _ => None,
        }
    }

    /// One of the values of a grid, from 0.
    pub fn grid_value(&self, at: u64) -> Value {
        match self {
            Self::Constant(value) => value.clone(),
            Self::Categorical { values, .. } => values[usize::try_from(at).unwrap_or(0)].clone(),
            Self::IntUniform { min, .. } => json!(min.saturating_add_unsigned(at)),
            Self::Quantized { base, q, whole } => {
                let min = if let Self::Uniform { min, .. } = **base { min } else { 0.0 };
                let x = min + at as f64 * q;
                if *whole && min.fract() == 0.0 { whole_number(x) } else { number(x) }
            }
            _ => Value::Null,
        }
    }

    /// Which of the values of a grid it is.
    pub fn grid_position(&self, value: &Value) -> Option<u64> {
        match self {
            Self::Constant(_) | Self::Categorical { .. } => {
                (0..self.grid_size()?).find(|at| same(&self.grid_value(*at), value))
            }
            Self::IntUniform { min, max } => {
                let x = value.as_f64().filter(|x| x.fract() == 0.0)?;
                (x >= *min as f64 && x <= *max as f64).then(|| (x as i64).abs_diff(*min))
            }
            Self::Quantized { base, q, .. } => {
                let Self::Uniform { min, .. } = **base else { return None };
                let at = ((value.as_f64()? - min) / q).round();
                let at = (at >= 0.0).then_some(at as u64).filter(|at| self.grid_size().is_some_and(|n| *at < n))?;
                same(&self.grid_value(at), value).then_some(at)
            }
            _ => None,
        }
    }
}

/// The place of `u` among `count` equal parts.
fn position(u: f64, count: usize) -> usize {
    ((u * count as f64).ceil() as usize).saturating_sub(1).min(count - 1)
}

/// Whether a run's value is the parameter's: 3.0 is 3, and an object may have gained keys.
pub(super) fn same(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Number(a), Value::Number(b)) => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return a == b };
            (a - b).abs() <= f64::EPSILON * 4.0 * a.abs().max(b.abs())
        }
        (Value::Object(a), Value::Object(b)) => {
            a.iter().all(|(key, value)| b.get(key).is_some_and(|found| same(value, found)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => wanted == found,
    }
}

/// The standard normal distribution.
fn standard() -> Normal {
    Normal::standard()
}

/// Parameters were checked when the sweep was made.
fn beta(a: f64, b: f64) -> Option<Beta> {
    Beta::new(a, b).ok()
}

fn number(x: f64) -> Value {
    Number::from_f64(x).map_or(Value::Null, Value::Number)
}

fn whole_number(x: f64) -> Value {
    // The cast saturates.
    json!(x.round() as i64)
}

#[cfg(test)]
mod tests;
