//! Which keys were logged, without reading the rows: segments and tail rows know their own.

use std::collections::BTreeMap;

use history::Keys;
use sqlx::FromRow;

use crate::db::sql;
use crate::policy::{Allowed, Project, Read, Run};
use crate::runs::streams::{StreamKind, decode_tail};
use crate::{Domain, Error};

/// A key with the number of runs that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricKey {
    /// The dotted name.
    pub key: String,
    /// In how many runs.
    pub runs: i64,
    /// `number` when any value is one, else the first other type seen.
    pub kind: String,
}

#[derive(FromRow)]
struct Part {
    run_id: i64,
    keys: Option<String>,
    payload: Option<Vec<u8>>,
}

impl Allowed<Read, Run> {
    /// What is known about the keys of the history, for the client's `historyKeys`.
    pub async fn history_keys(&self) -> Result<Keys, Error> {
        self.keys(StreamKind::History).await
    }

    /// Keys of the history.
    pub async fn metric_keys(&self) -> Result<Vec<MetricKey>, Error> {
        Ok(counted(vec![self.keys(StreamKind::History).await?]))
    }

    /// Keys of the system metrics.
    pub async fn system_keys(&self) -> Result<Vec<MetricKey>, Error> {
        Ok(counted(vec![self.keys(StreamKind::Events).await?]))
    }

    pub(super) async fn keys(&self, kind: StreamKind) -> Result<Keys, Error> {
        let run = self.resource();
        let all = load(self.domain(), "r.id = $1", run.id, kind).await?;
        Ok(all.into_values().next().unwrap_or_default())
    }
}

impl Allowed<Read, Project> {
    /// Keys of the history of all runs.
    pub async fn metric_keys(&self) -> Result<Vec<MetricKey>, Error> {
        let all = load(self.domain(), "r.project_id = $1", self.resource().id, StreamKind::History).await?;
        Ok(counted(all.into_values().collect()))
    }

    /// Keys of the system metrics of all runs.
    pub async fn system_keys(&self) -> Result<Vec<MetricKey>, Error> {
        let all = load(self.domain(), "r.project_id = $1", self.resource().id, StreamKind::Events).await?;
        Ok(counted(all.into_values().collect()))
    }
}

/// Keys by run, of the runs that `condition` (ours) selects with its argument.
async fn load(
    domain: &Domain,
    condition: &'static str,
    argument: i64,
    kind: StreamKind,
) -> Result<BTreeMap<i64, Keys>, Error> {
    // One statement, so one moment: compaction moves rows from the tail into segments.
    let text = format!(
        "SELECT s.run_id, s.keys, CAST(NULL AS BYTEA) AS payload, 0 AS later, s.position AS place FROM segment s \
         JOIN run r ON r.id = s.run_id AND r.generation = s.generation \
         WHERE {condition} AND s.kind = $2 AND r.deleted_at IS NULL UNION ALL \
         SELECT t.run_id, CAST(NULL AS TEXT), t.payload, 1, t.id FROM tail t \
         JOIN run r ON r.id = t.run_id AND r.generation = t.generation \
         WHERE {condition} AND t.kind = $2 AND r.deleted_at IS NULL ORDER BY 4, 5"
    );
    let parts: Vec<Part> = sql(text).bind(argument).bind(kind.as_str()).all(domain.db()).await?;
    let work = move || {
        let mut all: BTreeMap<i64, Keys> = BTreeMap::new();
        for part in parts {
            let keys = match (part.keys, part.payload) {
                (Some(text), _) => {
                    serde_json::from_str(&text).map_err(|e| Error::internal("reading stored keys", e))?
                }
                (None, Some(payload)) => Keys::of(&decode_tail(&payload)?),
                (None, None) => continue,
            };
            all.entry(part.run_id).or_default().merge(keys);
        }
        Ok(all)
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("reading keys", e))?
}

/// How many of the runs have each key, by name.
fn counted(runs: Vec<Keys>) -> Vec<MetricKey> {
    let mut all: BTreeMap<String, MetricKey> = BTreeMap::new();
    for (key, info) in runs.into_iter().flat_map(|keys| keys.0) {
        let kind = if info.counts.contains_key("number") {
            Some("number")
        } else {
            info.counts.keys().next().map(String::as_str)
        };
        let kind = kind.unwrap_or("number").to_owned();
        let entry = all.entry(key.clone()).or_insert_with(|| MetricKey { key, runs: 0, kind: kind.clone() });
        entry.runs += 1;
        if kind == "number" {
            entry.kind = kind;
        }
    }
    all.into_values().collect()
}
