//! What a segment's footer says, ready to be asked.

use std::collections::BTreeMap;
use std::ops::Range;

use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::ChunkReader;

use super::columns::{self, Note, Notes};
use super::read::{dense_rows, dense_steps, may_hold};
use super::{PAGE_ROWS, SegmentError};
use crate::STEP;

/// Rows that are decoded and kept at once: a page.
const TOGETHER: usize = if cfg!(test) { 16 } else { PAGE_ROWS };

/// The footer of a segment.
pub(crate) struct Footer {
    pub(super) parquet: ParquetMetaData,
    notes: Notes,
    /// The places of the columns, by name.
    places: BTreeMap<String, usize>,
    pub(super) step_at: usize,
    /// No two rows share a step.
    pub(super) unique: bool,
}

/// Some consecutive rows of one row group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Rows {
    pub(crate) group: usize,
    pub(super) rows: Range<usize>,
}

impl Footer {
    pub(crate) fn open<R: ChunkReader>(source: &R) -> Result<Self, SegmentError> {
        let parquet = ParquetMetaDataReader::new().parse_and_finish(source)?;
        let file = parquet.file_metadata();
        let (notes, unique) = (columns::notes(file)?, columns::unique_steps(file));
        let all = file.schema_descr().columns().iter().enumerate();
        let places: BTreeMap<String, usize> = all.map(|(at, column)| (column.name().to_owned(), at)).collect();
        let step_at = places.get(STEP).copied().ok_or(SegmentError::NoStep)?;
        Ok(Self { parquet, notes, places, step_at, unique })
    }

    /// The columns with their places, by name.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, usize)> {
        self.places.iter().map(|(key, at)| (key.as_str(), *at))
    }

    /// The place of a column.
    pub(super) fn place(&self, key: &str) -> Option<usize> {
        self.places.get(key).copied()
    }

    pub(super) fn note(&self, key: &str) -> Note {
        self.notes.get(key).cloned().unwrap_or_default()
    }

    /// The rows that may have these steps, in parts that are always the same.
    pub(crate) fn rows(&self, steps: &Range<i64>) -> Vec<Rows> {
        let mut all = Vec::new();
        for (at, group) in self.parquet.row_groups().iter().enumerate() {
            if !may_hold(group, self.step_at, Some(steps)) {
                continue;
            }
            let count = group.num_rows() as usize;
            let held = match dense_steps(group, self.step_at).filter(|_| self.unique) {
                Some(first) => dense_rows(first, count, Some(steps)),
                None => 0..count,
            };
            let starts = (held.start - held.start % TOGETHER..held.end).step_by(TOGETHER);
            all.extend(starts.map(|start| Rows { group: at, rows: start..count.min(start + TOGETHER) }));
        }
        all
    }

    /// The memory it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        let names = self.places.keys().map(|key| key.len() + 64).sum::<usize>();
        self.parquet.memory_size() + names + self.notes.len() * 128
    }
}
