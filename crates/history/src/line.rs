//! One line of history or events: the fields of one row.
//!
//! The keys of the row are taken as they are (`a.b` and `x/y` are plain keys). A plain nested object is flattened
//! with dots, and each column remembers its path, so that rendering nests it again. Objects with `_type` (media,
//! histograms), empty objects and arrays stay whole, as the text that was sent. Null means absent. Of values that meet
//! under one dotted name in one row, the last stays.

mod template;

use std::borrow::Cow;
use std::ops::Range;

use crate::STEP;
use crate::json::{JsonError, Scanner};
use crate::value::Value;

pub(crate) use template::{Template, Templates};

/// A line that could not be read as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the client's file.
    pub line: u64,
    /// Why.
    pub error: JsonError,
}

/// One key and value of a row; no value means null.
pub(crate) struct Field<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) path: Option<Vec<String>>,
    pub(crate) value: Option<Value<'a>>,
    /// Where the value stands in the line.
    pub(crate) place: Range<usize>,
}

/// Bytes of dotted keys that any row may make.
const LEAST_BUDGET: usize = 1024;

/// The fields of a row, in the order sent.
pub(crate) struct Row<'a> {
    pub(crate) fields: Vec<Field<'a>>,
    /// How many bytes of dotted keys this row may still make. A short line could otherwise grow without measure,
    /// as a long outer key is repeated for each inner one.
    budget: usize,
}

impl<'a> Row<'a> {
    /// Reads one line.
    pub(crate) fn read(line: &'a str) -> Result<Self, JsonError> {
        let mut row = Self { fields: Vec::new(), budget: 8 * line.len() + LEAST_BUDGET };
        row.object(&mut Scanner::new(line))?;
        Ok(row)
    }

    /// Whether it is only numbers and booleans, with a step, and another that differs in nothing but these would have
    /// the same fields.
    pub(crate) fn is_plain(&self, line: &str) -> bool {
        let plain = |field: &Field<'_>| matches!(field.value, Some(Value::Int(_) | Value::Float(_) | Value::Bool(_)));
        // However short the other line is, its keys fit its budget.
        let spent = 8 * line.len() + LEAST_BUDGET - self.budget;
        spent < LEAST_BUDGET && self.fields.iter().all(plain) && self.fields.iter().any(|field| field.key == STEP)
    }

    fn object(&mut self, scanner: &mut Scanner<'a>) -> Result<(), JsonError> {
        scanner.object(|scanner, key| {
            if key != STEP {
                return self.member(scanner, key);
            }
            let start = scanner.mark();
            // A null step leaves the line number in place.
            if let Some(value) = step(scanner)? {
                self.fields.push(Field { key, path: None, value: Some(value), place: start..scanner.place() });
            }
            Ok(())
        })?;
        scanner.finish()
    }

    fn member(&mut self, scanner: &mut Scanner<'a>, key: Cow<'a, str>) -> Result<(), JsonError> {
        let start = scanner.mark();
        let value = match scanner.peek() {
            Some(b'{') => return self.nested(scanner, key),
            Some(b'[') => Some(Value::Json(scanner.raw()?)),
            _ => scanner.leaf()?,
        };
        self.fields.push(Field { key, path: None, value, place: start..scanner.place() });
        Ok(())
    }

    /// An object below the row: flattened, or whole when it is media, empty, or would outgrow the budget.
    fn nested(&mut self, scanner: &mut Scanner<'a>, key: Cow<'a, str>) -> Result<(), JsonError> {
        let first = self.fields.len();
        let mark = scanner.mark();
        let mut path = vec![key.into_owned()];
        if self.flatten(scanner, &mut path)? && self.budget > 0 {
            return Ok(());
        }
        self.fields.truncate(first);
        let value = Some(Value::Json(scanner.since(mark)));
        self.fields.push(Field {
            key: Cow::Owned(path.swap_remove(0)),
            path: None,
            value,
            place: mark..scanner.place(),
        });
        Ok(())
    }

    /// Adds the leaves of the object at the cursor; answers whether it may be flattened.
    fn flatten(&mut self, scanner: &mut Scanner<'a>, path: &mut Vec<String>) -> Result<bool, JsonError> {
        let mut plain = true;
        let members = scanner.object(|scanner, key| {
            plain &= key != "_type";
            path.push(key.into_owned());
            self.leaf(scanner, path)?;
            path.pop();
            Ok(())
        })?;
        Ok(plain && members > 0)
    }

