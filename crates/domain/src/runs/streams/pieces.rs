//! Reading a long stream piece by piece: in memory are a row group or two and the tail, however long the stream is.

use std::ops::Range;
use std::sync::Arc;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use history::{Batch, segment};

use super::load::{self, Part, opener};
use super::{Steps, StreamKind, decode_tail, merged, shared};
use crate::{Domain, Error};

/// Pieces that are read at once.
const AT_ONCE: usize = 2;

/// A row group, or what comes after the last one, with what the tail has of the same steps.
struct Piece {
    segment: Option<(String, i64)>,
    steps: Range<i64>,
}

/// What `work` makes of each piece, in order; together the pieces are what [`super::load`] answers. The work is done beside
/// the reading, on threads that may wait; pieces that nobody asks for are not read. `keys`, if any, name `_step` too.
pub(in crate::runs) async fn pieces<T: Send + 'static>(
    domain: &Domain,
    (run_id, generation, kind): (i64, i64, StreamKind),
    keys: Option<&'static [&'static str]>,
    work: impl Fn(Batch) -> T + Send + Sync + 'static,
) -> Result<BoxStream<'static, Result<T, Error>>, Error> {
    let order = Steps::of(kind, shared(domain.db(), &[run_id], kind).await?.contains(&run_id));
    let parts = load::parts(domain, run_id, generation, kind).await?;
    let (mut files, mut tails): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.blob.is_some());
    files.sort_by_key(|part| part.place);
    tails.sort_by_key(|part| part.arrival(order));
    let files: Vec<(String, i64)> =
        files.into_iter().filter_map(|part| Some((part.blob?, part.size.unwrap_or_default()))).collect();
    let opened = domain.clone();
    let begin = move || {
        let batches: Result<Vec<Batch>, Error> =
            tails.iter().map(|part| decode_tail(part.payload.as_deref().unwrap_or_default())).collect();
        let tail = merged(order, batches?);
        Ok::<_, Error>((plan(&opened, files)?, tail))
    };
    let (plan, tail) = blocking(begin).await?;
    let (domain, tail, work) = (domain.clone(), Arc::new(tail), Arc::new(work));
    let read = move |piece: Piece| {
        let (domain, tail, work) = (domain.clone(), Arc::clone(&tail), Arc::clone(&work));
        async move { blocking(move || Ok(work(piece.read(&domain, keys, &tail, order)?))).await }
    };
    Ok(stream::iter(plan).map(read).buffered(AT_ONCE).boxed())
}

/// Every row group of the segments, and the end.
fn plan(domain: &Domain, files: Vec<(String, i64)>) -> Result<Vec<Piece>, Error> {
    let mut all = Vec::new();
    let mut start = i64::MIN;
    for (blob, size) in files {
        let source = opener(domain, blob.clone(), size)().map_err(|e| Error::internal("opening a segment", e))?;
        for (_, last) in segment::groups(&source).map_err(|e| Error::internal("reading a segment", e))? {
            let end = last.saturating_add(1);
            all.push(Piece { segment: Some((blob.clone(), size)), steps: start..end });
            start = end;
        }
    }
    all.push(Piece { segment: None, steps: start..i64::MAX });
    Ok(all)
}

impl Piece {
    fn read(&self, domain: &Domain, keys: Option<&[&str]>, tail: &Batch, order: Steps) -> Result<Batch, Error> {
        let late = tail.filter_step(self.steps.start, self.steps.end);
        let late = match keys {
            Some(keys) => late.select(keys),
            None => late,
        };
        let Some((blob, size)) = &self.segment else { return Ok(late) };
        let source = opener(domain, blob.clone(), *size)().map_err(|e| Error::internal("opening a segment", e))?;
        let rows = segment::read(source, keys, Some(self.steps.clone()));
        let rows = rows.map_err(|e| Error::internal("reading a segment", e))?;
        Ok(if late.is_empty() { rows } else { merged(order, vec![rows, late]) })
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("reading a stream", e))?
}
