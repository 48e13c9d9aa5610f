//! Reading a stream: segments and tail as one table.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use history::segment::{Remote, Source};
use history::{Batch, segment, tail};
use sqlx::FromRow;
use tokio::runtime::Handle;

use super::{Steps, StreamKind, shared};
use crate::db::sql;
use crate::{Domain, Error};

/// A segment or a tail row; the other's columns are null.
#[derive(FromRow)]
pub(super) struct Part {
    pub place: i64,
    pub blob: Option<String>,
    step_min: Option<i64>,
    step_max: Option<i64>,
    pub size: Option<i64>,
    line: Option<i64>,
    pub payload: Option<Vec<u8>>,
}

impl Part {
    /// In what order rows of the tail count.
    pub(super) fn arrival(&self, order: Steps) -> (Option<i64>, i64) {
        (self.line.filter(|_| order == Steps::Merge), self.place)
    }
}

/// The rows of a stream in the order of `_step`; rows of one step are what [`Steps`] says. `keys` restricts the columns (`_step` always comes along), `steps` the rows.
pub(crate) async fn load(
    domain: &Domain,
    run_id: i64,
    generation: i64,
    kind: StreamKind,
    keys: Option<&[&str]>,
    steps: Option<Range<i64>>,
) -> Result<Batch, Error> {
    let keys: Option<Vec<String>> = keys.map(|keys| {
        let step = Some(history::STEP).filter(|step| !keys.contains(step));
        keys.iter().copied().chain(step).map(str::to_owned).collect()
    });
    let wanted = |part: &Part| match (&steps, part.step_min, part.step_max) {
        (Some(steps), Some(min), Some(max)) => min < steps.end && max >= steps.start,
        _ => true,
    };
    let (mut files, mut tails) = (Vec::new(), Vec::new());
    let parts = parts(domain, run_id, generation, kind).await?;
    let order = Steps::of(kind, shared(domain.db(), &[run_id], kind).await?.contains(&run_id));
    for part in parts {
        match (&part.blob, part.size, part.payload.is_some()) {
            // All of a file is quicker to fetch at once.
            (Some(blob), ..) if keys.is_none() && steps.is_none() => {
                files.push((part.place, whole(domain, blob).await?));
            }
            (Some(blob), Some(size), _) if wanted(&part) => files.push((part.place, open(domain, blob, size)?)),
            (None, _, true) => tails.push(part),
            _ => {}
        }
    }
    files.sort_by_key(|(place, _)| *place);
    tails.sort_by_key(|part| part.arrival(order));
    let read = move || {
        let keys: Option<Vec<&str>> = keys.as_ref().map(|keys| keys.iter().map(String::as_str).collect());
        let mut batches = Vec::with_capacity(files.len() + tails.len());
        for (_, source) in files {
            let batch = segment::read(source, keys.as_deref(), steps.clone());
            batches.push(batch.map_err(|e| Error::internal("reading a segment", e))?);
        }
        for part in tails {
            let batch = decode_tail(&part.payload.unwrap_or_default())?;
            batches.push(match &keys {
                Some(keys) => batch.select(keys),
                None => batch,
            });
        }
        let all = merged(order, batches);
        Ok(match &steps {
            Some(steps) => all.filter_step(steps.start, steps.end),
            None => all,
        })
    };
    tokio::task::spawn_blocking(read).await.map_err(|e| Error::internal("reading a stream", e))?
}

/// A segment of which only the parts that hold what is asked for are read. To be read on a thread that may wait.
fn open(domain: &Domain, blob: &str, size: i64) -> Result<Source, Error> {
    opener(domain, blob.to_owned(), size)().map_err(|e| Error::internal("opening a segment", e))
}

/// The same, to be opened later, when something is to be read of it.
pub(super) fn opener(domain: &Domain, blob: String, size: i64) -> history::chart::Open {
    let (blobs, runtime) = (domain.blobs().clone(), Handle::current());
    Box::new(move || {
        if let Some(file) = blobs.open_local(&blob).map_err(io::Error::other)? {
            return Ok(Source::File(Arc::new(file)));
        }
        let (blobs, name, runtime) = (blobs.clone(), blob.clone(), runtime.clone());
        let fetch = move |range| runtime.block_on(blobs.range(&name, range)).map_err(io::Error::other);
        Ok(Source::Remote(Remote::new(size.unsigned_abs(), fetch)))
    })
}

/// A segment that is read whole.
async fn whole(domain: &Domain, blob: &str) -> Result<Source, Error> {
    match domain.blobs().open_local(blob)? {
        Some(file) => Ok(Source::File(Arc::new(file))),
        None => Ok(Source::Bytes(domain.blobs().read(blob).await?)),
    }
}

/// The end of a stream: the last batch of the tail with the last segment, in order. Holds the row with the highest `_step`
/// unless lines came late.
pub(crate) async fn last_rows(domain: &Domain, run_id: i64, generation: i64, kind: StreamKind) -> Result<Batch, Error> {
    let text = "SELECT blob, CAST(NULL AS BYTEA) AS payload FROM \
                (SELECT blob FROM segment WHERE run_id = $1 AND generation = $2 AND kind = $3 ORDER BY position DESC LIMIT 1) s \
                UNION ALL SELECT CAST(NULL AS TEXT), payload FROM \
                (SELECT payload FROM tail WHERE run_id = $1 AND generation = $2 AND kind = $3 ORDER BY id DESC LIMIT 1) t";
    type Last = (Option<String>, Option<Vec<u8>>);
    let parts: Vec<Last> = sql(text).bind(run_id).bind(generation).bind(kind.as_str()).all(domain.db()).await?;
    let mut batches = Vec::new();
    for (blob, payload) in parts {
        if let Some(blob) = blob {
            let bytes = domain.blobs().read(&blob).await?;
            let read = tokio::task::spawn_blocking(move || segment::read(bytes, None, None)).await;
            let read = read.map_err(|e| Error::internal("reading a segment", e))?;
            batches.push(read.map_err(|e| Error::internal("reading a segment", e))?);
        }
        if let Some(payload) = payload {
            batches.push(decode_tail(&payload)?);
        }
    }
    Ok(merged(Steps::of(kind, shared(domain.db(), &[run_id], kind).await?.contains(&run_id)), batches))
}

/// Batches as one, in the order of their stream. They come in the order of arrival; where later values count, in that of
/// their lines.
pub(crate) fn merged(steps: Steps, batches: Vec<Batch>) -> Batch {
    let all = Batch::concat(batches);
    match steps {
        Steps::Apart => all.sort_by_step(),
        Steps::Merge => all.merge_by_step(),
        Steps::Replace => all.dedupe_last_by_step(),
    }
}

/// Reads the payload of a tail row.
pub(crate) fn decode_tail(payload: &[u8]) -> Result<Batch, Error> {
    tail::decode(payload).map_err(|e| Error::internal("reading a tail row", e))
}

/// One statement, so one moment: compaction moves rows from the tail into segments.
pub(super) async fn parts(domain: &Domain, run_id: i64, generation: i64, kind: StreamKind) -> Result<Vec<Part>, Error> {
    let text = "SELECT position AS place, blob, step_min, step_max, bytes AS size, CAST(NULL AS BIGINT) AS line, \
                CAST(NULL AS BYTEA) AS payload FROM segment WHERE run_id = $1 AND generation = $2 AND kind = $3 UNION ALL \
                SELECT id, CAST(NULL AS TEXT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), first_line, payload FROM tail \
                WHERE run_id = $1 AND generation = $2 AND kind = $3";
    sql(text).bind(run_id).bind(generation).bind(kind.as_str()).all(domain.db()).await
}
