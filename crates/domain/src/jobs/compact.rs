//! Compaction: the tail of a stream becomes a Parquet segment.
//!
//! The blob is written first; then one transaction names it and deletes exactly the tail rows that are in it, so a process
//! killed at any moment leaves every row in one place. Segments stay ascending and disjoint in `_step`: rows that come late
//! are merged with the segment where they belong, and small segments with the next ones.

use std::ops::Range;
use std::sync::Arc;

use history::Batch;
use sqlx::FromRow;

use super::discard_later;
use crate::db::{Tx, sql};
use crate::runs::streams::segments::{self, NewSegment};
use crate::runs::streams::{Steps, StreamKind, decode_tail, merged, shared};
use crate::{Domain, Error};

/// Most bytes of tail in one round.
const ROUND: i64 = 16 << 20;
/// A last segment up to this size is merged with what comes, unless it is much larger than that.
const SMALL: i64 = 8 << 20;

/// A stream of a run.
#[derive(Clone, Copy, Debug)]
struct Stream {
    run_id: i64,
    generation: i64,
    kind: StreamKind,
}

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
struct Old {
    position: i64,
    step_max: i64,
    bytes: i64,
    blob: String,
}

/// The tail rows of one round.
struct Tail {
    /// Every row of the stream's tail up to this id.
    last: i64,
    rows: u64,
    bytes: i64,
    steps: Steps,
    batch: Arc<Batch>,
}

/// A segment to be written, of these rows of the tail and these segments, which are next to each other.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    olds: Range<usize>,
    /// Both included.
    steps: (i64, i64),
}

/// Compacts the stream `RUN/GENERATION/KIND`, as often as there is a tail. In memory are the tail of one round and the
/// segments of one part, however long the run is.
pub(super) async fn run(domain: &Domain, subject: &str) -> Result<(), Error> {
    let stream = Stream::parse(subject)?;
    while let Some(tail) = stream.tail(domain).await? {
        let all = stream.segments(domain).await?;
        let mut written = Vec::new();
        for part in parts(&all, &tail) {
            let mut batches = Vec::new();
            for old in &all[part.olds.clone()] {
                let bytes = domain.blobs().read(&old.blob).await?;
                let read = tokio::task::spawn_blocking(move || history::segment::read(bytes, None, None)).await;
                let read = read.map_err(|e| Error::internal("reading a segment", e))?;
                batches.push(read.map_err(|e| Error::internal("reading a segment", e))?);
            }
            let late = Arc::clone(&tail.batch);
            let ((first, last), steps) = (part.steps, tail.steps);
            let merge = move || {
                batches.push(late.between_steps(first, last));
                merged(steps, batches)
            };
            let merged = tokio::task::spawn_blocking(merge).await;
            let merged = merged.map_err(|e| Error::internal("merging segments", e))?;
            if let Some(new) = segments::write(domain, merged).await? {
                written.push((part.olds, new));
            }
        }
        stream.commit(domain, written, &all, &tail).await?;
    }
    Ok(())
}

/// What is to be written: rows that come late go into the segment that they belong to, the others with the last small
/// segments into a new one. Segments without new rows stay as they are.
fn parts(all: &[Old], tail: &Tail) -> Vec<Part> {
    let mut steps: Vec<i64> = tail.batch.steps().unwrap_or_default().to_vec();
    steps.sort_unstable();
    let before = all.last().map_or(0, |old| steps.partition_point(|step| *step <= old.step_max));
    let beyond = before < steps.len();
    let mut kept = all.len();
    let mut size = if beyond { tail.bytes } else { 0 };
    while beyond && kept > 0 && all[kept - 1].bytes <= SMALL.min(size.saturating_mul(2)) {
        kept -= 1;
        size += all[kept].bytes;
    }
    let mut parts = Vec::new();
    let mut start = i64::MIN;
    for (at, old) in all[..kept].iter().enumerate() {
        let first = steps.partition_point(|step| *step < start);
        if steps.get(first).is_some_and(|step| *step <= old.step_max) {
            parts.push(Part { olds: at..at + 1, steps: (start, old.step_max) });
        }
        start = old.step_max.saturating_add(1);
    }
    if beyond {
        parts.push(Part { olds: kept..all.len(), steps: (start, i64::MAX) });
    }
    parts
}

