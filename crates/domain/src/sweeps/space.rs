//! The space that a sweep searches: its parameters in order, and its points as configs of runs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::distribution::{self, Distribution};
use crate::{Error, Problem};

/// Parameters may be nested; they lie in this order: by name, level for level.
#[derive(Clone, Debug)]
pub(super) struct Space {
    parameters: Vec<Parameter>,
}

/// One that has values.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// Its name at each level.
    path: Vec<String>,
    /// Its values.
    pub distribution: Distribution,
}

/// Parameters deeper than this are refused.
const DEEPEST: usize = 32;

impl Space {
    /// Reads `parameters` of a config.
    pub fn parse(parameters: &Value) -> Result<Self, Error> {
        let mut space = Self { parameters: Vec::new() };
        space.add(&mut Vec::new(), parameters)?;
        if space.parameters.is_empty() {
            return Err(Error::Invalid(Problem::SweepNoParameters));
        }
        Ok(space)
    }

    fn add(&mut self, path: &mut Vec<String>, parameters: &Value) -> Result<(), Error> {
        let Value::Object(parameters) = parameters else { return Err(Error::Invalid(Problem::SweepNoParameters)) };
        let mut names: Vec<&String> = parameters.keys().collect();
        names.sort();
        for name in names {
            path.push(name.clone());
            let spec = &parameters[name];
            match spec.get("parameters").filter(|_| path.len() < DEEPEST) {
                Some(nested) => self.add(path, nested)?,
                None => {
                    let distribution = distribution::parse(&path.join("."), spec)?;
                    self.parameters.push(Parameter { path: path.clone(), distribution });
                }
            }
            path.pop();
        }
        Ok(())
    }

    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The config of a run at a point: `{"top": {"value": …}}`, only the first level wrapped.
    pub fn config(&self, values: impl IntoIterator<Item = Value>) -> Map<String, Value> {
        let mut config = Map::new();
        for (parameter, value) in self.parameters.iter().zip(values) {
            let (Some(first), rest) = (parameter.path.first(), parameter.path.get(1..).unwrap_or_default()) else {
                continue;
            };
            let entry = config.entry(first.clone()).or_insert_with(|| json!({ "value": null }));
            put(&mut entry["value"], rest, value);
        }
        config
    }

    /// How many points a grid has. Every parameter must have values that can be listed.
    pub fn grid_size(&self) -> Result<u64, Error> {
        let mut size = 1u64;
        for parameter in &self.parameters {
            let count = parameter.distribution.grid_size();
            let name = || parameter.path.join(".");
            let count = count.ok_or_else(|| Error::Invalid(Problem::SweepGrid { parameter: name() }))?;
            size = size.saturating_mul(count);
        }
        Ok(size)
    }

    /// The first point of the grid that no run is at. The last parameter turns fastest.
    pub fn first_free<'a>(&self, taken: impl Iterator<Item = &'a Map<String, Value>>) -> Option<Map<String, Value>> {
        let taken: BTreeSet<u64> = taken.filter_map(|config| self.grid_position(config)).collect();
        let size = self.grid_size().ok()?;
        let mut free = 0;
        for at in taken {
            if at != free {
                break;
            }
            free += 1;
        }
        (free < size).then(|| self.grid_point(free))
    }

    fn grid_point(&self, mut at: u64) -> Map<String, Value> {
        let mut values: Vec<Value> = Vec::with_capacity(self.parameters.len());
        for parameter in self.parameters.iter().rev() {
            let count = parameter.distribution.grid_size().unwrap_or(1);
            values.push(parameter.distribution.grid_value(at % count));
            at /= count;
        }
        values.reverse();
        self.config(values)
    }

    fn grid_position(&self, config: &Map<String, Value>) -> Option<u64> {
        self.parameters.iter().try_fold(0u64, |at, parameter| {
            let count = parameter.distribution.grid_size()?;
            at.checked_mul(count)?.checked_add(parameter.distribution.grid_position(parameter.held(config)?)?)
        })
    }
}

