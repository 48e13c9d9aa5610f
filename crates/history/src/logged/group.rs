//! Some rows on their way into the file.

use std::io::Write;

use bytes::Bytes;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;

use super::stats::ColumnStats;
use super::{Cell, GROUP_BYTES, GROUP_ROWS};

/// Rows of every column.
pub(super) struct Group {
    pub columns: Vec<GroupColumn>,
    pub rows: usize,
    pub bytes: usize,
}

/// A column's rows: a level per row that says whether it has a value, and the values.
#[derive(Default)]
pub(super) struct GroupColumn {
    number_levels: Vec<i16>,
    numbers: Vec<f64>,
    text_levels: Vec<i16>,
    ends: Vec<usize>,
    texts: Vec<u8>,
}

impl Group {
    pub fn new(columns: usize) -> Self {
        let columns = std::iter::repeat_with(GroupColumn::default).take(columns).collect();
        Self { columns, rows: 0, bytes: 0 }
    }

    pub fn is_full(&self) -> bool {
        self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES
    }

    /// Adds a cell to a column; every column gets one per row.
    pub fn push(&mut self, column: usize, cell: Option<Cell<'_>>) {
        self.bytes += 12;
        let into = &mut self.columns[column];
        let (number, text) = match cell {
            None => (None, None),
            Some(Cell::Number(number)) => (Some(number), None),
            Some(Cell::Text(text)) => (None, Some((b's', text))),
            Some(Cell::Json(text)) => (None, Some((b'j', text))),
        };
        into.number_levels.push(i16::from(number.is_some()));
        into.text_levels.push(i16::from(text.is_some()));
        into.numbers.extend(number);
        if let Some((tag, text)) = text {
            self.bytes += text.len() + 40;
            into.texts.push(tag);
            into.texts.extend_from_slice(text.as_bytes());
            into.ends.push(into.texts.len());
        }
    }

    /// Writes the rows and counts them.
    pub fn write<W: Write + Send>(
        self,
        file: &mut SerializedFileWriter<W>,
        stats: &mut [ColumnStats],
    ) -> Result<(), ParquetError> {
        let mut group = file.next_row_group()?;
        let missing = || ParquetError::General("too few columns".to_owned());
        for (column, stats) in self.columns.into_iter().zip(stats) {
            let mut out = group.next_column()?.ok_or_else(missing)?;
            column.numbers.iter().for_each(|number| stats.take(Cell::Number(*number)));
            out.typed::<DoubleType>().write_batch(&column.numbers, Some(&column.number_levels), None)?;
            out.close()?;
            let texts = Bytes::from(column.texts);
            let mut start = 0;
            let mut values = Vec::with_capacity(column.ends.len());
            for end in column.ends {
                if let Some(cell) = super::sheet::tagged(&texts[start..end]) {
                    stats.take(cell);
                }
                values.push(ByteArray::from(texts.slice(start..end)));
                start = end;
            }
            let mut out = group.next_column()?.ok_or_else(missing)?;
            out.typed::<ByteArrayType>().write_batch(&values, Some(&column.text_levels), None)?;
            out.close()?;
        }
        group.close().map(|_| ())
    }
}
