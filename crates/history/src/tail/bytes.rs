//! LEB128 and texts: the letters that a tail is written in.

use super::FormatError;

pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Small numbers of either sign as small numbers.
pub(crate) fn zigzag(int: i64) -> u64 {
    ((int << 1) ^ (int >> 63)) as u64
}

pub(crate) fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

/// A cursor over the contents of a tail. No length is trusted before the bytes are there.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let (head, rest) = self.0.split_at_checked(length).ok_or(FormatError::Damaged("too short"))?;
        self.0 = rest;
        Ok(head)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, FormatError> {
        Ok(self.take(1)?[0])
    }

    pub(crate) fn number(&mut self) -> Result<u64, FormatError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(FormatError::Damaged("a number of more than 64 bits"))
    }

    /// A number of things that take at least one byte each.
    pub(crate) fn count(&mut self) -> Result<usize, FormatError> {
        match usize::try_from(self.number()?) {
            Ok(count) if count <= self.0.len() => Ok(count),
            _ => Err(FormatError::Damaged("more items than bytes")),
        }
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, FormatError> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| FormatError::Damaged("not UTF-8"))
    }
}
