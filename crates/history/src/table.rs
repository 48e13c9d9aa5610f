//! A table of known columns, written part by part as Parquet or CSV: what people download.
//!
//! Unlike a segment it is not one batch and has no rules of its own: any columns, each of one kind, in the order given.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type};

use crate::batch::Batch;
use crate::value::{NonFinite, Value};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers.
    Int,
    /// Numbers.
    Float,
    /// Truth values.
    Bool,
    /// Texts; of other values their JSON.
    Text,
}

/// The cells of one column of a part, one per row.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Numbers.
    Float(Vec<Option<f64>>),
    /// Truth values.
    Bool(Vec<Option<bool>>),
    /// Texts.
    Text(Vec<Option<String>>),
}

impl Cells {
    /// No rows yet.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        match kind {
            Kind::Int => Self::Int(Vec::new()),
            Kind::Float => Self::Float(Vec::new()),
            Kind::Bool => Self::Bool(Vec::new()),
            Kind::Text => Self::Text(Vec::new()),
        }
    }

    /// Adds a row; what is not of the column's kind counts as nothing.
    pub fn push(&mut self, value: Option<Value<'_>>) {
        match (self, value) {
            (Self::Int(cells), Some(Value::Int(int))) => cells.push(Some(int)),
            (Self::Int(cells), _) => cells.push(None),
            (Self::Float(cells), value) => cells.push(value.and_then(|value| match value {
                Value::Int(_) | Value::Float(_) => value.as_f64(),
                _ => None,
            })),
            (Self::Bool(cells), Some(Value::Bool(flag))) => cells.push(Some(flag)),
            (Self::Bool(cells), _) => cells.push(None),
            (Self::Text(cells), value) => cells.push(value.map(|value| match value {
                Value::Text(text) | Value::Json(text) => text.into_owned(),
                other => other.to_text(NonFinite::Bare),
            })),
        }
    }

    /// Adds the rows of a batch for a key.
    pub fn extend(&mut self, batch: &Batch, key: &str) {
        let column = batch.column(key);
        (0..batch.len()).for_each(|row| self.push(column.and_then(|column| column.get(row))));
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Int(cells) => cells.len(),
            Self::Float(cells) => cells.len(),
            Self::Bool(cells) => cells.len(),
            Self::Text(cells) => cells.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A cell of a CSV file (RFC 4180): nothing where there is no value, and no text that a spreadsheet would take for a
    /// formula.
    fn csv(&self, row: usize, out: &mut String) {
        match self {
            Self::Int(cells) => out.extend(cells[row].map(|int| int.to_string())),
            Self::Float(cells) => out.extend(cells[row].map(|float| Value::Float(float).to_text(NonFinite::Bare))),
            Self::Bool(cells) => out.push_str(cells[row].map_or("", |flag| if flag { "true" } else { "false" })),
            Self::Text(cells) => {
                let Some(text) = &cells[row] else { return };
                quote(text, out);
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        out.push('\'');
    }
    out.push_str(&text.replace('"', "\"\""));
    out.push('"');
}

/// Writes a table.
pub enum Table<W: Write + Send> {
    /// As Parquet: one row group a part.
    Parquet(SerializedFileWriter<W>),
    /// As CSV with a line of names.
    Csv(W),
}

impl<W: Write + Send> Table<W> {
    /// Begins a Parquet file. Names are unique.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn parquet(out: W, columns: &[(String, Kind)]) -> Result<Self, ParquetError> {
        let field = |(name, kind): &(String, Kind)| {
            let (physical, logical) = match kind {
                Kind::Int => (Physical::INT64, None),
                Kind::Float => (Physical::DOUBLE, None),
                Kind::Bool => (Physical::BOOLEAN, None),
                Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            };
            let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
            Ok(Arc::new(builder.with_logical_type(logical).build()?))
        };
        let fields = columns.iter().map(field).collect::<Result<_, ParquetError>>()?;
        let schema = Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?);
        let builder = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true);
        let floats = columns.iter().filter(|(_, kind)| *kind == Kind::Float);
        let builder = floats.fold(builder, |builder, (name, _)| {
            let path = ColumnPath::new(vec![name.clone()]);
            builder
                .set_column_encoding(path.clone(), Encoding::BYTE_STREAM_SPLIT)
                .set_column_dictionary_enabled(path, false)
        });
        Ok(Self::Parquet(SerializedFileWriter::new(out, schema, Arc::new(builder.build()))?))
    }

    /// Begins a CSV file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn csv(mut out: W, columns: &[(String, Kind)]) -> io::Result<Self> {
        let mut line = String::new();
        for (at, (name, _)) in columns.iter().enumerate() {
            line.push_str(if at == 0 { "" } else { "," });
            quote(name, &mut line);
        }
        line.push_str("\r\n");
        out.write_all(line.as_bytes())?;
        Ok(Self::Csv(out))
    }

    /// Writes some rows: one column each for those that it began with, all of one length.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, columns: &[Cells]) -> Result<(), ParquetError> {
        let rows = columns.first().map_or(0, Cells::len);
        if rows == 0 {
            return Ok(());
        }
        match self {
            Self::Csv(out) => {
                let mut text = String::new();
                for row in 0..rows {
                    for (at, column) in columns.iter().enumerate() {
                        text.push_str(if at == 0 { "" } else { "," });
                        column.csv(row, &mut text);
                    }
                    text.push_str("\r\n");
                }
                out.write_all(text.as_bytes())?;
            }
            Self::Parquet(writer) => {
                let mut group = writer.next_row_group()?;
                for cells in columns {
                    let missing = || ParquetError::General("too many columns".to_owned());
                    let mut out = group.next_column()?.ok_or_else(missing)?;
                    match cells {
                        Cells::Int(cells) => put::<Int64Type, _>(&mut out, cells, |int| *int)?,
                        Cells::Float(cells) => put::<DoubleType, _>(&mut out, cells, |float| *float)?,
                        Cells::Bool(cells) => put::<BoolType, _>(&mut out, cells, |flag| *flag)?,
                        Cells::Text(cells) => {
                            put::<ByteArrayType, _>(&mut out, cells, |text| ByteArray::from(text.as_str()))?;
                        }
                    }
                    out.close()?;
                }
                group.close()?;
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(self) -> Result<W, ParquetError> {
        match self {
            Self::Csv(out) => Ok(out),
            Self::Parquet(writer) => writer.into_inner(),
        }
    }
}

fn put<T: DataType, C>(
    out: &mut SerializedColumnWriter<'_>,
    cells: &[Option<C>],
    to: impl Fn(&C) -> T::T,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().map(to).collect();
    out.typed::<T>().write_batch(&values, Some(&levels), None).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    fn columns() -> Vec<(String, Kind)> {
        let kinds = [("n", Kind::Int), ("x", Kind::Float), ("ok", Kind::Bool), ("a, b", Kind::Text)];
        kinds.map(|(name, kind)| (name.to_owned(), kind)).to_vec()
    }

    fn cells() -> Vec<Cells> {
        let mut all: Vec<Cells> = columns().iter().map(|(_, kind)| Cells::new(*kind)).collect();
        let rows = [
            [Value::Int(1), Value::Int(2), Value::Bool(true), Value::Text("=\"1\"".into())],
            [Value::Float(0.5), Value::Float(f64::NAN), Value::Int(1), Value::Json("[1]".into())],
        ];
        for row in rows {
            all.iter_mut().zip(row).for_each(|(cells, value)| cells.push(Some(value)));
        }
        all.iter_mut().for_each(|cells| cells.push(None));
        all
    }

    #[test]
    fn csv_has_names_and_plain_cells() {
        let mut table = Table::csv(Vec::new(), &columns()).unwrap();
        table.put(&cells()).unwrap();
        let text = String::from_utf8(table.finish().unwrap()).unwrap();
        assert_eq!(text, "\"n\",\"x\",\"ok\",\"a, b\"\r\n1,2,true,\"'=\"\"1\"\"\"\r\n,NaN,,\"[1]\"\r\n,,,\r\n");
    }

    #[test]
    fn parquet_is_read_by_others() {
        let mut table = Table::parquet(Vec::new(), &columns()).unwrap();
        table.put(&cells()).unwrap();
        table.put(&cells()).unwrap();
        let file = bytes::Bytes::from(table.finish().unwrap());
        let reader = SerializedFileReader::new(file).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(rows.len(), 6);
        assert_eq!(rows[0], "{n: 1, x: 2.0, ok: true, a, b: \"=\"1\"\"}");
        assert_eq!(rows[5], "{n: null, x: null, ok: null, a, b: null}");
    }
}
