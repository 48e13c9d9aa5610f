//! The config of a sweep: YAML, as the client sends it, or JSON, which is YAML too.

use serde_json::{Map, Value};

use super::space::Space;
use crate::{Error, Problem, Thing};

/// Longest config, in bytes.
const LONGEST: usize = 1 << 20;

/// The most brackets: the parser's time grows with the square of their depth.
const BRACKETS: usize = 5000;

/// Every way of searching that is offered.
const METHODS: &str = "grid, random";

/// How the next point is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Grid,
    Random,
}

/// What is optimised.
#[derive(Clone, Debug)]
pub(super) struct Metric {
    /// Its name in the summary.
    pub name: String,
    /// More is better.
    pub maximize: bool,
    /// Reaching it ends the sweep.
    pub target: Option<f64>,
}

/// A checked config.
#[derive(Clone, Debug)]
pub(super) struct SweepConfig {
    pub method: Method,
    pub space: Space,
    pub metric: Option<Metric>,
    /// The most runs.
    pub run_cap: Option<i64>,
    /// What agents run; none for those that call a function.
    pub program: Option<String>,
    pub name: Option<String>,
    pub description: Option<String>,
}

impl SweepConfig {
    /// Reads and checks everything, so that an agent never meets a mistake.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let config = document(text)?;
        let method = method(&config)?;
        for (key, holds) in [
            ("early_terminate", Value::is_object as fn(&Value) -> bool),
            ("job", Value::is_string),
            ("image_uri", Value::is_string),
            ("scheduler", Value::is_object),
        ] {
            if config.get(key).is_some_and(holds) {
                return Err(Error::Invalid(Problem::SweepOption { option: key.to_owned() }));
            }
        }
        if config.get("controller").and_then(|c| c.get("type")).is_some_and(|kind| kind != "cloud") {
            return Err(Error::Invalid(Problem::SweepOption { option: "controller: {type: local}".to_owned() }));
        }
        let space = Space::parse(config.get("parameters").unwrap_or(&Value::Null))?;
        if method == Method::Grid {
            space.grid_size()?;
        }
        let run_cap = match config.get("run_cap").filter(|cap| !cap.is_null()) {
            None => None,
            Some(cap) => Some(cap.as_i64().filter(|cap| *cap > 0).ok_or(Error::Invalid(Problem::SweepRunCap))?),
        };
        let text = |key: &str| config.get(key).and_then(Value::as_str).map(str::to_owned);
        let (program, name, description) = (text("program"), text("name"), text("description"));
        Ok(Self { method, space, metric: metric(&config)?, run_cap, program, name, description })
    }

    /// How many runs there will be, where that is certain.
    pub fn expected(&self) -> Option<i64> {
        match self.method {
            Method::Grid => {
                let size = i64::try_from(self.space.grid_size().ok()?).unwrap_or(i64::MAX);
                Some(self.run_cap.map_or(size, |cap| cap.min(size)))
            }
            Method::Random => self.run_cap,
        }
    }
}

fn document(text: &str) -> Result<Map<String, Value>, Error> {
    if text.len() > LONGEST {
        let length = text.len();
        return Err(Error::Invalid(Problem::TooLong { what: Thing::SweepConfig, length, most: LONGEST }));
    }
    if text.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > BRACKETS {
        return Err(Error::Invalid(Problem::TooMany { what: Thing::List, most: BRACKETS }));
    }
    let parsed: Result<serde_yaml_ng::Value, _> = serde_yaml_ng::from_str(text);
    let parsed = parsed.map_err(|e| Error::Invalid(Problem::SweepNotYaml { detail: e.to_string() }))?;
    match json(parsed)? {
        Value::Object(config) => Ok(config),
        _ => Err(Error::Invalid(Problem::SweepNotObject)),
    }
}

/// YAML as JSON. Keys that are numbers or truths become their texts. Python's tuples are lists; other tags are refused.
fn json(value: serde_yaml_ng::Value) -> Result<Value, Error> {
    use serde_yaml_ng::Value as Yaml;
    Ok(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(truth) => Value::Bool(truth),
        Yaml::String(text) => Value::String(text),
        Yaml::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(real)) => serde_json::Number::from_f64(real)
                .map(Value::Number)
                .ok_or_else(|| Error::Invalid(Problem::SweepNotYaml { detail: real.to_string() }))?,
            (None, None) => Value::Null,
        },
        Yaml::Sequence(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (Yaml, Yaml)| {
                let key = match json(key)? {
                    Value::String(text) => text,
                    other => other.to_string(),
                };
                Ok((key, json(value)?))
            };
            Value::Object(entries.into_iter().map(entry).collect::<Result<_, Error>>()?)
        }
        Yaml::Tagged(tagged) => {
            return Err(Error::Invalid(Problem::SweepNotYaml { detail: tagged.tag.to_string() }));
        }
    })
}

fn method(config: &Map<String, Value>) -> Result<Method, Error> {
    match config.get("method").filter(|method| !method.is_null()) {
        None => Err(Error::Invalid(Problem::SweepMethodMissing { known: METHODS })),
        Some(Value::String(method)) if method == "grid" => Ok(Method::Grid),
        Some(Value::String(method)) if method == "random" => Ok(Method::Random),
        Some(other) => {
            let method = other.as_str().map_or_else(|| other.to_string(), str::to_owned);
            Err(Error::Invalid(Problem::SweepMethod { method, known: METHODS }))
        }
    }
}

fn metric(config: &Map<String, Value>) -> Result<Option<Metric>, Error> {
    let Some(metric) = config.get("metric").filter(|metric| !metric.is_null()) else { return Ok(None) };
    let Some(name) = metric.get("name").and_then(Value::as_str) else {
        return Err(Error::Invalid(Problem::SweepMetric));
    };
    let maximize = match metric.get("goal").filter(|goal| !goal.is_null()) {
        None => false,
        Some(Value::String(goal)) if goal == "minimize" => false,
        Some(Value::String(goal)) if goal == "maximize" => true,
        Some(other) => return Err(Error::Invalid(Problem::SweepGoal { goal: other.to_string() })),
    };
    Ok(Some(Metric { name: name.to_owned(), maximize, target: metric.get("target").and_then(Value::as_f64) }))
}
