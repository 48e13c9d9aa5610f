//! Lines of `wandb-history.jsonl` and `wandb-events.jsonl` to columns.

use super::{Batch, Builder};
use crate::line::{BadLine, Row};
use crate::value::Value;
use crate::{MALFORMED, STEP};

impl Batch {
    /// One row per line. A row without `_step` gets its line number, counted from `first_line`.
    ///
    /// A line that is not a JSON object, or whose `_step` is not an integer, becomes a row with only its line number
    /// as `_step` and its raw text as `_malformed`; it is also reported in the second part, so that nothing is lost
    /// and nothing passes unseen.
    pub fn from_lines(lines: &[impl AsRef<str>], first_line: u64) -> (Self, Vec<BadLine>) {
        let mut builder = Builder::default();
        let mut row = Row::default();
        let mut bad = Vec::new();
        for (line, text) in (first_line..).zip(lines) {
            builder.row();
            let number = Value::Int(i64::try_from(line).unwrap_or(i64::MAX));
            match row.read(text.as_ref()) {
                Ok(()) => {
                    if !row.fields.iter().any(|field| field.key == STEP) {
                        builder.set(STEP.into(), None, Some(number));
                    }
                    row.fields.drain(..).for_each(|field| builder.set(field.key, field.path, field.value));
                }
                Err(error) => {
                    builder.set(STEP.into(), None, Some(number));
                    builder.set(MALFORMED.into(), None, Some(Value::Text(text.as_ref().into())));
                    bad.push(BadLine { line, error });
                }
            }
        }
        (builder.finish(), bad)
    }
}