    fn leaf(&mut self, scanner: &mut Scanner<'a>, path: &mut Vec<String>) -> Result<(), JsonError> {
        let first = self.fields.len();
        let mark = scanner.mark();
        let value = match scanner.peek() {
            Some(b'{') => {
                if self.flatten(scanner, path)? {
                    return Ok(());
                }
                self.fields.truncate(first);
                Some(Value::Json(scanner.since(mark)))
            }
            Some(b'[') => Some(Value::Json(scanner.raw()?)),
            _ => scanner.leaf()?,
        };
        let size = path.iter().map(|part| part.len() + 1).sum();
        self.budget = self.budget.saturating_sub(size);
        if self.budget > 0 {
            let (key, path) = (Cow::Owned(path.join(".")), Some(path.clone()));
            self.fields.push(Field { key, path, value, place: mark..scanner.place() });
        }
        Ok(())
    }
}

/// A step is an integer, also one that was written as a float; null is absent.
fn step<'a>(scanner: &mut Scanner<'a>) -> Result<Option<Value<'a>>, JsonError> {
    scanner.mark();
    let error = scanner.fail("expected an integer as _step");
    match scanner.leaf()? {
        Some(Value::Float(float)) if float.fract() == 0.0 && float.abs() < 9e15 => Ok(Some(Value::Int(float as i64))),
        value @ (None | Some(Value::Int(_))) => Ok(value),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::value::NonFinite::Bare;
    use crate::{Batch, Value};

    fn render(line: &str) -> String {
        let (batch, bad) = Batch::from_lines(&[line], 4);
        assert_eq!(bad, []);
        batch.to_json_rows(None, Bare).remove(0)
    }

    #[test]
    fn media_empty_objects_and_arrays_stay_as_sent() {
        let line = r#"{"_step":1,"i":{"path":"x", "_type":"image-file"},"e":{ },"l":[1, {"a":null}],"n":{"m":{"_type":"table-file"}}}"#;
        let (batch, _) = Batch::from_lines(&[line], 0);
        assert_eq!(batch.value(0, "i"), Some(Value::Json(r#"{"path":"x", "_type":"image-file"}"#.into())));
        assert_eq!(batch.value(0, "e"), Some(Value::Json("{ }".into())));
        assert_eq!(batch.value(0, "l"), Some(Value::Json(r#"[1, {"a":null}]"#.into())));
        assert_eq!(batch.value(0, "n.m"), Some(Value::Json(r#"{"_type":"table-file"}"#.into())));
        assert_eq!(batch.keys().count(), 5);
    }

    #[test]
    fn null_is_absent_and_the_last_of_repeated_keys_wins() {
        assert_eq!(render(r#"{"a":null,"b":{"c":null}}"#), r#"{"_step":4}"#);
        assert_eq!(render(r#"{"a":1,"a":"x","b":1,"b":null,"_step":8,"_step":9}"#), r#"{"_step":9,"a":"x"}"#);
        assert_eq!(render(r#"{"_step":null}"#), r#"{"_step":4}"#);
    }

    #[test]
    fn a_bad_line_is_kept_and_reported_and_spoils_no_other() {
        let lines = [
            "{\"a\":1}\n",
            "{\"a\":\"x\",\"b\":1",
            "[1]",
            "",
            "\u{0}",
            "{\"_step\":\"7\"}",
            "{\"_step\":1.5}",
            "{\"a\":2}",
        ];
        let (batch, bad) = Batch::from_lines(&lines, 10);
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [11, 12, 13, 14, 15, 16]);
        assert_eq!(batch.steps(), Some(&[10, 11, 12, 13, 14, 15, 16, 17][..]));
        assert_eq!(batch.column("a").unwrap().values(), &crate::ColumnValues::Int(vec![1, 2]));
        assert!(batch.column("b").is_none());
        for bad in bad {
            let row = (bad.line - 10) as usize;
            assert_eq!(batch.value(row, crate::MALFORMED), Some(Value::Text(lines[row].into())));
        }
    }

    #[test]
    fn a_long_outer_key_is_not_repeated_without_measure() {
        let inner: Vec<String> = (0..1000).map(|at| format!("\"{at}\":1")).collect();
        let line = format!("{{\"{}\":{{{}}}}}", "k".repeat(10_000), inner.join(","));
        let (batch, _) = Batch::from_lines(&[&line], 0);
        assert_eq!(batch.keys().count(), 2);
        assert_eq!(batch.to_json_rows(None, Bare), [line.replacen('{', "{\"_step\":0,", 1)]);
    }

    proptest! {
        #[test]
        fn any_text_is_a_row_or_kept_as_it_was(line in r#"[\{}\[\]",:0-9eE.+\-aNI\\u_ \x00é]{0,30}"#) {
            let (batch, bad) = Batch::from_lines(&[&line], 0);
            prop_assert_eq!(batch.len(), 1);
            let kept = batch.value(0, crate::MALFORMED);
            prop_assert_eq!(kept, bad.first().map(|_| Value::Text(line.as_str().into())));
            _ = Batch::from_console(&[&line], 0);
        }
    }
}
