//! Reading a segment, or the part of it that is asked for.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::statistics::Statistics;

use super::chunk::{self, Chunk};
use super::{Footer, Pages, SegmentError, floats};
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
    let footer = Footer::open(&source)?;
    read_part(&Arc::new(source), &footer, keys, steps)
}

/// [`read`] of a segment whose footer has been read.
pub(crate) fn read_part<R: ChunkReader + 'static>(
    source: &Arc<R>,
    footer: &Footer,
    keys: Option<&[&str]>,
    steps: Option<Range<i64>>,
) -> Result<Batch, SegmentError> {
    let wanted: Option<BTreeSet<&str>> = keys.map(|keys| keys.iter().copied().collect());
    let others = footer.columns().filter(|(key, _)| *key != STEP);
    let mut chosen: Vec<(usize, &str, Chunk)> = others
        .filter(|(key, _)| wanted.as_ref().is_none_or(|wanted| wanted.contains(key)))
        .map(|(key, at)| (at, key, Chunk::default()))
        .collect();
    let step_at = footer.step_at;
    let mut step_column = Chunk::default();
    for group in footer.parquet.row_groups() {
        if !may_hold(group, step_at, steps.as_ref()) {
            continue;
        }
        let rows = group.num_rows() as usize;
        let offset = step_column.len();
        let part = match dense_steps(group, step_at).filter(|_| footer.unique) {
            Some(first) => {
                let part = dense_rows(first, rows, steps.as_ref());
                step_column.add_steps(part.clone().map(|row| first + row as i64).collect(), offset);
                part
            }
            None => {
                let all = chunk::steps(column(source, group, step_at)?, &(0..rows))?;
                let part = rows_of(&all, steps.as_ref());
                step_column.add_steps(all[part.clone()].to_vec(), offset);
                part
            }
        };
        if part.is_empty() {
            continue;
        }
        for (at, _, chunk) in &mut chosen {
            match Pages::find(source.as_ref(), group, *at, part.end)? {
                Some(pages) => {
                    let read = |values: &mut Vec<f64>| floats::read(source.as_ref(), &pages, &part, values);
                    chunk.add_floats(part.len(), offset, read)?;
                }
                None => chunk.add(column(source, group, *at)?, &part, offset)?,
            }
        }
    }
    let len = step_column.len();
    chosen.push((step_at, STEP, step_column));
    let mut finished: Vec<(String, Column)> = Vec::with_capacity(chosen.len());
    for (_, key, column) in chosen {
        if let Some(column) = column.finish(footer.note(key), len)? {
            finished.push((key.to_owned(), column));
        }
    }
    Ok(Batch::from_columns(len, finished))
}

/// A column of a row group.
pub(super) fn column<R: ChunkReader + 'static>(
    source: &Arc<R>,
    group: &RowGroupMetaData,
    at: usize,
) -> Result<ColumnReader, SegmentError> {
    let chunk = group.column(at);
    let pages = SerializedPageReader::new(Arc::clone(source), chunk, group.num_rows() as usize, None)?;
    Ok(get_column_reader(chunk.column_descr_ptr(), Box::new(pages)))
}

/// Whether the row group may hold a step of the range, by its statistics.
pub(super) fn may_hold(group: &RowGroupMetaData, step_at: usize, steps: Option<&Range<i64>>) -> bool {
    let (Some(range), Some(Statistics::Int64(known))) = (steps, group.column(step_at).statistics()) else {
        return true;
    };
    known.min_opt().is_none_or(|min| *min < range.end) && known.max_opt().is_none_or(|max| *max >= range.start)
}

/// The first step of a row group whose steps, if no two are the same, have no gaps.
pub(super) fn dense_steps(group: &RowGroupMetaData, step_at: usize) -> Option<i64> {
    let Some(Statistics::Int64(known)) = group.column(step_at).statistics() else { return None };
    let (min, max) = (*known.min_opt()?, *known.max_opt()?);
    (i128::from(max) - i128::from(min) + 1 == i128::from(group.num_rows())).then_some(min)
}

/// Which rows of such a group are in the range.
pub(super) fn dense_rows(first: i64, rows: usize, steps: Option<&Range<i64>>) -> Range<usize> {
    let Some(range) = steps else { return 0..rows };
    let row = |step: i64| (i128::from(step) - i128::from(first)).clamp(0, rows as i128) as usize;
    row(range.start)..row(range.end).max(row(range.start))
}

/// Which of the ascending steps are in the range.
pub(super) fn rows_of(all: &[i64], steps: Option<&Range<i64>>) -> Range<usize> {
    let Some(range) = steps else {
        return 0..all.len();
    };
    let start = all.partition_point(|step| *step < range.start);
    start..all.partition_point(|step| *step < range.end).max(start)
}
