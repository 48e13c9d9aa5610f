//! What the file's metadata says about columns, beyond their Parquet types.

use std::collections::BTreeMap;

use parquet::file::metadata::{FileMetaData, KeyValue};
use serde::{Deserialize, Serialize};

use super::{COLUMNS_KEY, STEPS_KEY, SegmentError, UNIQUE, VERSION, VERSION_KEY};
use crate::batch::Batch;
use crate::column::ColumnValues;

/// What a UTF-8 column holds when it is not strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Extended JSON texts of arrays and objects.
    Json,
    /// One extended JSON value per row.
    Mixed,
}

/// What is said about one column. Columns about which nothing is to say are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Kind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) path: Option<Vec<String>>,
}

pub(super) type Notes = BTreeMap<String, Note>;

/// The metadata of the file of a batch.
pub(super) fn metadata(batch: &Batch) -> Result<Vec<KeyValue>, SegmentError> {
    let notes: Notes = batch
        .columns()
        .map(|(key, column)| {
            let kind = match column.values() {
                ColumnValues::Json(_) => Some(Kind::Json),
                ColumnValues::Mixed(_) => Some(Kind::Mixed),
                _ => None,
            };
            (key.to_owned(), Note { kind, path: column.path().map(<[String]>::to_vec) })
        })
        .filter(|(_, note)| *note != Note::default())
        .collect();
    let notes = serde_json::to_string(&notes).map_err(|error| SegmentError::Damaged(error.to_string()))?;
    let entry = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let mut entries = vec![entry(VERSION_KEY, VERSION.to_owned()), entry(COLUMNS_KEY, notes)];
    if batch.steps().is_some_and(|steps| steps.is_sorted_by(|a, b| a < b)) {
        entries.push(entry(STEPS_KEY, UNIQUE.to_owned()));
    }
    Ok(entries)
}

fn get<'a>(file: &'a FileMetaData, name: &str) -> Option<&'a str> {
    let entries = file.key_value_metadata().into_iter().flatten();
    entries.filter(|entry| entry.key == name).find_map(|entry| entry.value.as_deref())
}

/// Whether no two rows share a step.
pub(super) fn unique_steps(file: &FileMetaData) -> bool {
    get(file, STEPS_KEY) == Some(UNIQUE)
}

/// Reads what [`metadata`] wrote.
pub(super) fn notes(file: &FileMetaData) -> Result<Notes, SegmentError> {
    match get(file, VERSION_KEY) {
        Some(VERSION) => {}
        other => return Err(SegmentError::Version(other.map(str::to_owned))),
    }
    let text = get(file, COLUMNS_KEY).unwrap_or("{}");
    serde_json::from_str(text).map_err(|error| SegmentError::Damaged(format!("{COLUMNS_KEY}: {error}")))
}
