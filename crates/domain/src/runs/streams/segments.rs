//! Segments: Parquet files in the blob store and the rows that name them.

use history::{Batch, Keys, segment};

use super::{StreamKind, store};
use crate::db::{Tx, sql};
use crate::jobs::discard_later;
use crate::{Clock, Domain, Error};

/// A segment whose blob is written and which no row names yet.
#[derive(Debug)]
pub(crate) struct NewSegment {
    pub blob: String,
    pub lines: i64,
    pub step_min: i64,
    pub step_max: i64,
    pub bytes: i64,
    pub keys: String,
}

/// Writes the rows as a blob; nothing when there are none. Should no row ever name it, it is deleted after a while.
pub(crate) async fn write(domain: &Domain, rows: Batch) -> Result<Option<NewSegment>, Error> {
    if rows.is_empty() {
        return Ok(None);
    }
    let encode = move || {
        let (file, stats) = segment::write(&rows).map_err(|e| Error::internal("writing a segment", e))?;
        let keys = serde_json::to_string(&Keys::of(&rows)).map_err(|e| Error::internal("writing a segment", e))?;
        Ok::<_, Error>((file, stats, keys))
    };
    let encoded = tokio::task::spawn_blocking(encode).await;
    let (file, stats, keys) = encoded.map_err(|e| Error::internal("writing a segment", e))??;
    let blob = format!("segments/{}.parquet", domain.clock().token::<24>()?);
    discard_later(domain.db(), domain.clock(), &blob).await?;
    let bytes = i64::try_from(file.len()).unwrap_or(i64::MAX);
    domain.blobs().put(&blob, file.into()).await?;
    let lines = i64::try_from(stats.rows).unwrap_or(i64::MAX);
    Ok(Some(NewSegment { blob, lines, step_min: stats.step_min, step_max: stats.step_max, bytes, keys }))
}

impl NewSegment {
    /// Names the blob.
    pub async fn insert(
        self,
        tx: &mut Tx,
        clock: &Clock,
        run_id: i64,
        generation: i64,
        kind: StreamKind,
        position: i64,
    ) -> Result<(), Error> {
        sql("INSERT INTO segment (id, run_id, generation, kind, position, lines, step_min, step_max, bytes, blob, keys) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(clock.id()?)
        .bind(run_id)
        .bind(generation)
        .bind(kind.as_str())
        .bind(position)
        .bind(self.lines)
        .bind(self.step_min)
        .bind(self.step_max)
        .bind(self.bytes)
        .bind(self.blob)
        .bind(self.keys)
        .run(tx)
        .await
        .map(drop)
    }
}

/// A stream that begins with rows that its writer does not send: it counts on from `next_line`. The only writer has no name.
pub(crate) async fn begin_stream(
    tx: &mut Tx,
    run_id: i64,
    generation: i64,
    (kind, client): (StreamKind, &str),
    next_line: i64,
    base: i64,
) -> Result<(), Error> {
    sql("INSERT INTO stream (run_id, generation, kind, client, next_line, gaps, start, base, tail_rows, tail_bytes) \
         VALUES ($1, $2, $3, $4, $5, '[]', $5, $6, 0, 0)")
    .bind(run_id)
    .bind(generation)
    .bind(kind.as_str())
    .bind(client)
    .bind(next_line)
    .bind(base)
    .run(tx)
    .await
    .map(drop)
}

/// Gives a new generation everything that an older one has of a stream. Blobs are shared; the writer counts from 0 again,
/// and its lines come after the copied ones.
pub(crate) async fn copy(
    tx: &mut Tx,
    clock: &Clock,
    run_id: i64,
    (from, to): (i64, i64),
    kind: StreamKind,
) -> Result<(), Error> {
    let text = "SELECT position, lines, step_min, step_max, bytes, blob, keys FROM segment \
                WHERE run_id = $1 AND generation = $2 AND kind = $3";
    type Copied = (i64, i64, i64, i64, i64, String, String);
    let segments: Vec<Copied> = sql(text).bind(run_id).bind(from).bind(kind.as_str()).all(&mut *tx).await?;
    for (position, lines, step_min, step_max, bytes, blob, keys) in segments {
        let segment = NewSegment { blob, lines, step_min, step_max, bytes, keys };
        segment.insert(tx, clock, run_id, to, kind, position).await?;
    }
    let text = "SELECT COALESCE(MAX(id) - MIN(id) + 1, 0) FROM tail WHERE run_id = $1";
    let (distance,): (i64,) = sql(text).bind(run_id).one(&mut *tx).await?;
    sql("INSERT INTO tail (run_id, id, generation, kind, client, first_line, lines, payload) \
         SELECT run_id, id + $1, $2, kind, client, first_line, lines, payload FROM tail \
         WHERE run_id = $3 AND generation = $4 AND kind = $5")
    .bind(distance)
    .bind(to)
    .bind(run_id)
    .bind(from)
    .bind(kind.as_str())
    .run(&mut *tx)
    .await?;
    let base = store::next_base(tx, run_id, from, kind).await?;
    begin_stream(tx, run_id, to, (kind, ""), 0, base).await
}
