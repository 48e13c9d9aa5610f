//! Writing JSON text: strings, floats, and the quotes that strict readers need around non-finite numbers.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::value::NonFinite;

/// 2^53: below it every integral float is one integer and no other.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Writes `text` in quotes.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if !matches!(byte, b'"' | b'\\' | 0..0x20) {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // Writing to a String cannot fail.
            _ => _ = write!(out, "\\u{byte:04x}"),
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// Writes the shortest text that reads back as the same float; integral values below 2^53 are written as integers.
pub(crate) fn write_f64(out: &mut String, float: f64, non_finite: NonFinite) {
    if !float.is_finite() {
        let word = non_finite_word(float);
        match non_finite {
            NonFinite::Bare => out.push_str(word),
            NonFinite::Quoted => write_string(out, word),
        }
    } else if float.fract() == 0.0 && float.abs() < EXACT && !(float == 0.0 && float.is_sign_negative()) {
        _ = write!(out, "{}", float as i64);
    } else {
        _ = write!(out, "{float:?}");
    }
}

/// How Python and the client spell a number that is not finite.
pub(crate) fn non_finite_word(float: f64) -> &'static str {
    if float.is_nan() {
        "NaN"
    } else if float > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Puts quotes around the bare `NaN`, `Infinity` and `-Infinity` of a valid extended JSON text.
#[must_use]
pub fn quote_non_finite(text: &str) -> Cow<'_, str> {
    if !text.contains("NaN") && !text.contains("Infinity") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(at) = rest.find(['"', 'N', 'I']) {
        let length = match rest.as_bytes()[at] {
            b'"' => at + string_length(&rest[at..]),
            b'N' => at + 3,
            _ => at + 8,
        };
        let (head, tail) = rest.split_at(length.min(rest.len()));
        match &head.as_bytes()[at..] {
            [b'"', ..] => out.push_str(head),
            _ => {
                let start = if head[..at].ends_with('-') { at - 1 } else { at };
                out.push_str(&head[..start]);
                write_string(&mut out, &head[start..]);
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of the quoted string that `text` starts with.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bare_tokens_get_quotes() {
        let text = r#"{"NaN":NaN,"a":[Infinity,-Infinity,-1,"-Infinity \" NaN"],"é":"NaN"}"#;
        let quoted = r#"{"NaN":"NaN","a":["Infinity","-Infinity",-1,"-Infinity \" NaN"],"é":"NaN"}"#;
        assert_eq!(quote_non_finite(text), quoted);
        assert_eq!(quote_non_finite(quoted), quoted);
    }

    #[test]
    fn floats_are_short_and_read_back_the_same() {
        for (float, text) in [
            (1.0, "1"),
            (-3.0, "-3"),
            (0.1, "0.1"),
            (-0.0, "-0.0"),
            (1e21, "1e21"),
            (9_007_199_254_740_992.0, "9007199254740992.0"),
            (5e-324, "5e-324"),
        ] {
            let mut out = String::new();
            write_f64(&mut out, float, NonFinite::Bare);
            assert_eq!(out, text);
            assert_eq!(out.parse::<f64>().map(f64::to_bits), Ok(float.to_bits()));
        }
    }
}
