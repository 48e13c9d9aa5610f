//! Rows that hold certain keys (`sampledHistory`).

use history::sample;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Error;
use crate::policy::{Allowed, Read, Run};
use crate::runs::streams::{self, StreamKind};

/// One question (`public-api` §5.1). `keys` holds x first; `maxStep` is included, unlike in `history`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    samples: Option<usize>,
    #[serde(default)]
    min_step: Option<i64>,
    #[serde(default)]
    max_step: Option<i64>,
}

/// The client's default.
const SAMPLES: usize = 500;

impl Allowed<Read, Run> {
    /// For each spec (JSON text) a list of objects with just the spec's keys, flat, from the rows that hold all of them.
    /// Values that are not finite are strings, since the answer is strict JSON. No keys: no rows.
    pub async fn sampled_history(&self, specs: &[String]) -> Result<Vec<Value>, Error> {
        let mut answers = Vec::with_capacity(specs.len());
        for spec in specs {
            let spec: Spec = serde_json::from_str(spec).map_err(|e| {
                Error::invalid("spec", format!("it is not of the form {{\"keys\":[…],\"samples\":N}}: {e}"))
            })?;
            answers.push(self.answer(spec).await?);
        }
        Ok(answers)
    }

    async fn answer(&self, spec: Spec) -> Result<Value, Error> {
        if spec.keys.is_empty() {
            return Ok(Value::Array(Vec::new()));
        }
        let steps = match (spec.min_step, spec.max_step) {
            (None, None) => None,
            (min, max) => Some(min.unwrap_or(i64::MIN)..max.map_or(i64::MAX, |m| m.saturating_add(1))),
        };
        let run = self.resource();
        let keys: Vec<&str> = spec.keys.iter().map(String::as_str).collect();
        let batch =
            streams::load(self.domain(), run.id, run.generation, StreamKind::History, Some(&keys), steps).await?;
        let rows = sample::rows(&batch, &keys, spec.samples.unwrap_or(SAMPLES), None);
        let object = |row| {
            let field = |key: &&str| Some(((*key).to_owned(), rows.value(row, key)?.to_json()));
            Value::Object(keys.iter().filter_map(field).collect::<Map<_, _>>())
        };
        Ok((0..rows.len()).map(object).collect())
    }
}
