//! What the charts of several runs are drawn from.

use std::collections::HashMap;

use history::{Batch, Chart};
use sqlx::FromRow;

use super::StreamKind;
use super::load::{decode_tail, merged, open};
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
    payload: Option<Vec<u8>>,
}

/// The files and the tail of one run's stream, not yet read.
#[derive(Default)]
pub(in crate::runs) struct Parts {
    segments: Vec<(String, i64, i64)>,
    tail: Vec<Vec<u8>>,
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
        "SELECT s.run_id, s.position AS place, s.blob, s.step_min, s.step_max, CAST(NULL AS BYTEA) AS payload FROM run r \
         JOIN segment s ON s.run_id = r.id AND s.generation = r.generation AND s.kind = $1 WHERE {runs_are} UNION ALL \
         SELECT t.run_id, t.id, CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), t.payload FROM run r \
         JOIN tail t ON t.run_id = r.id AND t.generation = r.generation AND t.kind = $1 WHERE {runs_are}"
    );
    let mut rows: Vec<Part> = sql(text).bind(kind.as_str()).bind_all(runs.iter().copied()).all(domain.db()).await?;
    rows.sort_by_key(|part| part.place);
    let mut all: HashMap<i64, Parts> = HashMap::new();
    for row in rows {
        let parts = all.entry(row.run_id).or_default();
        match (row.blob, row.step_min, row.step_max, row.payload) {
            (Some(blob), Some(min), Some(max), _) => parts.segments.push((blob, min, max)),
            (.., Some(payload)) => parts.tail.push(payload),
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
    /// Gives what `read` makes of the stream, on a thread of its own.
    pub(in crate::runs) async fn read<T: Send + 'static>(
        self,
        domain: &Domain,
        kind: StreamKind,
        keys: Vec<String>,
        read: impl FnOnce(&mut Chart) -> Result<T, history::SegmentError> + Send + 'static,
    ) -> Result<T, Error> {
        let mut segments = Vec::with_capacity(self.segments.len());
        for (blob, min, max) in self.segments {
            segments.push((open(domain, &blob).await?, min, max));
        }
        let tail = self.tail;
        let work = move || {
            let keys: Vec<&str> = keys.iter().map(String::as_str).chain([history::STEP]).collect();
            let batches = tail.iter().map(|payload| Ok(decode_tail(payload)?.select(&keys)));
            let tail = merged(kind, batches.collect::<Result<Vec<Batch>, Error>>()?);
            let failed = |e| Error::internal("reading a segment", e);
            read(&mut Chart::new(segments, tail, &keys).map_err(failed)?).map_err(failed)
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("reading a stream", e))?
    }
}
