//! Reading an object, which may lie in several blobs.

use std::ops::Range;

use futures::{StreamExt, TryStreamExt, stream};
use sqlx::FromRow;

use crate::blobs::{ByteRange, Download};
use crate::db::sql;
use crate::{Domain, Error, Problem};

#[derive(Clone, FromRow)]
struct Part {
    bytes: i64,
    blob: String,
}

/// The bytes of an object, or part of them; what they are called (`ETag`).
pub(crate) async fn download(
    domain: &Domain,
    object: i64,
    name: &str,
    range: Option<ByteRange>,
) -> Result<(String, Download), Error> {
    let text = "SELECT p.bytes, p.blob FROM object_part p WHERE p.object_id = $1 ORDER BY p.position";
    let parts: Vec<Part> = sql(text).bind(object).all(domain.db()).await?;
    if parts.is_empty() {
        return Err(Error::NotFound(Problem::FileGone { name: name.to_owned() }));
    }
    let etag = format!("object-{object}");
    if let [one] = parts.as_slice() {
        return Ok((etag, domain.blobs().stream(&one.blob, range).await?));
    }
    let size: u64 = parts.iter().map(|part| u64::try_from(part.bytes).unwrap_or_default()).sum();
    let wanted = range.map_or(Some(0..size), |range| range.within(size));
    let Some(wanted) = wanted else {
        return Ok((etag, Download { size, range: None, stream: stream::empty().boxed() }));
    };
    let blobs = domain.blobs().clone();
    let pieces = stream::iter(pieces(parts, &wanted).into_iter().map(Ok::<_, Error>)).and_then(move |(blob, range)| {
        let blobs = blobs.clone();
        async move { Ok(blobs.stream(&blob, Some(range)).await?.stream) }
    });
    Ok((etag, Download { size, range: Some(wanted), stream: pieces.try_flatten().boxed() }))
}

/// Which bytes of which blobs.
fn pieces(parts: Vec<Part>, wanted: &Range<u64>) -> Vec<(String, ByteRange)> {
    let (mut start, mut pieces) = (0, Vec::new());
    for part in parts {
        let end = start + u64::try_from(part.bytes).unwrap_or_default();
        let (first, last) = (wanted.start.max(start), wanted.end.min(end));
        if first < last {
            pieces.push((part.blob, ByteRange::Between(first - start, last - start - 1)));
        }
        start = end;
    }
    pieces
}
