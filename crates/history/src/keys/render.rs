//! The client's `historyKeys`.

use serde_json::{Map, Value as Json, json};

use super::Keys;
use crate::STEP;

impl Keys {
    /// The largest `_step` of the run; none when it has no rows.
    #[must_use]
    pub fn last_step(&self) -> Option<i64> {
        self.0.get(STEP).map(|info| info.last_step)
    }

    /// `{"lastStep":N,"sets":[],"keys":{key:{"typeCounts":[{"type":"number","count":12}],"monotonic":false,
    /// "previousValue":0.1}}}`, with `lastStep` null for a run without rows.
    #[must_use]
    pub fn to_history_keys(&self) -> Json {
        let keys: Map<String, Json> = self
            .0
            .iter()
            .map(|(key, info)| {
                let counts: Vec<Json> =
                    info.counts.iter().map(|(name, count)| json!({"type": name, "count": count})).collect();
                (key.clone(), json!({"typeCounts": counts, "monotonic": info.monotonic, "previousValue": info.last}))
            })
            .collect();
        json!({"lastStep": self.last_step(), "sets": [], "keys": keys})
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Batch;

    #[test]
    fn history_keys_are_as_the_client_reads_them() {
        let (batch, _) =
            Batch::from_lines(&[r#"{"_step":3,"dict":{"val1":0.5}}"#, r#"{"_step":5,"dict":{"val1":0.1}}"#], 0);
        let expected = json!({"lastStep": 5, "sets": [], "keys": {
            "_step": {"typeCounts": [{"type": "number", "count": 2}], "monotonic": true, "previousValue": 5},
            "dict.val1": {"typeCounts": [{"type": "number", "count": 2}], "monotonic": false, "previousValue": 0.1},
        }});
        assert_eq!(Keys::of(&batch).to_history_keys(), expected);
        assert_eq!(Keys::default().to_history_keys(), json!({"lastStep": null, "sets": [], "keys": {}}));
    }
}
