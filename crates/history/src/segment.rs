//! The Parquet file of a batch: what a run's history is once it has left the database, and what the client, DuckDB,
//! Polars and pandas read directly.
//!
//! One flat file: `_step` is a required INT64, ascending; every other key is one nullable top-level column named
//! exactly as the key, a dot being just a character. Ints are INT64, floats DOUBLE, bools BOOLEAN, and everything else
//! is UTF-8: strings as they are, arrays and media as extended JSON, mixed columns as one extended JSON value per row.
//! Which of the three it is, and the path of a nested key, stand in the file's metadata under `runstead.columns`, and
//! `runstead.version` is `1`; other readers need neither. `runstead.steps` is `unique` when no two rows share a step.
//! A segment of many rows has an [overview](crate::overview) before its footer. The file carries no Arrow schema, as the client aborts on
//! the large types that one may name.
//!
//! Chosen by measurement: zstd level 1, floats split into byte planes without a dictionary, integers as packed
//! distances, texts with a dictionary; pages of 8 Ki rows, in which each plane is compressed by itself; statistics for `_step` only, as thousands of keys would pay for theirs.

mod chunk;
mod columns;
mod floats;
mod footer;
mod groups;
mod numbers;
mod pages;
mod read;
mod remote;
mod source;
mod write;

use parquet::errors::ParquetError;

use crate::batch::Batch;

pub(crate) use footer::{Footer, Rows};
pub use groups::groups;
pub(crate) use numbers::{Numbers, Steps};
pub(crate) use pages::Pages;
pub use read::read;
pub(crate) use read::read_part;
pub use remote::Remote;
pub use source::Source;
pub use write::write;

/// The version that [`write`] writes.
pub const VERSION: &str = "1";
/// Most rows of one row group: few and large ones mean few requests for a remote reader.
pub const ROW_GROUP_ROWS: usize = 128 << 10;
/// Rows of a page, the least that is read of a column: few, so that a zoom into many runs reads little.
const PAGE_ROWS: usize = 8 << 10;
/// zstd's.
const LEVEL: i32 = 1;

const VERSION_KEY: &str = "runstead.version";
const COLUMNS_KEY: &str = "runstead.columns";
const STEPS_KEY: &str = "runstead.steps";
const UNIQUE: &str = "unique";

/// Why a segment could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// A segment needs at least one row.
    #[error("a segment cannot be empty")]
    Empty,
    /// A segment needs an integer `_step` in every row.
    #[error("a row has no integer _step")]
    NoStep,
    /// Written by a later version of this program, or not a segment at all.
    #[error("segment version {0:?} is unknown to this version of the program")]
    Version(Option<String>),
    /// A Parquet file, but not one that this program wrote.
    #[error("the segment is damaged: {0}")]
    Damaged(String),
    /// Not a readable Parquet file, or the source failed.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    /// The overview in it is damaged.
    #[error(transparent)]
    Overview(#[from] crate::FormatError),
}

/// What is known about a segment without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentStats {
    /// The number of rows, at least 1.
    pub rows: u64,
    /// The first `_step`.
    pub step_min: i64,
    /// The last `_step`.
    pub step_max: i64,
}

impl SegmentStats {
    /// The facts of a batch that is sorted by step.
    fn of(batch: &Batch) -> Result<Self, SegmentError> {
        let steps = batch.steps().ok_or(SegmentError::NoStep)?;
        let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
            return Err(SegmentError::Empty);
        };
        Ok(Self { rows: steps.len() as u64, step_min: *first, step_max: *last })
    }
}

#[cfg(test)]
mod tests;
