//! Values that rows share: each distinct one is kept once, rows have its code.

use std::collections::HashMap;
use std::sync::Arc;

use super::store::Store;

/// Codes by row and what they stand for, found by a text that tells values apart.
#[derive(Debug)]
pub(super) struct Coded<T> {
    pub codes: Store<u32>,
    entries: Vec<Option<Entry<T>>>,
    index: HashMap<Arc<str>, u32>,
    free: Vec<u32>,
    /// Length of all texts.
    text: usize,
}

#[derive(Debug)]
struct Entry<T> {
    text: Arc<str>,
    value: T,
    rows: u32,
}

impl<T> Default for Coded<T> {
    fn default() -> Self {
        Self { codes: Store::default(), entries: Vec::new(), index: HashMap::new(), free: Vec::new(), text: 0 }
    }
}

impl<T> Coded<T> {
    /// Values by code, of those that any row has, and the codes by row. None where a row has a code without a value.
    pub fn of(entries: Vec<Option<(Arc<str>, T)>>, codes: Store<u32>) -> Option<Self> {
        let mut all = Self { codes, ..Self::default() };
        for (code, entry) in (0..).zip(entries) {
            let entry = entry.map(|(text, value)| Entry { text, value, rows: 0 });
            match &entry {
                None => all.free.push(code),
                Some(Entry { text, .. }) => {
                    all.text += text.len();
                    all.index.insert(Arc::clone(text), code);
                }
            }
            all.entries.push(entry);
        }
        let (entries, mut whole) = (&mut all.entries, true);
        all.codes.each(|_, code| match entries.get_mut(code as usize) {
            Some(Some(entry)) => entry.rows += 1,
            _ => whole = false,
        });
        whole.then_some(all)
    }

    /// The text of each code.
    pub fn texts(&self) -> impl Iterator<Item = Option<&str>> {
        self.entries.iter().map(|entry| entry.as_ref().map(|entry| &*entry.text))
    }

    /// Gives a row that has none a value; `make` is called for one that no row has yet.
    pub fn set(&mut self, row: u32, text: &str, make: impl FnOnce() -> T) {
        let code = match self.index.get(text) {
            Some(code) => *code,
            None => {
                let text: Arc<str> = text.into();
                self.text += text.len();
                let entry = Some(Entry { text: Arc::clone(&text), value: make(), rows: 0 });
                let code = match self.free.pop() {
                    Some(code) => {
                        self.entries[code as usize] = entry;
                        code
                    }
                    None => {
                        self.entries.push(entry);
                        self.entries.len() as u32 - 1
                    }
                };
                self.index.insert(text, code);
                code
            }
        };
        if let Some(entry) = &mut self.entries[code as usize] {
            entry.rows += 1;
        }
        self.codes.set(row, code);
    }

    /// Takes a row's value away, and what no row has any more.
    pub fn clear(&mut self, row: u32) {
        let Some(code) = self.codes.take(row) else { return };
        let Some(entry) = &mut self.entries[code as usize] else { return };
        entry.rows -= 1;
        if entry.rows == 0
            && let Some(entry) = self.entries[code as usize].take()
        {
            self.text -= entry.text.len();
            self.index.remove(&entry.text);
            self.free.push(code);
        }
    }

    /// A row's text and value.
    pub fn get(&self, row: u32) -> Option<(&str, &T)> {
        self.entry(self.codes.get(row)?)
    }

    /// What a code stands for.
    pub fn entry(&self, code: u32) -> Option<(&str, &T)> {
        self.entries[code as usize].as_ref().map(|entry| (&*entry.text, &entry.value))
    }

    pub fn code(&self, text: &str) -> Option<u32> {
        self.index.get(text).copied()
    }

    /// Whether a test holds, by code.
    pub fn judge(&self, test: impl Fn(&str, &T) -> bool) -> Vec<bool> {
        let judge = |entry: &Option<Entry<T>>| entry.as_ref().is_some_and(|entry| test(&entry.text, &entry.value));
        self.entries.iter().map(judge).collect()
    }

    /// How many rows have each value.
    pub fn counts(&self) -> impl Iterator<Item = (&str, &T, u32)> {
        self.entries.iter().flatten().map(|entry| (&*entry.text, &entry.value, entry.rows))
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        self.codes.bytes() + self.text + self.entries.len() * (size_of::<Option<Entry<T>>>() + 48)
    }
}
