//! Strings: quotes, escapes, surrogates.

use std::borrow::Cow;

use super::{JsonError, Scanner};

impl<'a> Scanner<'a> {
    /// Reads a string, without a copy when it holds no escape.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        match self.plain_end()? {
            b'"' => {
                let text = &self.text[start..self.at];
                self.at += 1;
                Ok(Cow::Borrowed(text))
            }
            _ => self.escaped(start).map(Cow::Owned),
        }
    }

    /// Reads a value that must be a string.
    ///
    /// # Errors
    /// When it is none.
    pub fn text(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.quote()?;
        self.string()
    }

    fn quote(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'"') { Ok(()) } else { self.fail("expected a text in quotes") }
    }

    /// Passes over a string without looking at what is escaped.
    pub(crate) fn pass_string(&mut self) -> Result<(), JsonError> {
        self.quote()?;
        self.at += 1;
        loop {
            self.at = inner(self.bytes(), self.at);
            if self.plain_end()? != b'\\' {
                break;
            }
            self.at += 2;
        }
        self.at += 1;
        Ok(())
    }

    /// Moves to the next quote or backslash and answers which it is.
    fn plain_end(&mut self) -> Result<u8, JsonError> {
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        let length = plain(rest);
        let Some(byte) = rest.get(length) else { return self.fail("the string does not end") };
        self.at += length;
        match byte {
            byte @ (b'"' | b'\\') => Ok(*byte),
            _ => self.fail("a control character in a string"),
        }
    }

    fn escaped(&mut self, start: usize) -> Result<String, JsonError> {
        let mut out = String::from(&self.text[start..self.at]);
        loop {
            let from = self.at;
            let end = self.plain_end()?;
            out.push_str(&self.text[from..self.at]);
            self.at += 1;
            if end == b'"' {
                return Ok(out);
            }
            let escape = self.bytes().get(self.at).copied();
            self.at += 1;
            out.push(match escape {
                Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
                Some(b'b') => '\u{8}',
                Some(b'f') => '\u{c}',
                Some(b'n') => '\n',
                Some(b'r') => '\r',
                Some(b't') => '\t',
                Some(b'u') => self.unicode()?,
                _ => {
                    self.at -= 1;
                    return self.fail("an unknown escape in a string");
                }
            });
        }
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let first = self.hex()?;
        if (0xd800..0xdc00).contains(&first) && self.bytes()[self.at..].starts_with(b"\\u") {
            let low_at = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = low_at;
        }
        Ok(char::from_u32(first).unwrap_or_else(|| {
            self.lone_surrogate = true;
            char::REPLACEMENT_CHARACTER
        }))
    }

    fn hex(&mut self) -> Result<u32, JsonError> {
        let digits = self.bytes().get(self.at..self.at + 4).unwrap_or_default();
        let mut code = 0;
        for digit in digits {
            match char::from(*digit).to_digit(16) {
                Some(digit) => code = code * 16 + digit,
                None => return self.fail("expected four hexadecimal digits"),
            }
        }
        if digits.len() < 4 {
            return self.fail("expected four hexadecimal digits");
        }
        self.at += 4;
        Ok(code)
    }
}

/// How many bytes [`inner`] looks at together.
const BLOCK: usize = 32;

/// Passes, in a string, over blocks in which every quote is escaped and no backslash is, nor is there a control character:
/// quickly, since it finds no places. What comes next is where an escape or a plain character begins.
fn inner(text: &[u8], mut at: usize) -> usize {
    let before = |at: usize| text.get(at.wrapping_sub(1)) == Some(&b'\\');
    // Whether that begins an escape, is not told by itself.
    if before(at) {
        return at;
    }
    while let Some((befores, bytes)) = text.get(at - 1..at + BLOCK - 1).zip(text.get(at..at + BLOCK)) {
        let stops = befores.iter().zip(bytes).fold(false, |stops, (before, byte)| {
            let escaped = *before == b'\\';
            stops | ((*byte == b'"') & !escaped) | ((*byte == b'\\') & escaped) | (*byte < 0x20)
        });
        if stops {
            break;
        }
        at += BLOCK;
    }
    at - usize::from(before(at))
}