impl Stream {
    fn parse(subject: &str) -> Result<Self, Error> {
        let mut parts = subject.splitn(3, '/');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        let wrong = || Error::internal("reading a job", format!("{subject:?} is no stream"));
        let (run_id, generation) = (number().ok_or_else(wrong)?, number().ok_or_else(wrong)?);
        Ok(Self { run_id, generation, kind: parts.next().ok_or_else(wrong)?.parse()? })
    }

    async fn segments(&self, domain: &Domain) -> Result<Vec<Old>, Error> {
        self.query("SELECT position, step_max, bytes, blob FROM segment", "ORDER BY position").all(domain.db()).await
    }

    /// The oldest rows of the tail, up to [`ROUND`] bytes of them; nothing when there are none.
    async fn tail(&self, domain: &Domain) -> Result<Option<Tail>, Error> {
        let text = "SELECT id, CAST(LENGTH(payload) AS BIGINT) FROM tail";
        let sizes: Vec<(i64, i64)> = self.query(text, "ORDER BY id").all(domain.db()).await?;
        let mut bytes = 0;
        let fits = sizes.iter().take_while(|(_, size)| {
            let fits = bytes == 0 || bytes + size <= ROUND;
            bytes += size;
            fits
        });
        let Some((last, _)) = fits.last() else { return Ok(None) };
        let shared = shared(domain.db(), &[self.run_id], self.kind).await?.contains(&self.run_id);
        let steps = Steps::of(self.kind, shared);
        let order =
            if steps == Steps::Merge { "AND id <= $4 ORDER BY first_line, id" } else { "AND id <= $4 ORDER BY id" };
        let rows: Vec<(Vec<u8>,)> = self.query("SELECT payload FROM tail", order).bind(*last).all(domain.db()).await?;
        let count = rows.len() as u64;
        let bytes = rows.iter().map(|(payload,)| payload.len()).sum::<usize>();
        let decode = move || {
            let batches: Result<Vec<Batch>, Error> = rows.iter().map(|(payload,)| decode_tail(payload)).collect();
            Ok::<_, Error>(merged(steps, batches?))
        };
        let decoded = tokio::task::spawn_blocking(decode).await;
        let batch = decoded.map_err(|e| Error::internal("reading a tail", e))??;
        Ok(Some(Tail {
            last: *last,
            rows: count,
            steps,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            batch: Arc::new(batch),
        }))
    }

    /// Swaps the tail rows and the merged segments for the new ones; nothing when something else changed them.
    async fn commit(
        &self,
        domain: &Domain,
        written: Vec<(Range<usize>, NewSegment)>,
        all: &[Old],
        tail: &Tail,
    ) -> Result<(), Error> {
        let changed = || Error::Busy("the stream changed while it was compacted".to_owned());
        let mut tx = domain.db().begin().await?;
        self.hold(&mut tx).await?;
        let segments = "SELECT position, step_max, bytes, blob FROM segment";
        if self.query(segments, "ORDER BY position").all::<Old>(&mut tx).await? != all {
            return Err(changed());
        }
        if self.query("DELETE FROM tail", "AND id <= $4").bind(tail.last).run(&mut tx).await? != tail.rows {
            return Err(changed());
        }
        for (olds, new) in written {
            let next = all.last().map_or(0, |old| old.position + 1);
            let position = all.get(olds.start).map_or(next, |old| old.position);
            for old in &all[olds] {
                self.query("DELETE FROM segment", "AND position = $4").bind(old.position).run(&mut tx).await?;
                discard_later(&mut tx, domain.clock(), &old.blob).await?;
            }
            new.insert(&mut tx, domain.clock(), self.run_id, self.generation, self.kind, position).await?;
        }
        self.query("UPDATE stream SET tail_rows = 0, tail_bytes = 0", "").run(&mut tx).await?;
        tx.commit().await?;
        metrics::counter!("runstead_compactions_total", "stream" => self.kind.as_str()).increment(1);
        Ok(())
    }

    /// Appends and other compactions wait, see `runs::row::lock`.
    async fn hold(&self, tx: &mut Tx) -> Result<(), Error> {
        sql("UPDATE run SET generation = generation WHERE id = $1").bind(self.run_id).run(tx).await.map(drop)
    }

    fn query(&self, text: &str, rest: &str) -> crate::db::Sql {
        sql(format!("{text} WHERE run_id = $1 AND generation = $2 AND kind = $3 {rest}"))
            .bind(self.run_id)
            .bind(self.generation)
            .bind(self.kind.as_str())
    }
}

#[cfg(test)]
mod tests;
