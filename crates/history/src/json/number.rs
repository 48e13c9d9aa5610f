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
        let count = digits(&self.bytes()[self.at..]);
        if count == 0 {
            return self.fail("expected a digit");
        }
        self.at += count;
        Ok(count)
    }
}

/// How many digits the text begins with, eight at a time.
fn digits(text: &[u8]) -> usize {
    let (eights, _) = text.as_chunks::<8>();
    let mut count = 0;
    for eight in eights {
        let bytes = u64::from_le_bytes(*eight);
        // The upper half of each byte is 3, and adding 6 to it does not make it 4: it is from `0` to `9`.
        let lower = bytes & 0x0f0f_0f0f_0f0f_0f0f;
        let other = ((bytes ^ 0x3030_3030_3030_3030) | (lower + 0x0606_0606_0606_0606)) & 0xf0f0_f0f0_f0f0_f0f0;
        if other != 0 {
            return count + other.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    let rest = &text[count..];
    count + rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    #[test]
    fn digits_are_told_from_all_other_bytes() {
        for before in [0, 3, 7, 8, 13] {
            for byte in 0..=255_u8 {
                for after in [0, 9] {
                    let text = [vec![b'7'; before], vec![byte], vec![b'0'; after]].concat();
                    let want = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
                    assert_eq!(super::digits(&text), want, "{text:?}");
                }
            }
        }
    }
}
