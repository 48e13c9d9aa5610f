//! A segment that is far away: only the parts that are looked at are fetched, and each of them once.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};

/// What is fetched at once, at least; such parts are kept as long as the segment is open.
const BLOCK: u64 = 256 << 10;

type Fetch = dyn Fn(Range<u64>) -> io::Result<Bytes> + Send + Sync;

/// A file of which ranges can be fetched.
#[derive(Clone)]
pub struct Remote {
    length: u64,
    fetch: Arc<Fetch>,
    blocks: Arc<Mutex<BTreeMap<u64, Bytes>>>,
}

impl Remote {
    /// A file of `length` bytes; `fetch` may wait, and gives exactly the bytes that it is asked for.
    pub fn new(length: u64, fetch: impl Fn(Range<u64>) -> io::Result<Bytes> + Send + Sync + 'static) -> Self {
        Self { length, fetch: Arc::new(fetch), blocks: Arc::default() }
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }

    /// The bytes of a range; what is missing of it comes with one request.
    pub(super) fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let end =
            start.checked_add(length as u64).filter(|end| *end <= self.length).ok_or(io::ErrorKind::UnexpectedEof)?;
        if length == 0 {
            return Ok(Bytes::new());
        }
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut first, last) = (start / BLOCK, (end - 1) / BLOCK);
        // The last block may be small, and what is at the end of a segment is all looked at.
        if last == (self.length - 1) / BLOCK && first == last {
            first = first.saturating_sub(1);
        }
        let missing: Vec<u64> = (first..=last).filter(|block| !blocks.contains_key(block)).collect();
        if let (Some(from), Some(to)) = (missing.first(), missing.last()) {
            let from = from * BLOCK;
            let fetched = (self.fetch)(from..self.length.min((to + 1) * BLOCK))?;
            for (at, block) in (0..fetched.len()).step_by(BLOCK as usize).enumerate() {
                let end = fetched.len().min(block + BLOCK as usize);
                blocks.insert(from / BLOCK + at as u64, fetched.slice(block..end));
            }
        }
        let mut found = BytesMut::with_capacity(length);
        for block in start / BLOCK..=last {
            let bytes = blocks.get(&block).ok_or(io::ErrorKind::UnexpectedEof)?;
            let inside = |place: u64| place.saturating_sub(block * BLOCK).min(BLOCK) as usize;
            found.extend_from_slice(bytes.get(inside(start)..inside(end)).ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        Ok(found.freeze())
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("length", &self.length).finish_non_exhaustive()
    }
}

/// Reads on from a place.
pub(super) struct Reader {
    pub(super) remote: Remote,
    pub(super) at: u64,
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.remote.length.saturating_sub(self.at);
        let bytes = self.remote.bytes(self.at, (into.len() as u64).min(left) as usize)?;
        into[..bytes.len()].copy_from_slice(&bytes);
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_is_fetched_once_and_neighbours_together() {
        let whole: Vec<u8> = (0..BLOCK * 5 / 2).map(|at| (at % 251) as u8).collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (bytes, log) = (Bytes::from(whole.clone()), Arc::clone(&asked));
        let remote = Remote::new(whole.len() as u64, move |range| {
            log.lock().unwrap().push((range.start, range.end));
            Ok(bytes.slice(range.start as usize..range.end as usize))
        });
        let get = |start: usize, length: usize| {
            assert_eq!(remote.bytes(start as u64, length).unwrap(), whole[start..start + length])
        };
        get(whole.len() - 8, 8);
        get(whole.len() - 1000, 900);
        get(10, 20);
        get(5, whole.len() - 10);
        assert_eq!(*asked.lock().unwrap(), [(BLOCK, BLOCK * 5 / 2), (0, BLOCK)]);
        assert!(remote.bytes(whole.len() as u64 - 1, 2).is_err());
        let mut rest = Vec::new();
        Reader { remote: remote.clone(), at: BLOCK - 3 }.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, whole[BLOCK as usize - 3..]);
    }
}