/// How many bytes come before the first quote, backslash or control character, eight at a time.
fn plain(text: &[u8]) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Sets the highest bit of the first byte that is below `most`, and perhaps of some after it.
    let below = |bytes: u64, most: u64| bytes.wrapping_sub(EACH * most) & !bytes & (EACH << 7);
    let (eights, _) = text.as_chunks::<8>();
    let mut count = 0;
    for eight in eights {
        let bytes = u64::from_le_bytes(*eight);
        let quote = below(bytes ^ (EACH * u64::from(b'"')), 1);
        let backslash = below(bytes ^ (EACH * u64::from(b'\\')), 1);
        let ends = quote | backslash | below(bytes, 0x20);
        if ends != 0 {
            return count + ends.trailing_zeros() as usize / 8;
        }
        count += 8;
    }
    let rest = &text[count..];
    count + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

/// A JSON text that strict readers take, of one that they refuse for its characters: bytes that are not UTF-8 and lone
/// surrogate escapes become U+FFFD. What else is wrong with it stays as it is.
pub fn without_broken_characters(text: &[u8]) -> String {
    replace_lone_surrogates(&String::from_utf8_lossy(text))
}

/// Rewrites each lone surrogate escape of a JSON text to `\ufffd`.
pub(super) fn replace_lone_surrogates(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        let (plain, escape) = rest.split_at(at);
        out.push_str(plain);
        let code = surrogate(escape);
        let (text, length) = match code {
            Some(0xd800..0xdc00) if matches!(escape.get(6..).and_then(surrogate), Some(0xdc00..0xe000)) => {
                (&escape[..12], 12)
            }
            Some(_) => ("\\ufffd", 6),
            None => {
                let length = escape[1..].chars().next().map_or(1, |after| 1 + after.len_utf8());
                (&escape[..length], length)
            }
        };
        out.push_str(text);
        rest = &escape[length..];
    }
    out + rest
}

/// The code of the surrogate escape that `text` starts with.
fn surrogate(text: &str) -> Option<u32> {
    let code = u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()?;
    (0xd800..0xe000).contains(&code).then_some(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn a_string_ends_where_it_does_step_by_step(
            parts in prop::collection::vec(prop_oneof![
                20 => prop::sample::select(vec!["a", "bc", "train/loss", r#"\""#, r#"\":0.125,\""#, r"\u00e9", "é"]),
                1 => prop::sample::select(vec![r"\\", "\\", "\"", "\n", "\\\n"]),
            ], 0..40),
        ) {
            let text = format!("\"{}", parts.concat());
            let mut at = 1;
            let end = loop {
                at += plain(text.as_bytes().get(at..).unwrap_or_default());
                match text.as_bytes().get(at) {
                    Some(b'\\') => at += 2,
                    Some(b'"') => break Some(at + 1),
                    _ => break None,
                }
            };
            let mut scanner = Scanner::new(&text);
            let passed = scanner.pass_string().is_ok();
            prop_assert_eq!(passed.then(|| scanner.place()), end, "{}", text);
        }
    }

    #[test]
    fn escapes_read_as_what_they_stand_for() {
        let mut scanner = Scanner::new(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#);
        assert_eq!(scanner.string().unwrap(), "\"\\/\u{8}\u{c}\n\r\té😀é");
    }

    #[test]
    fn what_ends_plain_text_is_found_wherever_it_is() {
        for before in 0..20 {
            for byte in 0..=255_u8 {
                let text = [vec![b'a'; before], vec![byte, 0xc3, b'!', b'"', 7]].concat();
                let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
                assert_eq!(plain(&text), text.iter().position(ends).unwrap());
            }
        }
    }

    #[test]
    fn raw_text_keeps_everything_but_lone_surrogates() {
        let text = r#"{"a":"\\ud800 \ud83d\ude00 \ud800","b":"\udc00\ud800"}"#;
        let fixed = r#"{"a":"\\ud800 \ud83d\ude00 \ufffd","b":"\ufffd\ufffd"}"#;
        assert_eq!(Scanner::new(text).raw().unwrap(), fixed);
        assert!(serde_json::from_str::<serde_json::Value>(fixed).is_ok());
    }

    #[test]
    fn broken_characters_of_any_text_are_replaced() {
        let strict = |text: &[u8]| serde_json::from_str::<String>(&without_broken_characters(text));
        assert_eq!(strict(b"\"a\\udcff\\\\ud800\xff\\ud83d\\ude00\"").unwrap(), "a\u{fffd}\\ud800\u{fffd}😀");
        for (broken, same) in [("\"\\", "\"\\"), ("\\é\\", "\\é\\"), ("\\ud8", "\\ud8"), ("\\ud800\\u", "\\ufffd\\u")]
        {
            assert_eq!(without_broken_characters(broken.as_bytes()), same);
        }
    }
}
