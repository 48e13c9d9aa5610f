//! Comparing what a run holds with what a filter names.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::{Number, Value};

use crate::clock::Micros;
use crate::runs::document::Datum;

/// A value in a filter; a text that reads as a date is also that.
#[derive(Clone, Debug)]
pub(crate) struct Operand {
    value: Value,
    date: Option<Micros>,
}

impl Operand {
    pub fn new(value: Value) -> Self {
        let date = value.as_str().and_then(date);
        Self { value, date }
    }

    pub fn is_null(&self) -> bool {
        self.value.is_null()
    }

    pub fn text(&self) -> Option<&str> {
        self.value.as_str()
    }

    pub fn number(&self) -> Option<f64> {
        self.value.as_f64()
    }

    /// What numbers are greater or less than.
    pub fn bound(&self) -> Option<f64> {
        self.number().or_else(|| infinity(self.text()?))
    }
}

/// The values of `$in`; texts and dates are looked up, since lists of run names are long.
#[derive(Debug)]
pub(crate) struct Set {
    texts: HashSet<String>,
    dates: HashSet<Micros>,
    others: Vec<Operand>,
}

impl Set {
    pub fn new(values: Vec<Value>) -> Self {
        let mut set = Self { texts: HashSet::new(), dates: HashSet::new(), others: Vec::new() };
        for value in values {
            match value {
                Value::String(text) => {
                    set.dates.extend(date(&text));
                    set.texts.insert(text);
                }
                other => set.others.push(Operand::new(other)),
            }
        }
        set
    }

    pub fn numbers(&self) -> Vec<f64> {
        self.others.iter().filter_map(Operand::number).collect()
    }

    pub fn has_null(&self) -> bool {
        self.others.iter().any(Operand::is_null)
    }

    pub fn has(&self, datum: &Datum<'_>) -> bool {
        match datum {
            Datum::Text(text) => self.texts.contains(*text),
            Datum::Json(Value::String(text)) => self.texts.contains(text),
            Datum::Date(at) => self.dates.contains(at),
            datum => self.others.iter().any(|operand| equal(datum, operand)),
        }
    }
}

/// Whether both are the same value; a list is the same as another list.
pub(crate) fn equal(datum: &Datum<'_>, operand: &Operand) -> bool {
    match (datum, &operand.value) {
        (Datum::Text(text), Value::String(other)) => text == other,
        (Datum::Date(at), _) => operand.date == Some(*at),
        (Datum::Number(number), Value::Number(other)) => order(number, other) == Some(Ordering::Equal),
        (Datum::True, value) => *value == Value::Bool(true),
        (Datum::Texts(texts), Value::Array(items)) => {
            texts.len() == items.len() && texts.iter().zip(items).all(|(text, item)| item.as_str() == Some(text))
        }
        (Datum::Json(value), other) => same(value, other),
        _ => false,
    }
}

/// Which is greater; nothing where the types have no common order.
pub(crate) fn compare(datum: &Datum<'_>, operand: &Operand) -> Option<Ordering> {
    match (datum, &operand.value) {
        (Datum::Text(text), Value::String(other)) => Some((*text).cmp(other.as_str())),
        (Datum::Text(text), Value::Number(other)) => infinity(text)?.partial_cmp(&other.as_f64()?),
        (Datum::Date(at), _) => operand.date.map(|date| at.cmp(&date)),
        (Datum::Number(number), Value::Number(other)) => order(number, other),
        (Datum::Number(number), Value::String(other)) => number.as_f64()?.partial_cmp(&infinity(other)?),
        (Datum::Json(value), other) => match (value, other) {
            (Value::Number(a), Value::Number(b)) => order(a, b),
            (Value::String(a), Value::Number(b)) => infinity(a)?.partial_cmp(&b.as_f64()?),
            (Value::Number(a), Value::String(b)) => a.as_f64()?.partial_cmp(&infinity(b)?),
            (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            _ => None,
        },
        (Datum::True, Value::Bool(other)) => Some(true.cmp(other)),
        _ => None,
    }
}

/// Numbers are stored as strict JSON, in which the infinities are texts.
pub(crate) fn infinity(text: &str) -> Option<f64> {
    match text {
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// JSON equality in which 1 and 1.0 are the same number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (a, b) => a == b,
    }
}

/// Integers exactly, all other numbers as floats.
fn order(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// An ISO date or date and time; without an offset it is UTC.
fn date(text: &str) -> Option<Micros> {
    // Cheap look first: most texts are no dates.
    if !text.starts_with(|c: char| c.is_ascii_digit()) || text.len() < 8 {
        return None;
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_microsecond());
    }
    let local = text.parse::<jiff::civil::DateTime>().ok()?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}
