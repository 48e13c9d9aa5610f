//! One column's facts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{KeyInfo, short_json};
use crate::STEP;
use crate::batch::Batch;
use crate::column::{Column, ColumnValues};
use crate::json::Scanner;
use crate::value::Value;

/// `ascending` are the steps of all rows, where they ascend.
pub(super) fn info(batch: &Batch, ascending: Option<&[i64]>, key: &str, column: &Column) -> KeyInfo {
    let (first_step, last_step) = step_range(batch, ascending, column);
    let numbers = monotonic_ends(column);
    KeyInfo {
        key: key.to_owned(),
        counts: counts(column),
        last: column.last().and_then(|value| short_json(&value)),
        monotonic: numbers.is_some(),
        first_number: numbers.map(|(first, _)| first),
        last_number: numbers.map(|(_, last)| last),
        first_step,
        last_step,
    }
}

fn step_range(batch: &Batch, ascending: Option<&[i64]>, column: &Column) -> (i64, i64) {
    let ends = column.rows().first().zip(column.rows().last());
    if let Some((steps, (first, last))) = ascending.zip(ends) {
        return (steps[*first as usize], steps[*last as usize]);
    }
    let step = |row: &u32| match batch.value(*row as usize, STEP) {
        Some(Value::Int(step)) => step,
        _ => 0,
    };
    let steps = || column.rows().iter().map(step);
    (steps().min().unwrap_or(0), steps().max().unwrap_or(0))
}

/// The first and the last value of a column of numbers that never fall.
fn monotonic_ends(column: &Column) -> Option<(f64, f64)> {
    let mut ends = None;
    for (_, value) in column.iter() {
        let number = match value {
            Value::Int(_) | Value::Float(_) => value.as_f64().filter(|number| number.is_finite())?,
            _ => return None,
        };
        let (first, last) = ends.unwrap_or((number, number));
        if number < last {
            return None;
        }
        ends = Some((first, number));
    }
    ends
}

fn counts(column: &Column) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut add = |name: Cow<'_, str>, count: usize| {
        if let Some(known) = counts.get_mut(name.as_ref()) {
            *known += count as u64;
        } else {
            counts.insert(name.into_owned(), count as u64);
        }
    };
    match column.values() {
        ColumnValues::Int(_) | ColumnValues::Float(_) => add("number".into(), column.count()),
        ColumnValues::Bool(_) => add("boolean".into(), column.count()),
        ColumnValues::Text(_) => add("string".into(), column.count()),
        ColumnValues::Json(texts) => texts.iter().for_each(|text| add(type_of_json(text), 1)),
        ColumnValues::Mixed(values) => values.iter().for_each(|value| add(type_of(value), 1)),
    }
    counts
}

fn type_of<'a>(value: &'a Value<'_>) -> Cow<'a, str> {
    match value {
        Value::Int(_) | Value::Float(_) => "number".into(),
        Value::Bool(_) => "boolean".into(),
        Value::Text(_) => "string".into(),
        Value::Json(text) => type_of_json(text),
    }
}

/// The `_type` of media, else `list` or `map`.
fn type_of_json(text: &str) -> Cow<'_, str> {
    if !text.starts_with('{') {
        return "list".into();
    }
    let mut media = None;
    // What cannot be read has no `_type`; it was checked when it came.
    _ = Scanner::new(text).object(|scanner, key| {
        if key == "_type" && scanner.peek() == Some(b'"') {
            media = Some(scanner.string()?);
            Ok(())
        } else {
            scanner.raw().map(|_| ())
        }
    });
    media.unwrap_or("map".into())
}

#[cfg(test)]
mod tests {
    use crate::{Batch, KeyInfo, Keys};

    fn info(lines: &[&str]) -> KeyInfo {
        Keys::of(&Batch::from_lines(lines, 0).0).0.remove("a").unwrap()
    }

    #[test]
    fn types_are_counted_by_name() {
        let info = info(&[
            r#"{"a":1}"#,
            r#"{"a":NaN}"#,
            r#"{"a":"x"}"#,
            r#"{"a":true}"#,
            r#"{"a":[1]}"#,
            r#"{"a":{}}"#,
            r#"{"a":{"path":"x","_type":"image-file"}}"#,
            r#"{"b":1}"#,
        ]);
        let counts: Vec<_> = info.counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
        assert_eq!(counts, ["boolean 1", "image-file 1", "list 1", "map 1", "number 2", "string 1"]);
        assert_eq!((info.first_step, info.last_step), (0, 6));
    }

    #[test]
    fn monotonic_means_numbers_that_never_fall() {
        assert!(info(&[r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":2.5}"#]).monotonic);
        assert!(!info(&[r#"{"a":1}"#, r#"{"a":0}"#]).monotonic);
        assert!(!info(&[r#"{"a":1}"#, r#"{"a":NaN}"#]).monotonic);
        assert!(!info(&[r#"{"a":1}"#, r#"{"a":"x"}"#]).monotonic);
    }
}
