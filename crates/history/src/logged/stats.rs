//! What is known about a column without reading it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Cell;

/// Types of media that are told.
const MOST_TYPES: usize = 8;

/// A column and how many rows hold what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnStats {
    /// Its name, unique in the table.
    pub name: String,
    /// Rows with a number.
    pub numbers: u64,
    /// Rows with a text.
    pub texts: u64,
    /// Rows with true or false.
    pub flags: u64,
    /// Rows with a list.
    pub lists: u64,
    /// Rows with an object, or an integer that no float can hold.
    pub objects: u64,
    /// Smallest of the numbers that are finite.
    pub min: Option<f64>,
    /// Largest of them.
    pub max: Option<f64>,
    /// Their sum, and how many they are.
    pub sum: f64,
    /// See `sum`.
    pub finite: u64,
    /// The `_type` of objects: `image-file` and the like.
    pub types: BTreeSet<String>,
    /// Numbers are dates, in milliseconds since 1970.
    pub dates: bool,
    /// Bytes of its texts.
    pub bytes: u64,
}

impl ColumnStats {
    /// A column without rows.
    #[must_use]
    pub fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Rows with a value.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.numbers + self.texts + self.flags + self.lists + self.objects
    }

    pub(super) fn take(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Number(number) => {
                self.numbers += 1;
                if number.is_finite() {
                    self.min = Some(self.min.map_or(number, |min| min.min(number)));
                    self.max = Some(self.max.map_or(number, |max| max.max(number)));
                    self.sum = (self.sum + number).clamp(f64::MIN, f64::MAX);
                    self.finite += 1;
                }
            }
            Cell::Text(text) => {
                self.texts += 1;
                self.bytes += text.len() as u64 + 1;
            }
            Cell::Json(text) => {
                self.bytes += text.len() as u64 + 1;
                match text.as_bytes().first() {
                    Some(b't' | b'f') => self.flags += 1,
                    Some(b'[') => self.lists += 1,
                    _ => {
                        self.objects += 1;
                        self.note_type(text);
                    }
                }
            }
        }
    }

    fn note_type(&mut self, json: &str) {
        let Some((_, rest)) = json.split_once("\"_type\"") else { return };
        let Some(rest) = rest.trim_start().strip_prefix(':').and_then(|rest| rest.trim_start().strip_prefix('"'))
        else {
            return;
        };
        let Some((name, _)) = rest.split_once('"') else { return };
        if name.len() <= 64 && self.types.len() < MOST_TYPES && !self.types.contains(name) {
            self.types.insert(name.to_owned());
        }
    }

    /// Adds the rows of a later part of the same column.
    pub fn add(&mut self, later: &Self) {
        self.numbers += later.numbers;
        self.texts += later.texts;
        self.flags += later.flags;
        self.lists += later.lists;
        self.objects += later.objects;
        let join = |a: Option<f64>, b: Option<f64>, pick: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(pick(a, b)),
            (a, b) => a.or(b),
        };
        self.min = join(self.min, later.min, f64::min);
        self.max = join(self.max, later.max, f64::max);
        self.sum = (self.sum + later.sum).clamp(f64::MIN, f64::MAX);
        self.finite += later.finite;
        self.types.extend(later.types.iter().cloned());
        self.dates |= later.dates;
        self.bytes += later.bytes;
    }
}
