//! Numbers: JSON's grammar, `i64` when it fits, else `f64`.

use super::{JsonError, Scanner};
use crate::value::Value;

impl<'a> Scanner<'a> {
    /// Reads a number or `-Infinity`. `-0` is a float, as no integer can keep its sign.
    pub(super) fn number(&mut self) -> Result<Value<'a>, JsonError> {
        let start = self.at;
        if self.bytes()[start..].starts_with(b"-I") {
            return self.word("-Infinity", Value::Float(f64::NEG_INFINITY));
        }
        self.at += usize::from(self.bytes()[start] == b'-');
        let leading_zero = self.bytes().get(self.at) == Some(&b'0');
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            return self.fail("a number with a leading zero");
        }
        let mut integer = true;
        if self.bytes().get(self.at) == Some(&b'.') {
            integer = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes().get(self.at), Some(b'e' | b'E')) {
            integer = false;
            self.at += 1;
            self.at += usize::from(matches!(self.bytes().get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if integer
            && text != "-0"
            && let Ok(int) = text.parse()
        {
            return Ok(Value::Int(int));
        }
        match text.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Value::Float(float)),
            _ => {
                self.at = start;
                self.fail("a number out of range")
            }
        }
    }

    /// Skips at least one digit and answers how many there were.
    fn digits(&mut self) -> Result<usize, JsonError> {
        let rest = &self.bytes()[self.at..];
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if count == 0 {
            return self.fail("expected a digit");
        }
        self.at += count;
        Ok(count)
    }
}
