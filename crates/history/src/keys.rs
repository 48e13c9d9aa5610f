//! What is known about each key of a run, without its rows: for `historyKeys` and the lists of the web app.
//!
//! Computed per batch, then merged in the order in which the batches came.

mod infer;
mod render;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::value::Value;

/// The longest last value that is kept, in bytes of JSON; a longer one (a big histogram) is left out.
pub const MAX_LAST: usize = 4096;

/// What is known about one key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// The dotted name.
    pub key: String,
    /// How many values there are of each type: `number`, `string`, `boolean`, `list`, `map`, or the `_type` of media.
    pub counts: BTreeMap<String, u64>,
    /// The last value as strict JSON (`"NaN"` for NaN); none when it is longer than [`MAX_LAST`].
    pub last: Option<serde_json::Value>,
    /// Whether all values are numbers that never fall from row to row.
    pub monotonic: bool,
    /// The first number, while `monotonic`.
    pub first_number: Option<f64>,
    /// The last number, while `monotonic`.
    pub last_number: Option<f64>,
    /// The smallest `_step` with a value.
    pub first_step: i64,
    /// The largest `_step` with a value.
    pub last_step: i64,
}

/// What is known about all keys of a run, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Keys(pub BTreeMap<String, KeyInfo>);

impl Keys {
    /// Reads a batch in row order. A row without `_step` counts as step 0.
    #[must_use]
    pub fn of(batch: &Batch) -> Self {
        let ascending = batch.steps().filter(|steps| steps.is_sorted());
        let info = |(key, column): (&str, &_)| (key.to_owned(), infer::info(batch, ascending, key, column));
        Self(batch.columns().map(info).collect())
    }

    /// Adds what came later. Rows that are counted in both are counted twice.
    pub fn merge(&mut self, later: Self) {
        for (key, later) in later.0 {
            match self.0.get_mut(&key) {
                Some(info) => info.merge(later),
                None => _ = self.0.insert(key, later),
            }
        }
    }
}

impl KeyInfo {
    /// Adds what came later about the same key.
    pub fn merge(&mut self, later: Self) {
        let Self { key: _, counts, last, monotonic, first_number, last_number, first_step, last_step } = later;
        for (name, count) in counts {
            *self.counts.entry(name).or_default() += count;
        }
        self.monotonic &= monotonic && self.last_number <= first_number;
        self.first_number = self.first_number.filter(|_| self.monotonic);
        self.last_number = last_number.filter(|_| self.monotonic);
        self.last = last;
        self.first_step = self.first_step.min(first_step);
        self.last_step = self.last_step.max(last_step);
    }
}

/// The value as strict JSON, unless it is too long to carry along.
fn short_json(value: &Value<'_>) -> Option<serde_json::Value> {
    match value {
        Value::Text(text) | Value::Json(text) if text.len() > MAX_LAST => None,
        value => Some(value.to_json()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{rows, same_json};

    proptest! {
        #[test]
        fn merged_parts_know_what_the_whole_knows(lines in rows(), cut in 0..12_usize) {
            let cut = cut.min(lines.len());
            let mut merged = Keys::of(&Batch::from_lines(&lines[..cut], 0).0);
            merged.merge(Keys::of(&Batch::from_lines(&lines[cut..], cut as u64).0));
            let whole = Keys::of(&Batch::from_lines(&lines, 0).0);
            let (merged, whole) = (serde_json::to_value(&merged).unwrap(), serde_json::to_value(&whole).unwrap());
            prop_assert!(same_json(&merged, &whole), "{merged} and not {whole}");
        }

        #[test]
        fn stored_as_json_nothing_is_lost(lines in rows()) {
            let keys = Keys::of(&Batch::from_lines(&lines, 0).0);
            let text = serde_json::to_string(&keys).unwrap();
            prop_assert_eq!(serde_json::from_str::<Keys>(&text).unwrap(), keys);
        }
    }
}
