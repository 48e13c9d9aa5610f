//! The one table of this crate: rows in order of arrival × one sparse column per key.

mod builder;
mod concat;
mod gather;
mod lines;
mod render;

use std::collections::BTreeMap;

pub(crate) use builder::Builder;

use crate::STEP;
use crate::column::{Column, ColumnValues};
use crate::value::Value;

/// Rows × columns. Every column holds at least one value; keys are in byte order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    len: usize,
    columns: BTreeMap<String, Column>,
}

impl Batch {
    /// A table of finished columns; those without a value are left out.
    pub(crate) fn from_columns(len: usize, columns: impl IntoIterator<Item = (String, Column)>) -> Self {
        Self { len, columns: columns.into_iter().filter(|(_, column)| column.count() > 0).collect() }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All keys that hold a value in some row, in byte order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// All columns with their keys, in byte order of the keys.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Column)> {
        self.columns.iter().map(|(key, column)| (key.as_str(), column))
    }

    /// The column of a key; `None` when no row holds it.
    #[must_use]
    pub fn column(&self, key: &str) -> Option<&Column> {
        self.columns.get(key)
    }

    /// What a row holds for a key.
    #[must_use]
    pub fn value(&self, row: usize, key: &str) -> Option<Value<'_>> {
        self.column(key)?.get(row)
    }

    /// The `_step` of every row, in row order; `None` when some row has none, which no batch made from lines,
    /// tails of such a batch or segments has.
    #[must_use]
    pub fn steps(&self) -> Option<&[i64]> {
        match self.column(STEP) {
            Some(column) if column.count() == self.len => match column.values() {
                ColumnValues::Int(steps) => Some(steps),
                _ => None,
            },
            None if self.is_empty() => Some(&[]),
            _ => None,
        }
    }

    /// The values of the last row, by key.
    #[must_use]
    pub fn last_row(&self) -> Vec<(&str, Value<'_>)> {
        let Some(last) = self.len.checked_sub(1) else {
            return Vec::new();
        };
        self.columns().filter_map(|(key, column)| Some((key, column.get(last)?))).collect()
    }
}
