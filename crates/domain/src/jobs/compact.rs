//! Compaction: the tail of a stream becomes a Parquet segment.
//!
//! The blob is written first; then one transaction names it and deletes exactly the tail rows that are in it, so a process
//! killed at any moment leaves every row in one place. Segments stay ascending and disjoint in `_step`: rows that come late
//! are merged with all segments from there on, and small segments are merged with the next ones.

use history::Batch;
use sqlx::FromRow;

use super::discard_later;
use crate::db::{Tx, sql};
use crate::runs::streams::segments::{self, NewSegment};
use crate::runs::streams::{StreamKind, decode_tail, merged};
use crate::{Domain, Error};

/// Most bytes of tail in one round.
const ROUND: i64 = 64 << 20;
/// A last segment up to this size is merged with what comes, unless it is much larger than that.
const SMALL: i64 = 16 << 20;

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
    batch: Batch,
}

/// Compacts the stream `RUN/GENERATION/KIND`, as often as there is a tail.
pub(super) async fn run(domain: &Domain, subject: &str) -> Result<(), Error> {
    let stream = Stream::parse(subject)?;
    while let Some(tail) = stream.tail(domain).await? {
        let all = stream.segments(domain).await?;
        let kept = keep(&all, &tail);
        let mut batches = Vec::new();
        for old in &all[kept..] {
            let bytes = domain.blobs().read(&old.blob).await?;
            let read = tokio::task::spawn_blocking(move || history::segment::read(bytes, None, None)).await;
            let read = read.map_err(|e| Error::internal("reading a segment", e))?;
            batches.push(read.map_err(|e| Error::internal("reading a segment", e))?);
        }
        batches.push(tail.batch.clone());
        let merged = tokio::task::spawn_blocking(move || merged(stream.kind, batches)).await;
        let merged = merged.map_err(|e| Error::internal("merging segments", e))?;
        let Some(new) = segments::write(domain, merged).await? else { return Ok(()) };
        stream.commit(domain, new, &all, kept, &tail).await?;
    }
    Ok(())
}

/// How many of the segments, in order, stay as they are.
fn keep(all: &[Old], tail: &Tail) -> usize {
    let first = tail.batch.steps().and_then(|steps| steps.iter().min()).copied().unwrap_or(i64::MIN);
    let mut kept = all.partition_point(|old| old.step_max < first);
    let mut merged: i64 = tail.bytes + all[kept..].iter().map(|old| old.bytes).sum::<i64>();
    while kept > 0 && all[kept - 1].bytes <= SMALL.min(merged.saturating_mul(2)) {
        kept -= 1;
        merged += all[kept].bytes;
    }
    kept
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
        let rows: Vec<(Vec<u8>,)> =
            self.query("SELECT payload FROM tail", "AND id <= $4 ORDER BY id").bind(*last).all(domain.db()).await?;
        let (count, kind) = (rows.len() as u64, self.kind);
        let bytes = rows.iter().map(|(payload,)| payload.len()).sum::<usize>();
        let decode = move || {
            let batches: Result<Vec<Batch>, Error> = rows.iter().map(|(payload,)| decode_tail(payload)).collect();
            Ok::<_, Error>(merged(kind, batches?))
        };
        let decoded = tokio::task::spawn_blocking(decode).await;
        let batch = decoded.map_err(|e| Error::internal("reading a tail", e))??;
        Ok(Some(Tail { last: *last, rows: count, bytes: i64::try_from(bytes).unwrap_or(i64::MAX), batch }))
    }

    /// Swaps the tail rows and the merged segments for the new segment; nothing when something else changed them.
    async fn commit(
        &self,
        domain: &Domain,
        new: NewSegment,
        all: &[Old],
        kept: usize,
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
        let position = i64::try_from(kept).unwrap_or(i64::MAX);
        let from = all.get(kept).map_or(position, |old| old.position);
        self.query("DELETE FROM segment", "AND position >= $4").bind(from).run(&mut tx).await?;
        for old in &all[kept..] {
            discard_later(&mut tx, domain.clock(), &old.blob).await?;
        }
        new.insert(&mut tx, domain.clock(), self.run_id, self.generation, self.kind, from).await?;
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
