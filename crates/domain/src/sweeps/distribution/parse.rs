//! Reads a parameter of a sweep's config.

use serde_json::{Map, Value};

use super::{Distribution, same};
use crate::{Error, Problem};

/// Every distribution that a config may name.
const KNOWN: &str = "constant, categorical, categorical_w_probabilities, int_uniform, uniform, q_uniform, log_uniform, \
                     log_uniform_values, q_log_uniform, q_log_uniform_values, inv_log_uniform, inv_log_uniform_values, \
                     normal, q_normal, log_normal, q_log_normal, beta, q_beta";

/// How far probabilities may miss a sum of 1.
const ROUNDING: f64 = 1e-6;

/// A parameter's specification, and its name for what is wrong with it.
struct Spec<'a> {
    name: &'a str,
    keys: &'a Map<String, Value>,
}

/// The distribution that the specification of the parameter `name` means: named, or told by its keys.
pub(in crate::sweeps) fn parse(name: &str, spec: &Value) -> Result<Distribution, Error> {
    let spec = match spec {
        Value::Object(keys) => Spec { name, keys },
        _ => return Err(Error::Invalid(Problem::SweepParameterEmpty { parameter: name.to_owned() })),
    };
    let has = |key: &str| spec.keys.get(key).is_some_and(|value| !value.is_null());
    let named = spec.keys.get("distribution").filter(|value| !value.is_null());
    match named {
        Some(Value::String(distribution)) => spec.named(distribution),
        Some(other) => Err(spec.unknown(&other.to_string())),
        None if spec.keys.contains_key("value") => spec.named("constant"),
        None if has("values") => spec.named("categorical"),
        None if has("min") && has("max") => {
            let whole = |key| spec.keys.get(key).is_some_and(Value::is_i64);
            spec.named(if whole("min") && whole("max") { "int_uniform" } else { "uniform" })
        }
        None => Err(spec.problem(|parameter| Problem::SweepParameterEmpty { parameter })),
    }
}

