//! Writing a segment.

use std::ops::Range;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::{ColumnPath, Type, TypePtr};

use super::floats::Floats;
use super::{LEVEL, PAGE_ROWS, ROW_GROUP_ROWS, SegmentError, SegmentStats, columns};
use crate::STEP;
use crate::batch::Batch;
use crate::column::{Column, ColumnValues};

/// The batch as the bytes of a Parquet file, sorted by step.
///
/// # Errors
/// When the batch is empty or a row has no integer `_step`.
pub fn write(batch: &Batch) -> Result<(Vec<u8>, SegmentStats), SegmentError> {
    if batch.steps().is_some_and(|steps| !steps.is_sorted()) {
        return write(&batch.clone().sort_by_step());
    }
    let stats = SegmentStats::of(batch)?;
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema(batch)?, Arc::new(properties(batch)?))?;
    let descriptions = writer.schema_descr().columns().to_vec();
    let mut floats = Floats::new()?;
    for start in (0..batch.len()).step_by(ROW_GROUP_ROWS) {
        let end = batch.len().min(start + ROW_GROUP_ROWS);
        let mut group = writer.next_row_group()?;
        let mut levels = vec![0; end - start];
        for ((_, column), description) in batch.columns().zip(&descriptions) {
            if let ColumnValues::Float(values) = column.values() {
                let held = held(column, start..end);
                let (rows, values) = (&column.rows()[held.clone()], &values[held]);
                let (bytes, close) = floats.chunk(Arc::clone(description), start..end, rows, values)?;
                group.append_column(&bytes, close)?;
                continue;
            }
            let mut out = group.next_column()?.ok_or_else(|| SegmentError::Damaged("too few columns".to_owned()))?;
            put_chunk(&mut out, column, start, &mut levels)?;
            out.close()?;
        }
        group.close()?;
    }
    if let Some(overview) = crate::overview::write(batch) {
        writer.write_all(&overview).map_err(|error| ParquetError::External(error.into()))?;
    }
    writer.close()?;
    Ok((file, stats))
}

fn schema(batch: &Batch) -> Result<TypePtr, ParquetError> {
    let field = |(key, column): (&str, &Column)| {
        let (physical, logical) = match column.values() {
            ColumnValues::Int(_) => (Physical::INT64, None),
            ColumnValues::Float(_) => (Physical::DOUBLE, None),
            ColumnValues::Bool(_) => (Physical::BOOLEAN, None),
            ColumnValues::Text(_) | ColumnValues::Json(_) | ColumnValues::Mixed(_) => {
                (Physical::BYTE_ARRAY, Some(LogicalType::String))
            }
        };
        let repetition = if key == STEP { Repetition::REQUIRED } else { Repetition::OPTIONAL };
        let builder = Type::primitive_type_builder(key, physical).with_repetition(repetition);
        Ok(Arc::new(builder.with_logical_type(logical).build()?))
    };
    let fields = batch.columns().map(field).collect::<Result<_, ParquetError>>()?;
    Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
}

fn properties(batch: &Batch) -> Result<WriterProperties, SegmentError> {
    let builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(path(STEP), EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(columns::metadata(batch)?));
    Ok(batch.columns().fold(builder, encoding).build())
}

fn encoding(builder: WriterPropertiesBuilder, (key, column): (&str, &Column)) -> WriterPropertiesBuilder {
    let encoding = match column.values() {
        ColumnValues::Int(_) => Encoding::DELTA_BINARY_PACKED,
        ColumnValues::Float(_) => Encoding::BYTE_STREAM_SPLIT,
        // The defaults: bits, and a dictionary.
        _ => return builder,
    };
    builder.set_column_encoding(path(key), encoding).set_column_dictionary_enabled(path(key), false)
}

fn path(key: &str) -> ColumnPath {
    ColumnPath::new(vec![key.to_owned()])
}

/// Which of the column's values are those of these rows.
fn held(column: &Column, rows: Range<usize>) -> Range<usize> {
    let before = |row: usize| column.rows().partition_point(|known| (*known as usize) < row);
    before(rows.start)..before(rows.end)
}

/// Writes the values of a column for the rows of one group, which starts at row `start`. `levels` has an entry per row
/// of the group, all 0, and has so again afterwards.
fn put_chunk(
    out: &mut SerializedColumnWriter<'_>,
    column: &Column,
    start: usize,
    levels: &mut [i16],
) -> Result<(), ParquetError> {
    let held = held(column, start..start + levels.len());
    column.rows()[held.clone()].iter().for_each(|row| levels[*row as usize - start] = 1);
    match column.values() {
        ColumnValues::Int(values) => put::<Int64Type>(out, &values[held.clone()], levels)?,
        ColumnValues::Float(values) => put::<DoubleType>(out, &values[held.clone()], levels)?,
        ColumnValues::Bool(values) => put::<BoolType>(out, &values[held.clone()], levels)?,
        ColumnValues::Text(values) | ColumnValues::Json(values) => {
            let texts: Vec<ByteArray> = values[held.clone()].iter().map(|text| text.as_str().into()).collect();
            put::<ByteArrayType>(out, &texts, levels)?;
        }
        ColumnValues::Mixed(values) => {
            let texts: Vec<ByteArray> =
                values[held.clone()].iter().map(|value| value.to_stored().into_bytes().into()).collect();
            put::<ByteArrayType>(out, &texts, levels)?;
        }
    }
    column.rows()[held].iter().for_each(|row| levels[*row as usize - start] = 0);
    Ok(())
}

/// Levels are ignored by the one column that is required.
fn put<T: DataType>(out: &mut SerializedColumnWriter<'_>, values: &[T::T], levels: &[i16]) -> Result<(), ParquetError> {
    out.typed::<T>().write_batch(values, Some(levels), None).map(|_| ())
}
