//! What was read of segments, kept for the next question: footers, directories of overviews, cells, numbers.
//!
//! The bytes of a segment never change, so nothing in here grows old; what was not used for longest goes first.

use std::any::Any;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::segment::{Rows, SegmentError};

/// What takes more than this share of the memory is not kept: one segment with very many keys would push out all others.
const LARGEST: usize = 8;

/// A part of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Parquet's footer.
    Footer,
    /// The names of the columns, where there is no overview.
    Names,
    /// The directory of the overview.
    Overview,
    /// The cells of a key, of this shift, from a block of the overview.
    Cells(String, u32, usize),
    /// The same, from the rows.
    Counted(String, u32),
    /// The steps of some rows.
    Steps(Rows),
    /// Where the pages of a key are in a group of rows.
    Pages(String, usize),
    /// The numbers of a key in some rows.
    Numbers(String, Rows),
}

type Key = (Arc<str>, Part);

/// Parts of segments by the segment's name, up to a number of bytes. For all threads.
#[derive(Debug)]
pub struct Cache {
    most: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    entries: HashMap<Key, Entry>,
    /// By last use, which is a number that only rises.
    ages: BTreeMap<u64, Key>,
    uses: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    bytes: usize,
    age: u64,
}

impl Cache {
    /// Keeps at most so many bytes, about.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, held: Mutex::default() }
    }

    /// The part as it was kept, or as it is read now; `bytes` says how much memory it takes.
    pub(crate) fn get<T: Any + Send + Sync>(
        &self,
        segment: &Arc<str>,
        part: Part,
        bytes: impl FnOnce(&T) -> usize,
        read: impl FnOnce() -> Result<T, SegmentError>,
    ) -> Result<Arc<T>, SegmentError> {
        let key = (Arc::clone(segment), part);
        if let Some(Ok(known)) = self.held().find(&key).map(Arc::downcast) {
            return Ok(known);
        }
        let value = Arc::new(read()?);
        // The key and the bookkeeping take some, too.
        let bytes = bytes(&value).saturating_add(256);
        if bytes <= self.most / LARGEST {
            self.held().keep(key, value.clone(), bytes, self.most);
        }
        Ok(value)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn find(&mut self, key: &Key) -> Option<Arc<dyn Any + Send + Sync>> {
        let entry = self.entries.get_mut(key)?;
        self.uses += 1;
        if let Some(key) = self.ages.remove(&std::mem::replace(&mut entry.age, self.uses)) {
            self.ages.insert(self.uses, key);
        }
        Some(Arc::clone(&entry.value))
    }

    fn keep(&mut self, key: Key, value: Arc<dyn Any + Send + Sync>, bytes: usize, most: usize) {
        self.uses += 1;
        self.bytes += bytes;
        self.ages.insert(self.uses, key.clone());
        if let Some(before) = self.entries.insert(key, Entry { value, bytes, age: self.uses }) {
            self.ages.remove(&before.age);
            self.bytes -= before.bytes;
        }
        while self.bytes > most
            && let Some((_, oldest)) = self.ages.pop_first()
        {
            self.bytes -= self.entries.remove(&oldest).map_or(0, |entry| entry.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(cache: &Cache, name: &str, shift: u32, bytes: usize, value: u32) -> u32 {
        let part = Part::Cells("loss".to_owned(), shift, 0);
        *cache.get(&Arc::from(name), part, |_| bytes - 256, || Ok(value)).unwrap()
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = Cache::new(8 * 1024);
        for shift in 0..8 {
            assert_eq!(get(&cache, "a", shift, 1024, shift), shift);
        }
        assert_eq!(get(&cache, "a", 0, 1024, 99), 0, "kept");
        assert_eq!(get(&cache, "b", 0, 1024, 7), 7, "another segment");
        assert_eq!(get(&cache, "a", 0, 1024, 99), 0, "used since");
        assert_eq!(get(&cache, "a", 1, 1024, 99), 99, "the oldest");
        let held = cache.held();
        assert_eq!((held.bytes, held.ages.len(), held.entries.len()), (8 * 1024, 8, 8));
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = Cache::new(8 * 1024);
        assert_eq!((get(&cache, "a", 0, 1025, 1), get(&cache, "a", 0, 1025, 2)), (1, 2));
        assert_eq!(cache.held().bytes, 0);
    }
}