impl Spec<'_> {
    fn named(&self, distribution: &str) -> Result<Distribution, Error> {
        if let Some(base) = distribution.strip_prefix("q_") {
            if !matches!(base, "uniform" | "log_uniform" | "log_uniform_values" | "normal" | "log_normal" | "beta") {
                return Err(self.unknown(distribution));
            }
            let base = Box::new(self.named(base)?);
            let given = self.keys.get("q").filter(|q| !q.is_null());
            let q = self.number("q", Some(1.0))?;
            if q <= 0.0 {
                return Err(self.positive("q"));
            }
            return Ok(Distribution::Quantized { base, q, whole: given.is_none_or(Value::is_i64) });
        }
        match distribution {
            "constant" => {
                let value = self.keys.get("value").cloned();
                value.map(Distribution::Constant).ok_or_else(|| self.needs("value"))
            }
            "categorical" | "categorical_w_probabilities" => self.categorical(),
            "int_uniform" => {
                let bound = |key: &'static str| {
                    let number = self.number(key, None)?;
                    if number.fract() == 0.0 { Ok(number as i64) } else { Err(self.needs_whole(key)) }
                };
                let (min, max) = (bound("min")?, bound("max")?);
                self.ascending(min as f64, max as f64)?;
                Ok(Distribution::IntUniform { min, max })
            }
            "uniform" => self.bounds().map(|(min, max)| Distribution::Uniform { min, max }),
            "log_uniform" => self.bounds().map(|(min, max)| Distribution::LogUniform { min, max }),
            "inv_log_uniform" => self.bounds().map(|(min, max)| Distribution::InvLogUniform { min, max }),
            "log_uniform_values" => self.logarithms().map(|(min, max)| Distribution::LogUniform { min, max }),
            "inv_log_uniform_values" => {
                self.logarithms().map(|(min, max)| Distribution::InvLogUniform { min: -max, max: -min })
            }
            "normal" => self.bell().map(|(mu, sigma)| Distribution::Normal { mu, sigma }),
            "log_normal" => self.bell().map(|(mu, sigma)| Distribution::LogNormal { mu, sigma }),
            "beta" => Ok(Distribution::Beta { a: self.above_zero("a")?, b: self.above_zero("b")? }),
            other => Err(self.unknown(other)),
        }
    }

    /// Values given twice count once; their probabilities add up.
    fn categorical(&self) -> Result<Distribution, Error> {
        let Some(Value::Array(given)) = self.keys.get("values") else { return Err(self.needs("values")) };
        if given.is_empty() {
            return Err(self.needs("values"));
        }
        let probabilities = self.probabilities(given.len())?;
        let mut values: Vec<Value> = Vec::with_capacity(given.len());
        let mut shares: Vec<f64> = Vec::with_capacity(given.len());
        for (n, value) in given.iter().enumerate() {
            let share = probabilities.as_ref().map_or(0.0, |all| all[n]);
            match values.iter().position(|known| same(known, value) && same(value, known)) {
                Some(at) => shares[at] += share,
                None => {
                    values.push(value.clone());
                    shares.push(share);
                }
            }
        }
        Ok(Distribution::Categorical { values, probabilities: probabilities.map(|_| shares) })
    }

    fn probabilities(&self, count: usize) -> Result<Option<Vec<f64>>, Error> {
        let Some(given) = self.keys.get("probabilities").filter(|p| !p.is_null()) else { return Ok(None) };
        let shares: Vec<f64> = given.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let sum: f64 = shares.iter().sum();
        if shares.len() != count || shares.iter().any(|p| *p < 0.0) || (sum - 1.0).abs() > ROUNDING {
            return Err(self.problem(|parameter| Problem::SweepProbabilities { parameter, values: count }));
        }
        Ok(Some(shares))
    }

    fn bounds(&self) -> Result<(f64, f64), Error> {
        let (min, max) = (self.number("min", None)?, self.number("max", None)?);
        self.ascending(min, max)?;
        Ok((min, max))
    }

    /// The logarithms of bounds that are values.
    fn logarithms(&self) -> Result<(f64, f64), Error> {
        let (min, max) = self.bounds()?;
        if min <= 0.0 { Err(self.positive("min")) } else { Ok((min.ln(), max.ln())) }
    }

    fn bell(&self) -> Result<(f64, f64), Error> {
        Ok((self.number("mu", Some(0.0))?, self.above_zero("sigma")?))
    }

    /// A number above 0; 1 where it is not given.
    fn above_zero(&self, key: &'static str) -> Result<f64, Error> {
        let number = self.number(key, Some(1.0))?;
        if number > 0.0 { Ok(number) } else { Err(self.positive(key)) }
    }

    fn number(&self, key: &'static str, default: Option<f64>) -> Result<f64, Error> {
        match self.keys.get(key).filter(|value| !value.is_null()) {
            Some(value) => value.as_f64().ok_or_else(|| self.needs(key)),
            None => default.ok_or_else(|| self.needs(key)),
        }
    }

    fn ascending(&self, min: f64, max: f64) -> Result<(), Error> {
        if min <= max { Ok(()) } else { Err(self.problem(|parameter| Problem::SweepBounds { parameter })) }
    }

    fn needs(&self, key: &'static str) -> Error {
        self.problem(|parameter| Problem::SweepParameterNeeds { parameter, key })
    }

    fn needs_whole(&self, key: &'static str) -> Error {
        self.problem(|parameter| Problem::SweepParameterWhole { parameter, key })
    }

    fn positive(&self, key: &'static str) -> Error {
        self.problem(|parameter| Problem::SweepParameterPositive { parameter, key })
    }

    fn unknown(&self, distribution: &str) -> Error {
        let distribution = distribution.to_owned();
        self.problem(|parameter| Problem::SweepDistribution { parameter, distribution, known: KNOWN })
    }

    fn problem(&self, problem: impl FnOnce(String) -> Problem) -> Error {
        Error::Invalid(problem(self.name.to_owned()))
    }
}
