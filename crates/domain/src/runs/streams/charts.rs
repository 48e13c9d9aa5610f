//! What the charts of several runs are drawn from.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use history::chart::{Stored, Tail};
use history::{Batch, Cache, Chart};
use sqlx::FromRow;

use super::load::{decode_tail, merged, opener};
use super::{Steps, StreamKind, shared};
use crate::db::{placeholders, sql};
use crate::{Domain, Error};

/// A segment or a tail row; the other's columns are null.
#[derive(FromRow)]
struct Part {
    run_id: i64,
    place: i64,
    blob: Option<String>,
    step_min: Option<i64>,
    step_max: Option<i64>,
    size: Option<i64>,
    line: Option<i64>,
    payload: Option<Vec<u8>>,
}

/// Memory for what was read of segments.
const KEPT: usize = 128 << 20;

/// Where charts keep what they read of segments.
pub(crate) fn cache() -> Arc<Cache> {
    Arc::new(Cache::new(KEPT))
}

/// The files and the tail of one run's stream, not yet read.
pub(in crate::runs) struct Parts {
    segments: Vec<Stored>,
    /// With the number of the first line of each.
    tail: Vec<(i64, Vec<u8>)>,
    steps: Steps,
}

/// Where the streams of these runs are, by run. One statement, so one moment: compaction moves rows from the tail into
/// segments.
pub(in crate::runs) async fn charts(
    domain: &Domain,
    runs: &[i64],
    kind: StreamKind,
) -> Result<HashMap<i64, Parts>, Error> {
    if runs.is_empty() {
        return Ok(HashMap::new());
    }
    let runs_are = format!("r.id IN ({})", placeholders(2, runs.len()));
    let text = format!(
        "SELECT s.run_id, s.position AS place, s.blob, s.step_min, s.step_max, s.bytes AS size, \
         CAST(NULL AS BIGINT) AS line, CAST(NULL AS BYTEA) AS payload FROM run r \
         JOIN segment s ON s.run_id = r.id AND s.generation = r.generation AND s.kind = $1 WHERE {runs_are} UNION ALL \
         SELECT t.run_id, t.id, CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), \
         t.first_line, t.payload FROM run r \
         JOIN tail t ON t.run_id = r.id AND t.generation = r.generation AND t.kind = $1 WHERE {runs_are}"
    );
    let mut rows: Vec<Part> = sql(text).bind(kind.as_str()).bind_all(runs.iter().copied()).all(domain.db()).await?;
    rows.sort_by_key(|part| part.place);
    let live = rows.iter().any(|row| row.payload.is_some());
    let apart = if live { shared(domain.db(), runs, kind).await? } else { HashSet::new() };
    let mut all: HashMap<i64, Parts> = HashMap::new();
    for row in rows {
        let steps = Steps::of(kind, apart.contains(&row.run_id));
        let parts = all.entry(row.run_id).or_insert_with(|| Parts { segments: Vec::new(), tail: Vec::new(), steps });
        match (row.blob, row.step_min, row.step_max, row.size, row.payload) {
            (Some(blob), Some(min), Some(max), Some(size), _) => {
                let (name, opened) = (blob.as_str().into(), opener(domain, blob, size));
                parts.segments.push(Stored { name, open: opened, steps: (min, max) });
            }
            (.., Some(payload)) => parts.tail.push((row.line.unwrap_or_default(), payload)),
            _ => {}
        }
    }
    Ok(all)
}

/// A word for what lies in the streams of these runs: another one when anything came or when rows were moved.
pub(in crate::runs) async fn state_of(domain: &Domain, runs: &[i64], kind: StreamKind) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    for runs in runs.chunks(500) {
        let runs_are = format!("r.id IN ({})", placeholders(2, runs.len()));
        let text = format!(
            "SELECT s.run_id, s.blob FROM run r JOIN segment s ON s.run_id = r.id AND s.generation = r.generation \
             AND s.kind = $1 WHERE {runs_are} UNION ALL \
             SELECT t.run_id, CAST(MAX(t.id) AS TEXT) FROM run r JOIN tail t ON t.run_id = r.id \
             AND t.generation = r.generation AND t.kind = $1 WHERE {runs_are} GROUP BY t.run_id"
        );
        let query = sql(text).bind(kind.as_str()).bind_all(runs.iter().copied());
        let mut rows: Vec<(i64, String)> = query.all(domain.db()).await?;
        rows.sort_unstable();
        for (run, part) in rows {
            hasher.update(&run.to_le_bytes()).update(part.as_bytes()).update(b"\0");
        }
    }
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

impl Parts {
    /// What charts of these keys are drawn from. Takes a while.
    pub(in crate::runs) fn chart(mut self, cache: &Arc<Cache>, keys: &[&str]) -> Result<Chart, Error> {
        let keys: Vec<&str> = keys.iter().copied().chain([history::STEP]).collect();
        if self.steps == Steps::Merge {
            self.tail.sort_by_key(|(line, _)| *line);
        }
        let batches = self.tail.iter().map(|(_, payload)| Ok(decode_tail(payload)?.select(&keys)));
        let rows = merged(self.steps, batches.collect::<Result<Vec<Batch>, Error>>()?);
        let tail = Tail { rows, replaces: self.steps == Steps::Merge };
        Ok(Chart::new(self.segments, tail, &keys, cache))
    }
}
