//! Reading blobs: whole, a range, or as a stream.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt, stream};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::Blobs;
use super::write::beside;
use crate::{Error, Thing};

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
        if let Some(dir) = self.local.clone() {
            let path = dir.join(name);
            return match beside(move || open(&path, range)).await? {
                Ok(download) => Ok(download),
                Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Error::not_found(Thing::Blob, name)),
                Err(e) => Err(fault(e)),
            };
        }
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
        Ok(Download { size, range: Some(range), stream: result.into_stream().map_err(Error::from).boxed() })
    }
}

/// Opens a local file and reads the first of the bytes wanted: of a small file all, so that its thread is asked once.
fn open(path: &std::path::Path, range: Option<ByteRange>) -> io::Result<Download> {
    let mut file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    let Some(Range { start, end }) = range.map_or(Some(0..size), |range| range.within(size)) else {
        return Ok(Download { size, range: None, stream: stream::empty().boxed() });
    };
    file.seek(SeekFrom::Start(start))?;
    let mut first = vec![0; usize::try_from(end - start).unwrap_or(CHUNK).min(CHUNK)];
    file.read_exact(&mut first)?;
    let left = end - start - first.len() as u64;
    let first = stream::iter((!first.is_empty()).then(|| Ok(Bytes::from(first))));
    let stream = match left {
        0 => first.boxed(),
        left => {
            let rest = tokio::fs::File::from_std(file).take(left);
            first.chain(ReaderStream::with_capacity(rest, CHUNK).map_err(fault)).boxed()
        }
    };
    Ok(Download { size, range: Some(start..end), stream })
}

fn fault(e: io::Error) -> Error {
    Error::internal("reading a blob", e)
}
