//! From the JSON of a table to its columnar copy.

use std::collections::{HashMap, HashSet};
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use parquet::basic::{Compression, Encoding, Repetition, Type as Physical, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use serde_json::Value as Json;

use super::group::Group;
use super::sheet::Written;
use super::split::{Sink, split};
use super::stats::ColumnStats;
use super::{Cell, EXACT, KEY, LoggedError, MOST_COLUMNS, MOST_MISSING, MOST_ROWS, VERSION};
use crate::json::Scanner;
use crate::value::Value;

/// Reads the JSON of a table and writes its copy. One thread reads, another writes, at most two groups apart.
///
/// # Errors
/// When it is no table, is larger than the limits of this module, or reading or writing fails.
pub fn convert(source: impl Read, out: impl Write + Send) -> Result<(), LoggedError> {
    let (groups, taken) = sync_channel::<Group>(1);
    std::thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let first = taken.recv().ok();
            let columns = first.as_ref().map_or(0, |group| group.columns.len());
            let mut file = begin(out, columns)?;
            let mut stats = vec![ColumnStats::default(); columns];
            for group in first.into_iter().chain(taken) {
                group.write(&mut file, &mut stats)?;
            }
            Ok::<_, LoggedError>((file, stats))
        });
        let mut reading = Reading { groups, group: None, rows: 0, missing: 0, names: None, types: Json::Null };
        let read = split(source, &mut reading).and_then(|()| reading.send());
        let Reading { names, types, groups, rows, .. } = reading;
        drop(groups);
        let written = writer.join().map_err(|_| LoggedError::NotTable("the writer stopped"))?;
        // A writer that failed is why the reader could not go on.
        let (mut file, mut stats) = written?;
        read?;
        let names = names.unwrap_or_default();
        // A table without rows has columns, too.
        stats.resize_with(names.len().max(stats.len()), ColumnStats::default);
        name(&mut stats, names, &types);
        let written = Written { version: VERSION, rows: rows as u64, columns: stats };
        let text = serde_json::to_string(&written).map_err(|_| LoggedError::NotTable("names that are no text"))?;
        file.append_key_value_metadata(KeyValue::new(KEY.to_owned(), text));
        file.close()?;
        Ok(())
    })
}

fn begin<W: Write + Send>(out: W, columns: usize) -> Result<SerializedFileWriter<W>, ParquetError> {
    let field = |name: String, kind| {
        let builder = Type::primitive_type_builder(&name, kind).with_repetition(Repetition::OPTIONAL);
        Ok(Arc::new(builder.build()?))
    };
    let pair = |at| [field(format!("n{at}"), Physical::DOUBLE), field(format!("t{at}"), Physical::BYTE_ARRAY)];
    let fields = (0..columns).flat_map(pair).collect::<Result<_, ParquetError>>()?;
    let schema = Arc::new(Type::group_type_builder("table").with_fields(fields).build()?);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true);
    for at in 0..columns {
        let path = ColumnPath::new(vec![format!("n{at}")]);
        properties = properties
            .set_column_encoding(path.clone(), Encoding::BYTE_STREAM_SPLIT)
            .set_column_dictionary_enabled(path, false);
    }
    SerializedFileWriter::new(out, schema, Arc::new(properties.build()))
}

/// Gives columns their names, each once, and marks dates.
fn name(stats: &mut [ColumnStats], names: Vec<String>, types: &Json) {
    let declared = types.pointer("/params/type_map").and_then(Json::as_object);
    let dates: HashSet<&str> = declared
        .into_iter()
        .flatten()
        .filter_map(|(name, declared)| declared.to_string().contains("\"timestamp\"").then_some(name.as_str()))
        .collect();
    let mut used = HashSet::new();
    // How often a name has come: thousands of the same must not be counted from the first each time.
    let mut times: HashMap<String, usize> = HashMap::new();
    let mut names = names.into_iter();
    for (at, column) in stats.iter_mut().enumerate() {
        let wanted = names.next().unwrap_or_else(|| (at + 1).to_string());
        column.dates = dates.contains(wanted.as_str());
        let times = times.entry(wanted.clone()).or_insert(0);
        column.name = loop {
            *times += 1;
            let name = if *times < 2 { wanted.clone() } else { format!("{wanted} ({times})") };
            if used.insert(name.clone()) {
                break name;
            }
        };
    }
}

