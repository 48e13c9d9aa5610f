//! Bytes on their way in, cut into blocks, and the room that the blocks of all streams share.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::Expect;
use crate::{Error, Problem, Thing};

/// Bytes of blocks that are received, digested and written at the same time, of all uploads together, to an object store.
const ROOM: usize = 256 << 20;
/// The same to a local directory, whose blocks are shorter and sooner done.
const LOCAL: usize = 128 << 20;
/// What room is counted in.
const UNIT: usize = 1 << 10;
/// How long an upload that has not begun waits for room before it is told to come later. One that has begun waits for as
/// long as it takes: nothing of it is read meanwhile, so that its sender waits, too.
const PATIENCE: Duration = Duration::from_secs(30);
/// Whoever holds room and sends nothing for this long gives it back.
const SILENCE: Duration = Duration::from_secs(120);

/// Room for blocks, given in the order in which it is asked for. A block has all of its room before the first byte of it
/// is read, so none waits half full for what another such holds.
#[derive(Clone, Debug)]
pub(in crate::blobs) struct Room {
    free: Arc<Semaphore>,
    patience: Duration,
    silence: Duration,
}

impl Default for Room {
    fn default() -> Self {
        Self::of(ROOM, PATIENCE, SILENCE)
    }
}

impl Room {
    /// For a local directory.
    pub fn local() -> Self {
        Self::of(LOCAL, PATIENCE, SILENCE)
    }

    /// For so many bytes; who waits, and who is waited for, how long.
    pub fn of(bytes: usize, patience: Duration, silence: Duration) -> Self {
        Self { free: Arc::new(Semaphore::new(bytes / UNIT)), patience, silence }
    }

    /// Waits for this much room, however long.
    pub async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Error> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.free).acquire_many_owned(units).await;
        room.map_err(|e| Error::internal("making room for an upload", e))
    }
}

/// Some bytes in the pieces in which they came, and their room until all copies are dropped.
#[derive(Clone, Default)]
pub(super) struct Block {
    pub pieces: Vec<Bytes>,
    _room: Option<Arc<OwnedSemaphorePermit>>,
}

/// The incoming bytes, cut into blocks and counted on the way.
pub(super) struct Source<S> {
    inner: S,
    room: Room,
    /// Bytes of a block.
    most: usize,
    expect: Expect,
    bytes: u64,
    /// What the last piece held beyond the last block.
    rest: Bytes,
    ended: bool,
}

impl<S: Stream<Item = Result<Bytes, Error>> + Unpin> Source<S> {
    pub fn new(inner: S, room: Room, most: usize, expect: Expect) -> Self {
        Self { inner, room, most, expect, bytes: 0, rest: Bytes::new(), ended: false }
    }

    /// Bytes that came.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// All have come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The next block, shorter only at the end, empty after it.
    pub async fn block(&mut self) -> Result<Block, Error> {
        let mut block = Block { pieces: Vec::new(), _room: self.reserve().await? };
        let mut room = self.most;
        loop {
            let piece = self.rest.split_to(self.rest.len().min(room));
            room -= piece.len();
            if !piece.is_empty() {
                block.pieces.push(piece);
            }
            if room == 0 || self.ended {
                return Ok(block);
            }
            let silent = |_| Error::Busy("an upload sent nothing for too long".to_owned());
            match timeout(self.room.silence, self.inner.next()).await.map_err(silent)? {
                None => self.ended = true,
                Some(chunk) => self.rest = chunk?,
            }
            self.bytes += self.rest.len() as u64;
            if self.bytes > self.expect.most {
                return Err(Error::TooLarge { what: Thing::Upload, most: self.expect.most });
            }
        }
    }

    /// Room for a block, or for what is left of the announced length.
    async fn reserve(&mut self) -> Result<Option<Arc<OwnedSemaphorePermit>>, Error> {
        let read = self.bytes - self.rest.len() as u64;
        let left = self.expect.length.map(|length| length.saturating_sub(read));
        let bytes = left.and_then(|left| usize::try_from(left).ok()).map_or(self.most, |left| left.min(self.most));
        if bytes == 0 {
            return Ok(None);
        }
        let room = match read {
            0 => {
                let full = |_| Error::Busy("too much is being uploaded at once".to_owned());
                timeout(self.room.patience, self.room.take(bytes)).await.map_err(full)??
            }
            _ => self.room.take(bytes).await?,
        };
        Ok(Some(Arc::new(room)))
    }

    pub fn check_length(&self) -> Result<(), Error> {
        match self.expect.length {
            Some(length) if length != self.bytes => {
                Err(Error::Invalid(Problem::UploadLength { announced: length, came: self.bytes }))
            }
            _ => Ok(()),
        }
    }
}
