//! One column of the file, gathered from its row groups.

use std::ops::Range;

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};

use super::SegmentError;
use super::columns::{Kind, Note};
use super::floats::Held;
use crate::column::{Column, ColumnValues};
use crate::value::Value;

/// The values read so far, and the rows that hold them.
#[derive(Default)]
pub(super) struct Chunk {
    rows: Vec<u32>,
    values: Option<ColumnValues>,
}

fn damaged(what: &str) -> SegmentError {
    SegmentError::Damaged(what.to_owned())
}

/// The steps of some rows of a row group.
pub(super) fn steps(reader: ColumnReader, rows: &Range<usize>) -> Result<Vec<i64>, SegmentError> {
    let ColumnReader::Int64ColumnReader(reader) = reader else {
        return Err(SegmentError::NoStep);
    };
    let (_, steps) = records(reader, rows)?;
    if steps.len() != rows.len() || !steps.is_sorted() {
        return Err(damaged("steps do not ascend"));
    }
    Ok(steps)
}

/// The levels (1 for a value, 0 for none; nothing for a required column) and the values of some rows.
fn records<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: &Range<usize>,
) -> Result<(Vec<i16>, Vec<T::T>), SegmentError> {
    if rows.start > 0 {
        reader.skip_records(rows.start)?;
    }
    let (mut levels, mut values) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    let mut left = rows.len();
    while left > 0 {
        match reader.read_records(left, Some(&mut levels), None, &mut values)? {
            (0, ..) => return Err(damaged("fewer rows than promised")),
            (count, ..) => left -= count,
        }
    }
    Ok((levels, values))
}

impl Chunk {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn add_steps(&mut self, steps: Vec<i64>, offset: usize) {
        self.rows.extend((offset..offset + steps.len()).map(|row| row as u32));
        self.push(ColumnValues::Int(steps));
    }

    /// Adds the given rows of a row group, the first of them as row `offset`.
    pub(super) fn add(&mut self, reader: ColumnReader, rows: &Range<usize>, offset: usize) -> Result<(), SegmentError> {
        let (levels, values) = match reader {
            ColumnReader::Int64ColumnReader(reader) => {
                let (levels, values) = records(reader, rows)?;
                (levels, ColumnValues::Int(values))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                let (levels, values) = records(reader, rows)?;
                (levels, ColumnValues::Float(values))
            }
            ColumnReader::BoolColumnReader(reader) => {
                let (levels, values) = records(reader, rows)?;
                (levels, ColumnValues::Bool(values))
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                let (levels, values) = records(reader, rows)?;
                (levels, ColumnValues::Text(values.iter().map(text).collect::<Result<_, _>>()?))
            }
            _ => return Err(damaged("a column of a foreign type")),
        };
        self.rows.extend((offset..).zip(&levels).filter(|(_, level)| **level == 1).map(|(row, _)| row as u32));
        self.push(values);
        Ok(())
    }

    /// Adds floats of `count` rows, the first of them as row `offset`; `read` adds them to others.
    pub(super) fn add_floats(
        &mut self,
        count: usize,
        offset: usize,
        read: impl FnOnce(&mut Vec<f64>) -> Result<Held, SegmentError>,
    ) -> Result<(), SegmentError> {
        let offset = offset as u32;
        let ColumnValues::Float(values) = self.values.get_or_insert_with(|| ColumnValues::Float(Vec::new())) else {
            return Err(damaged("a column of two types"));
        };
        match read(values)? {
            Some(rows) => self.rows.extend(rows.into_iter().map(|row| offset + row)),
            None => self.rows.extend(offset..offset + count as u32),
        }
        Ok(())
    }

    fn push(&mut self, values: ColumnValues) {
        match &mut self.values {
            Some(all) => all.append(values),
            None => self.values = Some(values),
        }
    }

    /// The column as it was written; none when no row holds a value.
    pub(super) fn finish(self, note: Note, len: usize) -> Result<Option<Column>, SegmentError> {
        let values = match (self.values, note.kind) {
            (None, _) => return Ok(None),
            (Some(ColumnValues::Text(texts)), Some(Kind::Json)) => ColumnValues::Json(texts),
            (Some(ColumnValues::Text(texts)), Some(Kind::Mixed)) => {
                let values = texts.iter().map(|text| Value::from_stored(text)).collect::<Option<_>>();
                ColumnValues::Mixed(values.ok_or_else(|| damaged("not a stored value"))?)
            }
            (Some(values), _) => values,
        };
        let path = note.path.filter(|path| path.len() > 1);
        let column =
            Column::from_parts(path, self.rows, values, len).ok_or_else(|| damaged("values and rows do not match"))?;
        Ok(Some(column))
    }
}

fn text(bytes: &ByteArray) -> Result<String, SegmentError> {
    bytes.as_utf8().map(str::to_owned).map_err(|_| damaged("not UTF-8"))
}
