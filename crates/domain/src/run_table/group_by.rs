//! Rows by the values of columns.

use std::collections::HashMap;

use serde_json::Value;

use super::aggregate::Aggregate;
use super::bitmap::Bitmap;
use super::view::{Source, View};
use crate::runs::document::{Field, Own};

/// A group of rows.
#[derive(Debug)]
pub(super) struct Group {
    /// The value of each column; null where the rows have none.
    pub values: Vec<Value>,
    pub runs: i64,
    /// Figures of the columns asked.
    pub figures: Vec<Aggregate>,
}

/// What tells values of one column apart; a null is the same as no value.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Code {
    None,
    Number(u64),
    Text(u32),
    Other(u32),
}

impl View<'_> {
    /// The groups of these rows by some columns, with figures of others.
    pub fn group(&self, rows: &Bitmap, by: &[Field], columns: &[Field]) -> Vec<Group> {
        let (groups, values) = self.partition(rows, by);
        let none = || vec![Aggregate::default(); columns.len()];
        let mut all: Vec<Group> = values.into_iter().map(|values| Group { values, runs: 0, figures: none() }).collect();
        rows.each(|row| all[groups[row as usize] as usize].runs += 1);
        for (at, field) in columns.iter().enumerate() {
            self.figures(&self.source(field), rows, |row| groups[row as usize] as usize, at, &mut all);
        }
        all
    }

    /// The group of each of these rows, by row, and the values of each group.
    pub fn partition(&self, rows: &Bitmap, by: &[Field]) -> (Vec<u32>, Vec<Vec<Value>>) {
        // One column after the other.
        let mut groups = vec![0u32; self.table.ids.len()];
        let mut first = vec![None];
        rows.each(|row| _ = first[0].get_or_insert(row));
        for field in by {
            let codes = self.codes(&self.source(field), rows);
            let mut known: HashMap<(u32, Code), u32> = HashMap::new();
            first.clear();
            rows.each(|row| {
                let at = row as usize;
                let next = known.len() as u32;
                groups[at] = *known.entry((groups[at], codes[at])).or_insert_with(|| {
                    first.push(Some(row));
                    next
                });
            });
        }
        let by: Vec<Source<'_>> = by.iter().map(|field| self.source(field)).collect();
        let values = |row| by.iter().map(|source| self.value(source, row).unwrap_or(Value::Null)).collect();
        (groups, first.into_iter().flatten().map(values).collect())
    }

    /// Adds what one column is in each group.
    fn figures(&self, source: &Source<'_>, rows: &Bitmap, of: impl Fn(u32) -> usize, at: usize, all: &mut [Group]) {
        let created = self.table.own(Own::CreatedAt);
        let age = |row: u32| (created.numbers.get(row).unwrap_or_default(), self.table.ids[row as usize]);
        let dates = matches!(source, Source::Column(column, _) if column.dates);
        rows.each(|row| {
            let number = match source {
                Source::Column(column, _) => match column.numbers.get(row) {
                    Some(x) => Some(x),
                    None if column.texts.codes.get(row).is_some() => None,
                    None if column.others.get(row).is_some_and(|(_, value)| !value.is_null()) => None,
                    None => return,
                },
                Source::Duration => Some(self.duration(row)),
                source => match self.value(source, row) {
                    None | Some(Value::Null) => return,
                    Some(value) => value.as_f64(),
                },
            };
            all[of(row)].figures[at].take(age(row), row, number);
        });
        for group in all {
            let figures = &mut group.figures[at];
            figures.dates = dates;
            figures.last = figures.newest().and_then(|row| self.value(source, row));
        }
    }

    /// Codes of a column's values, by row.
    fn codes(&self, source: &Source<'_>, rows: &Bitmap) -> Vec<Code> {
        let mut codes = vec![Code::None; self.table.ids.len()];
        match source {
            Source::Column(column, _) => {
                column.numbers.each(|row, x| codes[row as usize] = Code::Number((x + 0.0).to_bits()));
                column.texts.codes.each(|row, code| codes[row as usize] = Code::Text(code));
                let null = column.others.code("null");
                column.others.codes.each(|row, code| {
                    codes[row as usize] = if Some(code) == null { Code::None } else { Code::Other(code) };
                });
            }
            Source::State => rows.each(|row| codes[row as usize] = Code::Other(self.state(row) as u32)),
            Source::Tags => self.table.tags.codes.each(|row, code| codes[row as usize] = Code::Other(code)),
            Source::Duration => rows.each(|row| codes[row as usize] = Code::Number(self.duration(row).to_bits())),
            source => {
                let mut known: HashMap<String, u32> = HashMap::new();
                rows.each(|row| {
                    if let Some(value) = self.value(source, row).filter(|value| !value.is_null()) {
                        let next = known.len() as u32;
                        codes[row as usize] = Code::Other(*known.entry(value.to_string()).or_insert(next));
                    }
                });
            }
        }
        codes
    }
}
