//! Digests of bytes on their way, and of blobs that are there.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::TryStreamExt;
use futures::stream::BoxStream;
use md5::{Digest, Md5};

use super::Blobs;
use super::write::{BLOCK, beside};
use crate::Error;

/// How a digest takes bytes in.
type With<D> = fn(&mut D, &[u8]);

const MD5: With<Md5> = |md5, bytes| md5.update(bytes);
const BLAKE3: With<blake3::Hasher> = |hash, bytes| _ = hash.update(bytes);

/// Bytes of a local file that are digested together: they stay in the processor's own memory.
const CHUNK: usize = 256 << 10;

/// Which digests are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// None.
    Nothing,
    /// MD5, which clients know their files by.
    Md5,
    /// BLAKE3, too, which the server knows them by.
    Both,
}

/// Digests of bytes on their way, each computed on a thread of its own.
#[derive(Clone, Default)]
pub(crate) struct Digests {
    md5: Option<Md5>,
    hash: Option<blake3::Hasher>,
}

/// Less than this is digested where it is.
const LITTLE: usize = 256 << 10;

impl Digests {
    /// Of no bytes yet.
    pub fn new(wanted: Wanted) -> Self {
        let md5 = (wanted != Wanted::Nothing).then(Md5::new);
        Self { md5, hash: (wanted == Wanted::Both).then(blake3::Hasher::new) }
    }

    /// MD5 in base64, where it is wanted.
    pub fn md5(&self) -> Option<String> {
        self.md5.as_ref().map(|md5| STANDARD.encode(md5.clone().finalize()))
    }

    /// BLAKE3 in hex, where it is wanted.
    pub fn hash(&self) -> Option<String> {
        self.hash.as_ref().map(|hash| hash.finalize().to_string())
    }

    /// With these bytes, too.
    pub async fn with(self, block: &[Bytes]) -> Result<Self, Error> {
        let little = block.iter().map(Bytes::len).sum::<usize>() < LITTLE;
        let (md5, hash) =
            tokio::try_join!(feed(self.md5, block, little, MD5), feed(self.hash, block, little, BLAKE3),)?;
        Ok(Self { md5, hash })
    }
}

/// A digest, where it is wanted, with these bytes: here when they are few, else on another thread.
async fn feed<D: Send + 'static>(
    digest: Option<D>,
    block: &[Bytes],
    here: bool,
    with: With<D>,
) -> Result<Option<D>, Error> {
    let Some(mut digest) = digest else { return Ok(None) };
    if here {
        block.iter().for_each(|bytes| with(&mut digest, bytes));
        return Ok(Some(digest));
    }
    let block = block.to_vec();
    beside(move || {
        block.iter().for_each(|bytes| with(&mut digest, bytes));
        Some(digest)
    })
    .await
}

impl Blobs {
    /// Digests with a blob, too. A local one is read to its end by a thread for each digest: on the way through the runtime it
    /// would wait behind whatever is being received at every block.
    pub async fn digest(&self, name: &str, mut digests: Digests) -> Result<Digests, Error> {
        if let Some(dir) = &self.local {
            let path = dir.join(name);
            let Digests { md5, hash } = digests;
            let (md5, hash) = tokio::try_join!(feed_file(md5, path.clone(), MD5), feed_file(hash, path, BLAKE3))?;
            return Ok(Digests { md5, hash });
        }
        let mut stream = self.stream(name, None).await?.stream;
        let mut block = gather(&mut stream).await?;
        while !block.is_empty() {
            let (next, done) = tokio::join!(gather(&mut stream), digests.with(&block));
            (block, digests) = (next?, done?);
        }
        Ok(digests)
    }
}

/// A digest, where it is wanted, with a file.
async fn feed_file<D: Send + 'static>(digest: Option<D>, path: PathBuf, with: With<D>) -> Result<Option<D>, Error> {
    let Some(mut digest) = digest else { return Ok(None) };
    let read = move || -> io::Result<D> {
        let (mut file, mut chunk) = (File::open(path)?, vec![0; CHUNK]);
        loop {
            match file.read(&mut chunk)? {
                0 => return Ok(digest),
                count => with(&mut digest, &chunk[..count]),
            }
        }
    };
    beside(read).await?.map(Some).map_err(|e| Error::internal("reading a blob", e))
}

/// The next bytes of a stream, so many that they are worth the way to another thread.
async fn gather(stream: &mut BoxStream<'static, Result<Bytes, Error>>) -> Result<Vec<Bytes>, Error> {
    let (mut block, mut bytes) = (Vec::new(), 0);
    while bytes < BLOCK
        && let Some(chunk) = stream.try_next().await?
    {
        bytes += chunk.len();
        block.push(chunk);
    }
    Ok(block)
}
