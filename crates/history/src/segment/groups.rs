//! The row groups of a segment, so that a long one can be read one after the other.

use parquet::file::reader::ChunkReader;
use parquet::file::statistics::Statistics;

use super::{Footer, SegmentError};

/// The smallest and the largest `_step` of each row group, in their order. Only the footer is read.
///
/// # Errors
/// When the source fails, is no Parquet file, or is none that this program wrote.
pub fn groups<R: ChunkReader>(source: &R) -> Result<Vec<(i64, i64)>, SegmentError> {
    let footer = Footer::open(source)?;
    let steps = |group: &parquet::file::metadata::RowGroupMetaData| match group.column(footer.step_at).statistics() {
        Some(Statistics::Int64(known)) => known.min_opt().copied().zip(known.max_opt().copied()),
        _ => None,
    };
    let all: Option<Vec<_>> = footer.parquet.row_groups().iter().map(steps).collect();
    all.ok_or_else(|| SegmentError::Damaged("a row group does not tell its steps".to_owned()))
}
