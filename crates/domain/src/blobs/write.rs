//! Writing a blob: whole or not at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use md5::{Digest, Md5};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};

use super::Blobs;
use crate::{Error, Problem, Thing};

/// Bytes of one part of a long upload; a blob up to this size is written in one piece.
const PART: usize = 8 << 20;

/// A blob that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its size.
    pub bytes: u64,
    /// MD5 in base64, as the client wants it.
    pub md5: String,
}

/// What an upload must be to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expect {
    /// Exactly this many bytes, when they were announced.
    pub length: Option<u64>,
    /// No more than this.
    pub most: u64,
}

impl Blobs {
    /// Writes a blob that is in memory.
    pub async fn put(&self, name: &str, data: Bytes) -> Result<(), Error> {
        let bytes = data.len();
        self.store.put(&Path::from(name), PutPayload::from(data)).await?;
        count(bytes as u64);
        Ok(())
    }

    /// Writes a blob from a stream, holding no more than one part of it in memory. Nothing is visible before the end: when
    /// the stream breaks off, is longer than `most` or not of the announced length, nothing stays.
    pub async fn put_stream<S>(&self, name: &str, stream: S, expect: Expect) -> Result<Written, Error>
    where
        S: Stream<Item = Result<Bytes, Error>> + Send,
    {
        let mut source =
            std::pin::pin!(Source { inner: Box::pin(stream), md5: Md5::new(), bytes: 0, rest: Bytes::new() });
        let first = source.part(expect).await?;
        if first.len() < PART {
            source.check_length(expect)?;
            self.put(name, first).await?;
        } else {
            let mut upload = self.store.put_multipart(&Path::from(name)).await?;
            if let Err(e) = send_parts(upload.as_mut(), &mut source, first, expect).await {
                // The first error is the one that matters; an upload that cannot be aborted is not visible either.
                if let Err(abort) = upload.abort().await {
                    tracing::warn!(blob = name, error = %abort, "could not abort an upload");
                }
                return Err(e);
            }
            count(source.bytes);
        }
        Ok(Written { bytes: source.bytes, md5: STANDARD.encode(source.md5.clone().finalize()) })
    }
}

fn count(bytes: u64) {
    metrics::counter!("runstead_stored_bytes_total", "in" => "blobs").increment(bytes);
}

async fn send_parts<S>(
    upload: &mut dyn MultipartUpload,
    source: &mut Source<S>,
    first: Bytes,
    expect: Expect,
) -> Result<(), Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Unpin,
{
    let mut part = first;
    while !part.is_empty() {
        upload.put_part(part.into()).await?;
        part = source.part(expect).await?;
    }
    source.check_length(expect)?;
    upload.complete().await?;
    Ok(())
}

/// The incoming bytes, cut into parts, counted and digested on the way.
struct Source<S> {
    inner: S,
    md5: Md5,
    bytes: u64,
    /// What the last chunk held beyond the last part.
    rest: Bytes,
}

impl<S: Stream<Item = Result<Bytes, Error>> + Unpin> Source<S> {
    /// The next part: of [`PART`] bytes, shorter only at the end, empty after it.
    async fn part(&mut self, expect: Expect) -> Result<Bytes, Error> {
        let mut part = BytesMut::new();
        loop {
            let take = self.rest.len().min(PART - part.len());
            part.extend_from_slice(&self.rest.split_to(take));
            if part.len() == PART {
                return Ok(part.freeze());
            }
            let Some(chunk) = self.inner.next().await else { return Ok(part.freeze()) };
            self.rest = chunk?;
            self.bytes += self.rest.len() as u64;
            if self.bytes > expect.most {
                return Err(Error::TooLarge { what: Thing::Upload, most: expect.most });
            }
            self.md5.update(&self.rest);
        }
    }

    fn check_length(&self, expect: Expect) -> Result<(), Error> {
        match expect.length {
            Some(length) if length != self.bytes => {
                Err(Error::Invalid(Problem::UploadLength { announced: length, came: self.bytes }))
            }
            _ => Ok(()),
        }
    }
}
