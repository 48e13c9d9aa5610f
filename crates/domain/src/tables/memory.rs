//! What was read from tables, as long as there is room: columns, their orders, and the rows of questions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use history::logged::Cells;

use super::query::Ranks;

/// One thing that is kept.
#[derive(Clone)]
pub(super) enum Kept {
    Column(Arc<Cells>),
    Ranks(Arc<Ranks>),
    Rows(Arc<[u32]>),
}

impl Kept {
    fn bytes(&self) -> usize {
        match self {
            Self::Column(cells) => cells.bytes(),
            Self::Ranks(ranks) => ranks.bytes(),
            Self::Rows(rows) => rows.len() * 4,
        }
    }
}

/// What is kept, those not used for longest dropped first.
pub(crate) struct Memory {
    most: usize,
    kept: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    things: HashMap<blake3::Hash, (Kept, u64)>,
    bytes: usize,
    uses: u64,
}

impl Memory {
    pub fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// The most bytes of one thing.
    pub fn most(&self) -> usize {
        self.most
    }

    pub fn get(&self, name: &blake3::Hash) -> Option<Kept> {
        let mut inner = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        inner.uses += 1;
        let now = inner.uses;
        let (kept, used) = inner.things.get_mut(name)?;
        *used = now;
        Some(kept.clone())
    }

    pub fn keep(&self, name: blake3::Hash, kept: Kept) {
        let mut inner = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        inner.uses += 1;
        let now = inner.uses;
        inner.bytes += kept.bytes();
        if let Some((old, _)) = inner.things.insert(name, (kept, now)) {
            inner.bytes -= old.bytes();
        }
        while inner.bytes > self.most {
            let oldest = inner.things.iter().min_by_key(|(_, (_, used))| *used).map(|(name, _)| *name);
            let Some((old, _)) = oldest.and_then(|name| inner.things.remove(&name)) else { break };
            inner.bytes -= old.bytes();
        }
        metrics::gauge!("runstead_table_bytes").set(inner.bytes as f64);
    }
}
