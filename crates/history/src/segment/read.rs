//! Reading a segment, or the part of it that is asked for.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::statistics::Statistics;

use super::chunk::{self, Chunk};
use super::{SegmentError, columns};
use crate::STEP;
use crate::batch::Batch;
use crate::column::Column;

/// The rows with `_step` in `steps` (all without it) and the columns of `keys` (all without it) and always `_step`, as
/// [`super::write`] was given them. Keys that the segment does not have are left out.
///
/// Only the parts of the source that hold what is asked for are read: the footer, and the chunks of the chosen columns
/// in the row groups whose steps overlap.
///
/// # Errors
/// When the source fails, is no Parquet file, or is none that this program wrote.
pub fn read<R: ChunkReader + 'static>(
    source: R,
    keys: Option<&[&str]>,
    steps: Option<Range<i64>>,
) -> Result<Batch, SegmentError> {
    let metadata = metadata(&source)?;
    read_part(&Arc::new(source), &metadata, keys, steps)
}

/// What a segment's footer says.
pub(crate) type Metadata = ParquetMetaData;

/// Reads the footer.
pub(crate) fn metadata<R: ChunkReader>(source: &R) -> Result<Metadata, SegmentError> {
    Ok(ParquetMetaDataReader::new().parse_and_finish(source)?)
}

/// [`read`] of a segment whose footer has been read.
pub(crate) fn read_part<R: ChunkReader + 'static>(
    source: &Arc<R>,
    metadata: &Metadata,
    keys: Option<&[&str]>,
    steps: Option<Range<i64>>,
) -> Result<Batch, SegmentError> {
    let file = metadata.file_metadata();
    let mut notes = columns::notes(file)?;
    let unique = columns::unique_steps(file);
    let wanted: Option<BTreeSet<&str>> = keys.map(|keys| keys.iter().copied().collect());
    let mut step_at = None;
    let mut chosen = Vec::new();
    for (at, column) in file.schema_descr().columns().iter().enumerate() {
        let key = column.name();
        if key == STEP {
            step_at = Some(at);
        } else if wanted.as_ref().is_none_or(|wanted| wanted.contains(key)) {
            chosen.push((at, key.to_owned(), Chunk::default()));
        }
    }
    let step_at = step_at.ok_or(SegmentError::NoStep)?;
    let mut step_column = Chunk::default();
    for group in metadata.row_groups() {
        if !may_hold(group, step_at, steps.as_ref()) {
            continue;
        }
        let rows = group.num_rows() as usize;
        let offset = step_column.len();
        let part = match dense_steps(group, step_at).filter(|_| unique) {
            Some(first) => {
                let part = dense_rows(first, rows, steps.as_ref());
                step_column.add_steps(part.clone().map(|row| first + row as i64).collect(), offset);
                part
            }
            None => {
                let all = chunk::steps(column(source, group, step_at)?, rows)?;
                let part = rows_of(&all, steps.as_ref());
                step_column.add_steps(all[part.clone()].to_vec(), offset);
                part
            }
        };
        if part.is_empty() {
            continue;
        }
        for (at, _, chunk) in &mut chosen {
            chunk.add(column(source, group, *at)?, &part, offset)?;
        }
    }
    let len = step_column.len();
    chosen.push((step_at, STEP.to_owned(), step_column));
    let mut finished: Vec<(String, Column)> = Vec::with_capacity(chosen.len());
    for (_, key, column) in chosen {
        let note = notes.remove(&key).unwrap_or_default();
        if let Some(column) = column.finish(note, len)? {
            finished.push((key, column));
        }
    }
    Ok(Batch::from_columns(len, finished))
}

/// A column of a row group.
fn column<R: ChunkReader + 'static>(
    source: &Arc<R>,
    group: &RowGroupMetaData,
    at: usize,
) -> Result<ColumnReader, SegmentError> {
    let chunk = group.column(at);
    let pages = SerializedPageReader::new(Arc::clone(source), chunk, group.num_rows() as usize, None)?;
    Ok(get_column_reader(chunk.column_descr_ptr(), Box::new(pages)))
}

/// Whether the row group may hold a step of the range, by its statistics.
fn may_hold(group: &RowGroupMetaData, step_at: usize, steps: Option<&Range<i64>>) -> bool {
    let (Some(range), Some(Statistics::Int64(known))) = (steps, group.column(step_at).statistics()) else {
        return true;
    };
    known.min_opt().is_none_or(|min| *min < range.end) && known.max_opt().is_none_or(|max| *max >= range.start)
}

/// The first step of a row group whose steps, if no two are the same, have no gaps.
fn dense_steps(group: &RowGroupMetaData, step_at: usize) -> Option<i64> {
    let Some(Statistics::Int64(known)) = group.column(step_at).statistics() else { return None };
    let (min, max) = (*known.min_opt()?, *known.max_opt()?);
    (i128::from(max) - i128::from(min) + 1 == i128::from(group.num_rows())).then_some(min)
}

/// Which rows of such a group are in the range.
fn dense_rows(first: i64, rows: usize, steps: Option<&Range<i64>>) -> Range<usize> {
    let Some(range) = steps else { return 0..rows };
    let row = |step: i64| (i128::from(step) - i128::from(first)).clamp(0, rows as i128) as usize;
    row(range.start)..row(range.end).max(row(range.start))
}

/// Which of the ascending steps are in the range.
fn rows_of(all: &[i64], steps: Option<&Range<i64>>) -> Range<usize> {
    let Some(range) = steps else {
        return 0..all.len();
    };
    let start = all.partition_point(|step| *step < range.start);
    start..all.partition_point(|step| *step < range.end).max(start)
}