struct Reading {
    groups: SyncSender<Group>,
    group: Option<Group>,
    rows: usize,
    /// Cells that rows are short of.
    missing: usize,
    names: Option<Vec<String>>,
    types: Json,
}

impl Reading {
    fn send(&mut self) -> Result<(), LoggedError> {
        match self.group.take() {
            Some(group) => self.groups.send(group).map_err(|_| LoggedError::NotTable("the writer stopped")),
            None => Ok(()),
        }
    }

    /// How many columns there are: as many as were named, else as the first row has cells.
    fn width(&self, row: &str) -> Result<usize, LoggedError> {
        let width = match &self.names {
            Some(names) => names.len(),
            None => {
                let mut scanner = Scanner::new(row);
                scanner.array(|scanner| scanner.raw().map(|_| ())).map_err(|error| bad(self.rows, &error))?
            }
        };
        if width > MOST_COLUMNS { Err(LoggedError::Columns) } else { Ok(width) }
    }
}

impl Sink for Reading {
    fn field(&mut self, name: &str, json: &str) -> Result<(), LoggedError> {
        match name {
            "columns" => {
                let Ok(Json::Array(names)) = crate::json::parse(json) else {
                    return Err(LoggedError::NotTable("columns is a list of names"));
                };
                if names.len() > MOST_COLUMNS {
                    return Err(LoggedError::Columns);
                }
                let text = |name: Json| name.as_str().map_or_else(|| name.to_string(), str::to_owned);
                self.names = Some(names.into_iter().map(text).collect());
            }
            "column_types" => self.types = crate::json::parse(json).unwrap_or(Json::Null),
            _ => {}
        }
        Ok(())
    }

    fn row(&mut self, json: &str) -> Result<(), LoggedError> {
        if self.rows == MOST_ROWS {
            return Err(LoggedError::Rows);
        }
        let mut group = match self.group.take() {
            Some(group) => group,
            None => Group::new(self.width(json)?),
        };
        let (row, columns) = (self.rows, group.columns.len());
        let mut scanner = Scanner::new(json);
        let mut at = 0;
        let read = scanner.array(|scanner| {
            if at < columns {
                read_cell(scanner, |cell| group.push(at, cell))?;
            } else {
                scanner.raw()?;
            }
            at += 1;
            Ok(())
        });
        read.and_then(|_| scanner.finish()).map_err(|error| bad(row, &error))?;
        if at > columns {
            return Err(LoggedError::Wide { row, cells: at, columns });
        }
        self.missing += columns - at;
        if self.missing > MOST_MISSING {
            return Err(LoggedError::NotTable("rows have fewer cells than there are columns"));
        }
        (at..columns).for_each(|at| group.push(at, None));
        group.rows += 1;
        self.rows += 1;
        let full = group.is_full();
        self.group = Some(group);
        if full { self.send() } else { Ok(()) }
    }
}

fn bad(row: usize, error: &crate::JsonError) -> LoggedError {
    LoggedError::Row { row, detail: error.to_string() }
}

fn read_cell(scanner: &mut Scanner<'_>, put: impl FnOnce(Option<Cell<'_>>)) -> Result<(), crate::JsonError> {
    if matches!(scanner.peek(), Some(b'{' | b'[')) {
        put(Some(Cell::Json(&scanner.raw()?)));
        return Ok(());
    }
    match scanner.leaf()? {
        None => put(None),
        Some(Value::Int(int)) if int.unsigned_abs() >= EXACT => put(Some(Cell::Json(&int.to_string()))),
        Some(Value::Int(int)) => put(Some(Cell::Number(int as f64))),
        Some(Value::Float(float)) => put(Some(Cell::Number(float))),
        Some(Value::Bool(flag)) => put(Some(Cell::Json(if flag { "true" } else { "false" }))),
        Some(Value::Text(text) | Value::Json(text)) => put(Some(Cell::Text(&text))),
    }
    Ok(())
}
