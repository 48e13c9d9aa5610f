//! What is known of the metrics of runs, without reading their rows: from segments and the tails after them.

use std::collections::BTreeMap;
use std::sync::Arc;

use history::{KeyInfo, Keys};
use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;

use super::metric_names;
use super::streams::{StreamKind, decode_tail};
use crate::db::{Db, Sql, placeholders, sql};
use crate::policy::{Allowed, Project, Read, Run};
use crate::{Domain, Error};

/// A key with the number of runs that have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MetricKey {
    /// The dotted name.
    pub key: String,
    /// In how many runs.
    pub runs: i64,
    /// `number` when any value is one, else another type that was seen.
    #[serde(rename = "type")]
    pub kind: String,
}

const NUMBER: &str = "number";

/// The keys of one segment, or one tail row.
#[derive(FromRow)]
struct Part {
    run_id: i64,
    place: i64,
    keys: Option<String>,
    payload: Option<Vec<u8>>,
}

/// Which runs.
pub(crate) enum Of<'a> {
    /// Every run of a project.
    Project(i64),
    /// These runs.
    Runs(&'a [i64]),
}

/// Keys of the shown history of runs, by run; runs without rows are missing. One statement, so one moment: compaction
/// moves rows from the tail into segments.
pub(crate) async fn load(domain: &Domain, of: Of<'_>, kind: StreamKind) -> Result<BTreeMap<i64, Keys>, Error> {
    let parts = match of {
        Of::Runs([]) => Vec::new(),
        Of::Runs(ids) => {
            let mut all = Vec::new();
            for ids in ids.chunks(5000) {
                let condition = format!("r.id IN ({})", placeholders(2, ids.len()));
                all.extend(parts(domain.db(), &condition, kind, |query| query.bind_all(ids.iter().copied())).await?);
            }
            all
        }
        Of::Project(id) => parts(domain.db(), "r.project_id = $2", kind, |query| query.bind(id)).await?,
    };
    let merge = move || merge(parts);
    tokio::task::spawn_blocking(merge).await.map_err(|e| Error::internal("reading keys", e))?
}

async fn parts(db: &Db, condition: &str, kind: StreamKind, bind: impl Fn(Sql) -> Sql) -> Result<Vec<Part>, Error> {
    let text = format!(
        "SELECT s.run_id, s.position AS place, s.keys, CAST(NULL AS BYTEA) AS payload FROM run r \
         JOIN segment s ON s.run_id = r.id AND s.generation = r.generation AND s.kind = $1 \
         WHERE {condition} AND r.deleted_at IS NULL UNION ALL \
         SELECT t.run_id, t.id, CAST(NULL AS TEXT), t.payload FROM run r \
         JOIN tail t ON t.run_id = r.id AND t.generation = r.generation AND t.kind = $1 \
         WHERE {condition} AND r.deleted_at IS NULL"
    );
    bind(sql(text).bind(kind.as_str())).all(db).await
}

fn merge(mut parts: Vec<Part>) -> Result<BTreeMap<i64, Keys>, Error> {
    // Segments come before the tail.
    parts.sort_by_key(|part| (part.run_id, part.payload.is_some(), part.place));
    let mut all: BTreeMap<i64, Keys> = BTreeMap::new();
    for part in parts {
        let keys = match (part.keys, part.payload) {
            (Some(text), _) => {
                serde_json::from_str(&text).map_err(|e| Error::internal("reading a segment's keys", e))?
            }
            (None, payload) => Keys::of(&decode_tail(&payload.unwrap_or_default())?),
        };
        all.entry(part.run_id).or_default().merge(keys);
    }
    Ok(all)
}

/// How many runs have each key, from `(key, kind, runs)`, by name, without the bookkeeping of ours.
pub(super) fn counted<'a>(found: impl IntoIterator<Item = (&'a str, &'a str, i64)>) -> Vec<MetricKey> {
    let mut all: BTreeMap<&str, MetricKey> = BTreeMap::new();
    for (key, kind, runs) in found.into_iter().filter(|(key, ..)| *key != history::MALFORMED) {
        let new = || MetricKey { key: key.to_owned(), runs: 0, kind: kind.to_owned() };
        let entry = all.entry(key).or_insert_with(new);
        entry.runs += runs;
        if kind == NUMBER {
            entry.kind = NUMBER.to_owned();
        }
    }
    all.into_values().collect()
}

/// `number` when any value is one, else another type that was seen.
pub(super) fn kind(info: &KeyInfo) -> String {
    let numeric = info.counts.contains_key(NUMBER);
    if numeric { NUMBER } else { info.counts.keys().next().map_or(NUMBER, String::as_str) }.to_owned()
}

impl Allowed<Read, Run> {
    /// What is known of each metric in the run's history.
    pub async fn keys(&self) -> Result<Keys, Error> {
        self.keys_of(StreamKind::History).await
    }

    /// The client's `historyKeys`; `lastStep` is null for a run without rows.
    pub async fn history_keys(&self) -> Result<Value, Error> {
        Ok(self.keys().await?.to_history_keys())
    }

    /// The largest step of the run's history.
    pub async fn last_step(&self) -> Result<Option<i64>, Error> {
        Ok(self.keys().await?.last_step())
    }

    /// The run's metrics; the system metrics when asked.
    pub async fn metric_keys(&self, system: bool) -> Result<Arc<Vec<MetricKey>>, Error> {
        let kind = if system { StreamKind::Events } else { StreamKind::History };
        let keys = self.keys_of(kind).await?;
        let kinds: Vec<_> = keys.0.iter().map(|(key, info)| (key, self::kind(info))).collect();
        Ok(Arc::new(counted(kinds.iter().map(|(key, kind)| (key.as_str(), kind.as_str(), 1)))))
    }

    async fn keys_of(&self, kind: StreamKind) -> Result<Keys, Error> {
        let run = self.resource().id;
        Ok(load(self.domain(), Of::Runs(&[run]), kind).await?.remove(&run).unwrap_or_default())
    }
}

impl Allowed<Read, Project> {
    /// The metrics of all runs of the project; the system metrics when asked.
    pub async fn metric_keys(&self, system: bool) -> Result<Arc<Vec<MetricKey>>, Error> {
        let kind = if system { StreamKind::Events } else { StreamKind::History };
        metric_names::of_project(self.domain(), self.resource().id, kind).await
    }
}
