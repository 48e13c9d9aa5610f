//! Numbers: JSON's grammar, `i64` when it fits, else `f64`.

use super::{JsonError, Scanner};
use crate::value::Value;

/// A number or boolean: what most values of a row are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Plain {
    Int(i64),
    Float(f64),
    Bool(bool),
}

impl From<Plain> for Value<'_> {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Int(int) => Value::Int(int),
            Plain::Float(float) => Value::Float(float),
            Plain::Bool(flag) => Value::Bool(flag),
        }
    }
}

/// Numbers of no more digits are far from the end of `i64`.
const SHORT: usize = 18;

impl Scanner<'_> {
    /// Reads a number or boolean at the cursor, which is not behind white space.
    pub(crate) fn plain(&mut self) -> Result<Plain, JsonError> {
        match self.bytes().get(self.at) {
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Plain::Bool(true)),
            Some(b'f') => self.word("false", Plain::Bool(false)),
            Some(b'N') => self.word("NaN", Plain::Float(f64::NAN)),
            Some(b'I') => self.word("Infinity", Plain::Float(f64::INFINITY)),
            _ => self.fail("expected a value"),
        }
    }

    /// Reads a number or `-Infinity`. `-0` is a float, as no integer can keep its sign.
    fn number(&mut self) -> Result<Plain, JsonError> {
        let start = self.at;
        let bytes = &self.bytes()[start..];
        let negative = bytes.first() == Some(&b'-');
        if negative && bytes.get(1) == Some(&b'I') {
            return self.word("-Infinity", Plain::Float(f64::NEG_INFINITY));
        }
        let (mut int, mut whole) = (0_i64, 0);
        let digits = &bytes[usize::from(negative)..];
        while let Some(byte) = digits.get(whole).filter(|byte| byte.is_ascii_digit()) {
            int = int.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
            whole += 1;
        }
        self.at += usize::from(negative) + whole;
        if whole == 0 {
            return self.fail("expected a digit");
        }
        if digits[0] == b'0' && whole > 1 {
            return self.fail("a number with a leading zero");
        }
        match digits.get(whole) {
            Some(b'.') if !digits.get(whole + 1).is_some_and(u8::is_ascii_digit) => {
                self.at += 1;
                self.fail("expected a digit")
            }
            Some(b'.' | b'e' | b'E') => self.float(start),
            _ if negative && int == 0 && whole == 1 => Ok(Plain::Float(-0.0)),
            _ if whole <= SHORT => Ok(Plain::Int(if negative { -int } else { int })),
            _ => match self.text[start..self.at].parse() {
                Ok(int) => Ok(Plain::Int(int)),
                Err(_) => self.float(start),
            },
        }
    }

    /// Reads the number that starts there as a float.
    fn float(&mut self, start: usize) -> Result<Plain, JsonError> {
        match fast_float2::parse_partial::<f64, _>(&self.bytes()[start..]) {
            Ok((float, length)) if float.is_finite() => {
                self.at = start + length;
                // It is left where no digit comes after it.
                if matches!(self.bytes().get(self.at), Some(b'e' | b'E')) {
                    self.at += 1;
                    return self.fail("expected a digit");
                }
                Ok(Plain::Float(float))
            }
            _ => {
                self.at = start;
                self.fail("a number out of range")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_number_is_refused_wherever_that_shows() {
        for text in
            ["", "-", "01", "-01", "1.", "-1.x", "1.e5", "1e", "1e+", "1.5E-", "1.5ex", "1e999", "+1", ".5", "i"]
        {
            assert!(Scanner::new(text).plain().is_err(), "{text}");
        }
        for text in
            ["-0", "0", "9223372036854775807", "-9223372036854775808", "999999999999999999", "-123456789012345678"]
        {
            let float = text == "-0";
            let want = if float { Plain::Float(-0.0) } else { Plain::Int(text.parse().unwrap()) };
            assert_eq!(format!("{:?}", Scanner::new(text).plain()), format!("{:?}", Ok::<_, JsonError>(want)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn numbers_are_those_of_the_standard_library_and_end_where_they_end(
            text in prop_oneof![
                "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
                any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()).prop_map(|float| format!("{float:?}")),
                any::<f64>().prop_map(|float| format!("{:e}", if float.is_finite() { float } else { 0.5 })),
                any::<i64>().prop_map(|int| int.to_string()),
            ],
            after in prop::sample::select(vec!["", ",", " ", "}", "x", "-", "+1", "\\"]),
        ) {
            let whole = format!("{text}{after}");
            let mut scanner = Scanner::new(&whole);
            let read = scanner.plain();
            match (text.parse::<i64>(), text.parse::<f64>().unwrap()) {
                (Ok(int), _) if text != "-0" => prop_assert_eq!(read.as_ref(), Ok(&Plain::Int(int))),
                (_, float) if float.is_finite() => {
                    let same = matches!(read, Ok(Plain::Float(read)) if read.to_bits() == float.to_bits());
                    prop_assert!(same, "{} is {:?}", text, read);
                }
                _ => prop_assert!(read.is_err()),
            }
            if read.is_ok() {
                prop_assert_eq!(scanner.place(), text.len());
            }
        }
    }
}
