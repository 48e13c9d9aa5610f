//! Growing a batch row by row.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Batch;
use crate::column::Column;
use crate::json::Plain;
use crate::value::Value;

/// A batch in the making. Values always go to the last row.
#[derive(Default)]
pub(crate) struct Builder {
    len: usize,
    index: HashMap<String, usize>,
    columns: Vec<(String, Column)>,
    /// The column after the one that was set last: rows mostly have the same keys in the same order.
    next: usize,
}

impl Builder {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Starts the next row.
    pub(crate) fn row(&mut self) {
        self.len += 1;
        self.next = 0;
    }

    /// Sets a value of the last row; a repeated key overwrites, `None` (null) takes away. `path` is read only for a
    /// key that is new to the batch. Answers which column has the key, if any.
    pub(crate) fn set(
        &mut self,
        key: Cow<'_, str>,
        path: Option<Vec<String>>,
        value: Option<Value<'_>>,
    ) -> Option<usize> {
        let row = self.len.saturating_sub(1) as u32;
        let guess = self.columns.get(self.next).filter(|(known, _)| *known == key).map(|_| self.next);
        let at = guess.or_else(|| self.index.get(key.as_ref()).copied());
        self.next = at.unwrap_or(self.columns.len()) + 1;
        match (at, value) {
            (Some(at), value) => self.columns[at].1.set_last(row, value),
            (None, Some(value)) => {
                let key = key.into_owned();
                let mut column = Column::new(path, &value);
                column.set_last(row, Some(value));
                self.index.insert(key.clone(), self.columns.len());
                self.columns.push((key, column));
            }
            (None, None) => return None,
        }
        Some(self.next - 1)
    }

    /// Adds a row of values, none of which share a column.
    pub(crate) fn add(&mut self, values: impl Iterator<Item = (usize, Plain)>) {
        let row = self.len as u32;
        self.len += 1;
        for (column, value) in values {
            self.columns[column].1.push_plain(row, value);
        }
    }

    /// Takes memory for so many more rows like those that are there.
    pub(crate) fn expect(&mut self, rows: usize) {
        self.columns.iter_mut().for_each(|(_, column)| column.reserve(rows));
    }

    pub(crate) fn finish(self) -> Batch {
        Batch::from_columns(self.len, self.columns)
    }
}
