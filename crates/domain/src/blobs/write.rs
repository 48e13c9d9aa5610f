//! Writing blobs: each whole or not at all.

mod parts;
mod source;

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};

use super::Blobs;
use super::digests::{Digests, Wanted};
use super::local::{LocalFile, write_together};
use crate::{Error, Problem};
use parts::Parts;
pub(super) use source::Room;
use source::{Block, Source};

/// Bytes that go through together: little enough for many uploads at once, enough to be worth the way to another thread.
pub(crate) const BLOCK: usize = 2 << 20;
/// The same to an object store, which takes no smaller parts than 5 MiB, and no more than 10,000.
const PART: usize = 8 << 20;

/// Small blobs that are sent to an object store at once.
const AT_ONCE: usize = 32;

/// A blob that is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// Its size.
    pub bytes: u64,
    /// MD5 in base64, where it was asked for.
    pub md5: Option<String>,
    /// BLAKE3 in hex, where it was asked for.
    pub hash: Option<String>,
}

impl Written {
    /// Its MD5 in base64 must be the one announced.
    pub fn must_be(&self, announced: &str) -> Result<(), Error> {
        match &self.md5 {
            Some(md5) if md5 == announced => Ok(()),
            came => {
                let (announced, came) = (announced.to_owned(), came.clone().unwrap_or_default());
                Err(Error::Invalid(Problem::UploadDigest { announced, came }))
            }
        }
    }
}

/// What an upload must be to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expect {
    /// Exactly this many bytes, when they were announced.
    pub length: Option<u64>,
    /// No more than this.
    pub most: u64,
    /// Its digests that are asked for.
    pub digests: Wanted,
}

impl Blobs {
    /// Writes a blob that is in memory.
    pub async fn put(&self, name: &str, data: Bytes) -> Result<(), Error> {
        self.put_block(name, vec![data]).await
    }

    async fn put_block(&self, name: &str, block: Vec<Bytes>) -> Result<(), Error> {
        let bytes: usize = block.iter().map(Bytes::len).sum();
        match self.local.clone() {
            Some(dir) => {
                let name = name.to_owned();
                let write = move || {
                    let mut file = LocalFile::create(&dir, &name)?;
                    file.write(&block)?;
                    file.finish()
                };
                beside(write).await?.map_err(fault)?;
            }
            None => drop(self.store.put(&Path::from(name), PutPayload::from_iter(block)).await?),
        }
        count(bytes as u64);
        Ok(())
    }

    /// Writes small blobs, whose names are all in `folder`, which is theirs alone; how each of them went.
    pub async fn put_together(
        &self,
        folder: &str,
        blobs: Vec<(String, Bytes)>,
    ) -> Result<Vec<Result<(), Error>>, Error> {
        if let Some(dir) = self.local.clone() {
            count(blobs.iter().map(|(_, bytes)| bytes.len() as u64).sum());
            let folder = folder.to_owned();
            let written = beside(move || write_together(&dir, &folder, &blobs)).await?;
            return Ok(written.into_iter().map(|written| written.map_err(fault)).collect());
        }
        let puts = blobs.into_iter().map(|(name, bytes)| async move { self.put(&name, bytes).await });
        Ok(stream::iter(puts).buffered(AT_ONCE).collect().await)
    }

    /// Writes a blob from a stream. Receiving, digests and writing go on beside each other, a block each, so that no more
    /// than a few blocks are in memory, and those of all streams have one room. Nothing stays when the stream breaks off,
    /// is longer than `most` or not of the announced length.
    pub async fn put_stream<S>(&self, name: &str, stream: S, expect: Expect) -> Result<Written, Error>
    where
        S: Stream<Item = Result<Bytes, Error>> + Send,
    {
        let most = if self.local.is_some() { BLOCK } else { PART };
        let mut source = Source::new(Box::pin(stream), self.room.clone(), most, expect);
        let first = source.block().await?;
        let mut digests = Digests::new(expect.digests);
        if source.ended() {
            source.check_length()?;
            digests = digests.with(&first.pieces).await?;
            self.put_block(name, first.pieces.clone()).await?;
        } else {
            let mut sink = Sink::open(self, name).await?;
            if let Err(e) = send(&mut source, first, &mut digests, &mut sink).await {
                sink.give_up(name).await;
                return Err(e);
            }
            count(source.bytes());
        }
        Ok(Written { bytes: source.bytes(), md5: digests.md5(), hash: digests.hash() })
    }
}

async fn send<S>(source: &mut Source<S>, first: Block, digests: &mut Digests, sink: &mut Sink) -> Result<(), Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Unpin,
{
    let mut block = first;
    while !block.pieces.is_empty() {
        let (next, done) = tokio::join!(source.block(), pass(block, std::mem::take(digests), sink));
        // What came wrong is the reason, also when the rest went wrong because of it.
        block = next?;
        *digests = done?;
    }
    source.check_length()?;
    sink.finish().await
}

/// Digests and writes a block. Its room is free as soon as that is done: the next one may be waiting for it.
async fn pass(block: Block, digests: Digests, sink: &mut Sink) -> Result<Digests, Error> {
    let (digests, written) = tokio::join!(digests.with(&block.pieces), sink.write(block.clone()));
    let digests = digests?;
    written.map(|()| digests)
}

/// Work that would keep others from being served.
pub(super) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("working beside", e))
}

fn fault(e: std::io::Error) -> Error {
    Error::internal("writing a blob", e)
}

fn count(bytes: u64) {
    metrics::counter!("runstead_stored_bytes_total", "in" => "blobs").increment(bytes);
}

/// Where the blocks of a long blob go.
enum Sink {
    /// A file; none while a block is being written, or when that failed.
    Local(Option<LocalFile>),
    Parts(Parts),
}

impl Sink {
    async fn open(blobs: &Blobs, name: &str) -> Result<Self, Error> {
        if let Some(dir) = blobs.local.clone() {
            let name = name.to_owned();
            let file = beside(move || LocalFile::create(&dir, &name)).await?.map_err(fault)?;
            return Ok(Self::Local(Some(file)));
        }
        Ok(Self::Parts(Parts::new(blobs.store.put_multipart(&Path::from(name)).await?)))
    }

    async fn write(&mut self, block: Block) -> Result<(), Error> {
        match self {
            Self::Local(file) => {
                let Some(mut taken) = file.take() else { return Err(Error::Busy("a block failed before".to_owned())) };
                let written = beside(move || taken.write(&block.pieces).map(|()| taken)).await?;
                *file = Some(written.map_err(fault)?);
                Ok(())
            }
            Self::Parts(parts) => parts.write(block).await,
        }
    }

    async fn finish(&mut self) -> Result<(), Error> {
        match self {
            Self::Local(file) => {
                let Some(taken) = file.take() else { return Err(Error::Busy("a block failed before".to_owned())) };
                beside(move || taken.finish()).await?.map_err(fault)
            }
            Self::Parts(parts) => parts.finish().await,
        }
    }

    /// Leaves nothing behind. The error before is the one that matters; what cannot be given up is not visible either.
    async fn give_up(self, name: &str) {
        match self {
            Self::Local(file) => drop(beside(move || drop(file)).await),
            Self::Parts(parts) => parts.give_up(name).await,
        }
    }
}
