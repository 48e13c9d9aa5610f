//! Reading the columnar copy of a table.

use std::fs::File;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde::{Deserialize, Serialize};

use super::stats::ColumnStats;
use super::{Cell, Cells, KEY, LoggedError, VERSION};

/// What the file says about itself.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    pub version: u32,
    pub rows: u64,
    pub columns: Vec<ColumnStats>,
}

/// An open copy. Several threads may ask; one reads at a time.
pub struct Sheet {
    reader: Mutex<SerializedFileReader<File>>,
    columns: Vec<ColumnStats>,
    /// Where each group of rows starts, and the end of the last.
    starts: Vec<usize>,
}

impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl Sheet {
    /// Opens what [`super::convert`] wrote.
    ///
    /// # Errors
    /// When it is nothing of the kind, or of another version.
    pub fn open(file: File) -> Result<Self, LoggedError> {
        let reader = SerializedFileReader::new(file)?;
        let metadata = reader.metadata();
        let entries = metadata.file_metadata().key_value_metadata().into_iter().flatten();
        let text = entries.filter(|entry| entry.key == KEY).find_map(|entry| entry.value.as_deref());
        let written: Written = text.and_then(|text| serde_json::from_str(text).ok()).ok_or(LoggedError::Copy)?;
        let mut starts = vec![0];
        for group in metadata.row_groups() {
            starts.push(starts.last().unwrap_or(&0) + group.num_rows() as usize);
        }
        if written.version != VERSION || starts.last().map(|rows| *rows as u64) != Some(written.rows) {
            return Err(LoggedError::Copy);
        }
        Ok(Self { reader: Mutex::new(reader), columns: written.columns, starts })
    }

    /// Its columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[ColumnStats] {
        &self.columns
    }

    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// How many groups of rows it has; a group is what is read at least.
    #[must_use]
    pub fn groups(&self) -> usize {
        self.starts.len() - 1
    }

    /// The group that a row is in.
    #[must_use]
    pub fn group_of(&self, row: usize) -> usize {
        self.starts.partition_point(|start| *start <= row).saturating_sub(1)
    }

    /// The rows of a group.
    #[must_use]
    pub fn rows_of(&self, group: usize) -> Range<usize> {
        self.starts[group]..self.starts[group + 1]
    }

    /// Adds the cells of a column in some groups.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, column: usize, groups: Range<usize>, into: &mut Cells) -> Result<(), LoggedError> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        for group in groups {
            let rows = self.rows_of(group).len();
            let stats = &self.columns[column];
            let group = reader.get_row_group(group)?;
            let (mut numbers, mut texts) = (Values::default(), Values::default());
            if stats.numbers > 0
                && let ColumnReader::DoubleColumnReader(reader) = group.get_column_reader(2 * column)?
            {
                numbers = records(reader, rows)?;
            }
            if stats.count() > stats.numbers
                && let ColumnReader::ByteArrayColumnReader(reader) = group.get_column_reader(2 * column + 1)?
            {
                texts = records(reader, rows)?;
            }
            let (mut numbers, mut texts) = (numbers.rows(), texts.rows());
            for row in 0..rows {
                match (numbers.next(row), texts.next(row)) {
                    (Some(number), _) => into.push(Some(Cell::Number(*number))),
                    (None, Some(text)) => into.push(tagged(text.data())),
                    (None, None) => into.push(None),
                }
            }
        }
        Ok(())
    }
}

/// A text or JSON by its first byte.
pub(super) fn tagged(bytes: &[u8]) -> Option<Cell<'_>> {
    let (tag, text) = bytes.split_first()?;
    let text = std::str::from_utf8(text).ok()?;
    Some(if *tag == b's' { Cell::Text(text) } else { Cell::Json(text) })
}

/// Values of the rows that have one.
struct Values<T> {
    levels: Vec<i16>,
    values: Vec<T>,
}

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self { levels: Vec::new(), values: Vec::new() }
    }
}

struct Rows<'a, T> {
    levels: &'a [i16],
    values: std::slice::Iter<'a, T>,
}

impl<T> Values<T> {
    fn rows(&self) -> Rows<'_, T> {
        Rows { levels: &self.levels, values: self.values.iter() }
    }
}

impl<'a, T> Rows<'a, T> {
    fn next(&mut self, row: usize) -> Option<&'a T> {
        if self.levels.get(row) == Some(&1) { self.values.next() } else { None }
    }
}

fn records<T: DataType>(mut reader: ColumnReaderImpl<T>, rows: usize) -> Result<Values<T::T>, LoggedError> {
    let mut all = Values { levels: Vec::with_capacity(rows), values: Vec::with_capacity(rows) };
    while all.levels.len() < rows {
        let left = rows - all.levels.len();
        if reader.read_records(left, Some(&mut all.levels), None, &mut all.values)?.0 == 0 {
            return Err(LoggedError::Copy);
        }
    }
    Ok(all)
}