impl Parameter {
    /// The value that a run has of it.
    pub fn held<'a>(&self, config: &'a Map<String, Value>) -> Option<&'a Value> {
        let (first, rest) = self.path.split_first()?;
        rest.iter().try_fold(config.get(first)?.get("value")?, |value, name| value.get(name))
    }
}

fn put(at: &mut Value, path: &[String], value: Value) {
    match path.split_first() {
        None => *at = value,
        Some((name, rest)) => {
            if !at.is_object() {
                *at = json!({});
            }
            put(&mut at[name.as_str()], rest, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(parameters: Value) -> Space {
        Space::parse(&parameters).unwrap()
    }

    /// The points in the order in which a lone agent gets them.
    fn walk(space: &Space) -> Vec<Value> {
        let mut taken: Vec<Map<String, Value>> = Vec::new();
        while let Some(point) = space.first_free(taken.iter()) {
            taken.push(point);
        }
        taken.into_iter().map(Value::Object).collect()
    }

    #[test]
    fn the_last_name_turns_fastest_level_for_level() {
        let space = space(json!({
            "b": { "values": [1, 2] },
            "a": { "parameters": { "z": { "min": 1, "max": 2 }, "y": { "value": "k" } } },
        }));
        let point = |z, b| json!({ "a": { "value": { "y": "k", "z": z } }, "b": { "value": b } });
        assert_eq!(walk(&space), [point(1, 1), point(1, 2), point(2, 1), point(2, 2)]);
        assert_eq!(space.grid_size().unwrap(), 4);
    }

    #[test]
    fn what_any_run_has_is_left_out_whatever_its_kind_of_number() {
        let space = space(json!({ "n": { "values": [1, 2, 2.0, 3] }, "d": { "values": [{ "x": 1 }, { "x": 2 }] } }));
        assert_eq!(space.grid_size().unwrap(), 6, "a value given twice counts once");
        let run = |config: Value| config.as_object().unwrap().clone();
        let taken = [
            run(json!({ "d": { "value": { "x": 1, "more": true } }, "n": { "value": 1.0 } })),
            run(json!({ "d": { "value": { "x": 1 } }, "n": { "value": 7 } })),
            run(json!({ "other": { "value": 1 } })),
        ];
        let next = Value::Object(space.first_free(taken.iter()).unwrap());
        assert_eq!(next, json!({ "d": { "value": { "x": 1 } }, "n": { "value": 2 } }));
    }

    #[test]
    fn steps_begin_at_the_least_and_stay_below_the_most() {
        let quantized = space(json!({ "q": { "distribution": "q_uniform", "min": 0.0, "max": 1.0, "q": 0.25 } }));
        let values: Vec<_> = walk(&quantized).iter().map(|p| p["q"]["value"].as_f64().unwrap()).collect();
        assert_eq!(values, [0.0, 0.25, 0.5, 0.75]);
        let whole = space(json!({ "q": { "distribution": "q_uniform", "min": 1, "max": 10, "q": 4 } }));
        assert_eq!(walk(&whole).iter().map(|p| p["q"]["value"].clone()).collect::<Vec<_>>(), [1, 5, 9]);
    }

    #[test]
    fn a_grid_of_numbers_without_end_is_refused() {
        let endless = space(json!({ "lr": { "min": 0.1, "max": 0.2 }, "n": { "value": 1 } }));
        let refused = endless.grid_size();
        assert!(matches!(refused, Err(Error::Invalid(Problem::SweepGrid { parameter })) if parameter == "lr"));
    }

    #[test]
    fn nothing_to_vary_is_refused() {
        for nothing in [json!({}), json!(null), json!([]), json!({ "a": { "parameters": {} } })] {
            assert!(matches!(Space::parse(&nothing), Err(Error::Invalid(Problem::SweepNoParameters))), "{nothing}");
        }
    }
}
