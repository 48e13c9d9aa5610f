//! Rows that hold certain keys, for `sampledHistory`.

use std::ops::Range;

use history::{Batch, sample};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::rows::{SAMPLES, at_most, blocking};
use crate::policy::{Allowed, Read, Run};
use crate::runs::streams::StreamKind;
use crate::{Error, Problem, Thing};

/// More questions in one request are refused.
const MOST_SPECS: usize = 100;

/// One question, as the client writes it. Unlike everywhere else, `maxStep` is included.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(default)]
    keys: Vec<String>,
    samples: Option<u32>,
    min_step: Option<f64>,
    max_step: Option<f64>,
}

impl Spec {
    fn parse(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text)
            .map_err(|e| Error::Invalid(Problem::BadSpec { text: text.to_owned(), detail: e.to_string() }))
    }

    fn steps(&self) -> Option<Range<i64>> {
        // The casts saturate.
        let min = self.min_step.map_or(i64::MIN, |min| min.ceil() as i64);
        let end = self.max_step.map_or(i64::MAX, |max| (max.floor() as i64).saturating_add(1));
        (self.min_step.is_some() || self.max_step.is_some()).then_some(min..end)
    }

    fn answer(&self, batch: &Batch) -> Value {
        if self.keys.is_empty() {
            return Value::Array(Vec::new());
        }
        let steps = self.steps();
        let most = at_most(self.samples.map_or(SAMPLES, |samples| samples as usize), steps.as_ref());
        let keys: Vec<&str> = self.keys.iter().map(String::as_str).collect();
        let rows = sample::rows(batch, &keys, most, steps);
        let object = |row: usize| {
            let held = |key: &&str| Some(((*key).to_owned(), rows.value(row, key)?.to_json()));
            Value::Object(keys.iter().filter_map(held).collect::<Map<_, _>>())
        };
        (0..rows.len()).map(object).collect()
    }
}

impl Allowed<Read, Run> {
    /// For each question `{"keys":[x, …],"samples":n,"minStep","maxStep"}` a list of objects: the rows that hold all keys,
    /// with these keys only, flat under their dotted names. NaN and the infinities are texts.
    pub async fn sampled_history<S: AsRef<str>>(&self, specs: &[S]) -> Result<Vec<Value>, Error> {
        if specs.len() > MOST_SPECS {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Spec, most: MOST_SPECS }));
        }
        let specs: Vec<Spec> = specs.iter().map(|text| Spec::parse(text.as_ref())).collect::<Result<_, _>>()?;
        let mut keys: Vec<&str> = specs.iter().flat_map(|spec| &spec.keys).map(String::as_str).collect();
        keys.sort_unstable();
        keys.dedup();
        let ranges: Option<Vec<Range<i64>>> = specs.iter().map(Spec::steps).collect();
        let steps = ranges.and_then(|all| {
            let (start, end) = (all.iter().map(|r| r.start).min()?, all.iter().map(|r| r.end).max()?);
            Some(start..end)
        });
        let batch = self.load(StreamKind::History, Some(&keys), steps).await?;
        blocking(move || specs.iter().map(|spec| spec.answer(&batch)).collect()).await
    }
}
