//! Reading blobs: whole, a range, or as a stream.

use std::io::SeekFrom;
use std::ops::Range;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectStore, ObjectStoreExt};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::Blobs;
use crate::Error;

/// Bytes read from a local file at once.
const CHUNK: usize = 256 << 10;

/// Part of a blob, as HTTP asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// From the first to the last byte, both included.
    Between(u64, u64),
    /// From this byte to the end.
    From(u64),
    /// The last so many bytes.
    Last(u64),
}

impl ByteRange {
    /// The bytes meant in a blob of `size`; nothing when none of them is there.
    pub(crate) fn within(self, size: u64) -> Option<Range<u64>> {
        let range = match self {
            Self::Between(first, last) => first..last.saturating_add(1).min(size),
            Self::From(first) => first..size,
            Self::Last(count) => size.saturating_sub(count)..size,
        };
        (range.start < range.end).then_some(range)
    }
}

/// A blob on its way out.
pub struct Download {
    /// Size of the whole blob.
    pub size: u64,
    /// Which bytes come; `None` when the range asked for holds none (HTTP 416).
    pub range: Option<Range<u64>>,
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes, Error>>,
}

impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download").field("size", &self.size).field("range", &self.range).finish_non_exhaustive()
    }
}

impl Blobs {
    /// The whole blob.
    pub async fn read(&self, name: &str) -> Result<Bytes, Error> {
        Ok(self.store.get(&Path::from(name)).await?.bytes().await?)
    }

    /// Some of its bytes.
    pub async fn range(&self, name: &str, range: Range<u64>) -> Result<Bytes, Error> {
        Ok(self.store.get_range(&Path::from(name), range).await?)
    }

    /// Size of a blob.
    pub async fn size(&self, name: &str) -> Result<u64, Error> {
        Ok(self.store.head(&Path::from(name)).await?.size)
    }

    /// The blob, or part of it, as a stream.
    pub async fn stream(&self, name: &str, range: Option<ByteRange>) -> Result<Download, Error> {
        let options = match range {
            None => GetOptions::default(),
            Some(range) => {
                let size = self.size(name).await?;
                let Some(range) = range.within(size) else {
                    return Ok(Download { size, range: None, stream: stream::empty().boxed() });
                };
                GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() }
            }
        };
        let result = self.store.get_opts(&Path::from(name), options).await?;
        let (size, range) = (result.meta.size, result.range.clone());
        Ok(Download { size, range: Some(range), stream: stream_of(result).await? })
    }
}

/// The bytes of a result, from a local file in chunks of our size.
async fn stream_of(result: GetResult) -> Result<BoxStream<'static, Result<Bytes, Error>>, Error> {
    let Range { start, end } = result.range;
    let fault = |e| Error::internal("reading a blob", e);
    match result.payload {
        GetResultPayload::Stream(stream) => Ok(stream.map_err(Error::from).boxed()),
        GetResultPayload::File(file, _) => {
            let mut file = tokio::fs::File::from_std(file);
            file.seek(SeekFrom::Start(start)).await.map_err(fault)?;
            Ok(ReaderStream::with_capacity(file.take(end - start), CHUNK).map_err(fault).boxed())
        }
    }
}
