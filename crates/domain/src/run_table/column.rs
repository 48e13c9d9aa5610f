//! A column: parts by type. A row has a value in one of them at most.

use serde_json::Value;

use super::bitmap::Bitmap;
use super::coded::Coded;
use super::store::Store;
use super::values::number;
use crate::runs::document::Datum;
use crate::runs::filter::Test;

/// Integers below are the same as floats.
pub(super) const EXACT: f64 = (1u64 << 53) as f64;

/// A column of a run table.
#[derive(Debug, Default)]
pub(super) struct Column {
    pub numbers: Store<f64>,
    /// Strings.
    pub texts: Coded<()>,
    /// Truth values, nulls, lists, empty objects and integers that no float can hold, by their JSON.
    pub others: Coded<Value>,
    /// The numbers are dates.
    pub dates: bool,
}

/// What a row holds in a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Number(f64),
    Date(f64),
    Text(&'a str),
    Other(&'a Value),
}

impl Cell<'_> {
    pub fn to_value(self) -> Value {
        match self {
            Self::Number(x) => number(x),
            Self::Date(at) => Value::from(crate::rfc3339(at as i64)),
            Self::Text(text) => Value::from(text),
            Self::Other(value) => value.clone(),
        }
    }
}

impl Column {
    pub fn of_dates() -> Self {
        Self { dates: true, ..Self::default() }
    }

    /// Gives a row that has none a value.
    pub fn set(&mut self, row: u32, value: &Value) {
        match value {
            Value::String(text) => self.texts.set(row, text, || ()),
            Value::Number(n) => match n.as_f64().filter(|x| x.abs() < EXACT || n.is_f64()) {
                Some(x) => self.numbers.set(row, x),
                None => self.others.set(row, &value.to_string(), || value.clone()),
            },
            other => self.others.set(row, &other.to_string(), || other.clone()),
        }
    }

    pub fn clear(&mut self, row: u32) {
        if self.numbers.take(row).is_none() {
            self.texts.clear(row);
            self.others.clear(row);
        }
    }

    pub fn get(&self, row: u32) -> Option<Cell<'_>> {
        if let Some(x) = self.numbers.get(row) {
            return Some(if self.dates { Cell::Date(x) } else { Cell::Number(x) });
        }
        let text = self.texts.get(row).map(|(text, ())| Cell::Text(text));
        text.or_else(|| self.others.get(row).map(|(_, value)| Cell::Other(value)))
    }

    /// How many rows have a value.
    pub fn len(&self) -> usize {
        self.numbers.len() + self.texts.codes.len() + self.others.codes.len()
    }

    /// The rows that have a value.
    pub fn present(&self) -> Bitmap {
        let mut rows = Bitmap::default();
        self.numbers.present(&mut rows);
        self.texts.codes.present(&mut rows);
        self.others.codes.present(&mut rows);
        rows
    }

    /// The rows of `all` for which a test holds.
    pub fn select(&self, test: &Test, all: &Bitmap) -> Bitmap {
        let mut rows = Bitmap::default();
        if test.holds(None) {
            rows.clone_from(all);
            rows.and_not(&self.present());
        }
        if self.dates {
            self.numbers.matching(&mut rows, |at| test.holds(Some(&Datum::Date(at as i64))));
        } else if self.numbers.len() > 0 {
            let test = test.of_numbers();
            self.numbers.matching(&mut rows, |x| test.holds(x));
        }
        match test.text() {
            // One look-up instead of a walk through all values.
            Some(text) => {
                if let Some(wanted) = self.texts.code(text) {
                    self.texts.codes.matching(&mut rows, |code| code == wanted);
                }
            }
            None if self.texts.codes.len() > 0 => {
                let judged = self.texts.judge(|text, ()| test.holds(Some(&Datum::Text(text))));
                self.texts.codes.matching(&mut rows, |code| judged[code as usize]);
            }
            None => {}
        }
        if self.others.codes.len() > 0 {
            let judged = self.others.judge(|_, value| test.holds(Some(&Datum::Json(value))));
            self.others.codes.matching(&mut rows, |code| judged[code as usize]);
        }
        rows
    }

    /// What kind of values it has, and for how many rows; nulls do not count.
    pub fn kind(&self) -> Option<(&'static str, usize)> {
        let (mut flags, mut lists, mut objects, mut numbers) = (0, 0, 0, self.numbers.len());
        for (_, value, rows) in self.others.counts() {
            *match value {
                Value::Bool(_) => &mut flags,
                Value::Array(_) => &mut lists,
                Value::Object(_) => &mut objects,
                Value::Number(_) => &mut numbers,
                _ => continue,
            } += rows as usize;
        }
        let mut texts = self.texts.codes.len();
        // Numbers that strict JSON cannot hold.
        for word in ["NaN", "Infinity", "-Infinity"] {
            if let Some(code) = self.texts.code(word) {
                let mut rows = Bitmap::default();
                self.texts.codes.matching(&mut rows, |other| other == code);
                numbers += rows.count();
                texts -= rows.count();
            }
        }
        let name = if self.dates { "date" } else { "number" };
        let kinds = [(name, numbers), ("string", texts), ("boolean", flags), ("list", lists), ("object", objects)];
        let runs: usize = kinds.iter().map(|(_, rows)| rows).sum();
        let mut held = kinds.into_iter().filter(|(_, rows)| *rows > 0);
        let (first, more) = (held.next()?.0, held.next().is_some());
        Some((if more { "mixed" } else { first }, runs))
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.numbers.bytes() + self.texts.bytes() + self.others.bytes()
    }
}
