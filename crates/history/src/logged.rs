//! Tables that people logged: from their JSON, read as a stream, to a columnar file for questions about them.
//!
//! The client writes `{"columns": […], "data": [[…], …], …}`. Nothing it says about itself is believed: rows and columns are
//! counted, sizes are bounded, and no more than one group of rows is in memory. A cell is a number, a text, or any other
//! JSON value; a column may mix them, so each is two columns of the file: `n0` with the numbers and `t0` with the rest, whose
//! first byte says whether a text (`s`) or JSON (`j`) follows. The file is a copy that can be made again: its version
//! stands in its metadata, and a file of another version is made anew.

mod cells;
mod convert;
mod group;
mod sheet;
mod split;
mod stats;

pub use cells::{Cell, Cells};
pub use convert::convert;
pub use sheet::Sheet;
pub use stats::ColumnStats;

use parquet::errors::ParquetError;

/// The version of the file.
pub const VERSION: u32 = 1;
/// Most rows.
pub const MOST_ROWS: usize = 20_000_000;
/// Most columns.
pub const MOST_COLUMNS: usize = 10_000;
/// Most cells that rows may be short of, all together. The client writes whole rows; two bytes must not become ten thousand cells.
const MOST_MISSING: usize = 10_000_000;
/// Longest row, and longest value beside the rows, in bytes.
pub const MOST_BYTES: usize = 64 << 20;

/// Rows of a group, unless they are long.
const GROUP_ROWS: usize = 32 << 10;
/// Bytes of a group that ends it early.
const GROUP_BYTES: usize = 64 << 20;
/// Where the file says what it holds.
const KEY: &str = "runstead.table";
/// Integers below are the same as floats.
const EXACT: u64 = 1 << 53;

/// Why a table could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LoggedError {
    /// Not the JSON of a table.
    #[error("{0}")]
    NotTable(&'static str),
    /// A row is not a JSON array.
    #[error("row {row}: {detail}")]
    Row {
        /// Its number, from 0.
        row: usize,
        /// What is wrong.
        detail: String,
    },
    /// A row has more cells than there are columns.
    #[error("row {row} has {cells} cells, and there are {columns} columns")]
    Wide {
        /// Its number, from 0.
        row: usize,
        /// How many it has.
        cells: usize,
        /// How many columns there are.
        columns: usize,
    },
    /// More than [`MOST_ROWS`].
    #[error("more than {MOST_ROWS} rows")]
    Rows,
    /// More than [`MOST_COLUMNS`].
    #[error("more than {MOST_COLUMNS} columns")]
    Columns,
    /// A row, or what is beside the rows, is longer than [`MOST_BYTES`].
    #[error("a value of more than {MOST_BYTES} bytes")]
    Long,
    /// A file that this version cannot read.
    #[error("not a copy of a table, or one of another version")]
    Copy,
    /// The source or the file failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file failed.
    #[error(transparent)]
    Parquet(#[from] ParquetError),
}

#[cfg(test)]
mod tests;
