//! Columns of run history: from the client's lines to tables, files and chart points.
//!
//! ```text
//! lines ──Batch::from_lines──▶ Batch ──tail::encode──▶ bytes in the database
//!                                └─────segment::write─▶ Parquet file in the blob store
//! tails + segments ──Batch::concat──▶ Batch ──sample──▶ rows for the client
//! tails + overviews of segments ────────Chart────▶ at most k points a line
//! ```
//!
//! Everything is one in-memory columnar table, [`Batch`]: rows in the order of arrival, one sparse column per key.
//! This crate knows no users, no SQL and no network: bytes come in, bytes go out. It never panics on hostile input;
//! whatever a client sent is either stored as it was or kept as a malformed line and reported.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panic"))]

pub mod batch;
pub mod cache;
pub mod cells;
pub mod chart;
pub mod column;
pub mod console;
pub mod json;
pub mod keys;
pub mod line;
pub mod lines;
pub mod logged;
mod overview;
pub mod sample;
pub mod segment;
pub mod table;
pub mod tail;
#[cfg(test)]
mod testing;
pub mod value;

pub use batch::Batch;
pub use cache::Cache;
pub use cells::Unusual;
pub use chart::Chart;
pub use column::{Column, ColumnValues};
pub use json::JsonError;
pub use keys::{KeyInfo, Keys};
pub use line::BadLine;
pub use lines::Lines;
pub use sample::Series;
pub use segment::{SegmentError, SegmentStats};
pub use tail::FormatError;
pub use value::{NonFinite, Value};

/// The key of the row number that a run counts up: a non-null integer in every stored row.
pub const STEP: &str = "_step";
/// The text column that keeps a line that could not be read, exactly as it was sent.
pub const MALFORMED: &str = "_malformed";
