//! Extended JSON: what the client's processes really send.
//!
//! JSON plus the bare tokens `NaN`, `Infinity` and `-Infinity`, which Python writes by default. Integers outside of
//! `i64` become floats; a number outside of `f64` is an error. A lone surrogate escape (`"\ud800"`), which Python also
//! writes, reads as U+FFFD. Nesting is limited to [`MAX_DEPTH`], so that no document can exhaust the stack.

mod number;
mod scanner;
mod string;
mod write;

use serde_json::{Map, Value as Json};

use crate::value::{NonFinite, Value};
pub(crate) use number::Plain;
pub use scanner::Scanner;
pub use string::without_broken_characters;
pub use write::quote_non_finite;
pub(crate) use write::{write_f64, write_string};

/// Deepest nesting of objects and arrays; one more is an error.
pub const MAX_DEPTH: usize = 64;

/// Why a text is not extended JSON, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct JsonError {
    /// Offset from the start of the text, in bytes.
    pub offset: usize,
    /// What was wrong or expected there.
    pub reason: &'static str,
}

/// Reads one document, for config and summary. Non-finite numbers become the strings `"NaN"`, `"Infinity"` and
/// `"-Infinity"`, the last of repeated keys wins.
///
/// # Errors
/// When the text is not exactly one extended JSON value, or nests deeper than [`MAX_DEPTH`].
pub fn parse(text: &str) -> Result<Json, JsonError> {
    let mut scanner = Scanner::new(text);
    let value = tree(&mut scanner)?;
    scanner.finish()?;
    Ok(value)
}

fn tree(scanner: &mut Scanner<'_>) -> Result<Json, JsonError> {
    match scanner.peek() {
        Some(b'{') => {
            let mut map = Map::new();
            scanner.object(|scanner, key| {
                map.insert(key.into_owned(), tree(scanner)?);
                Ok(())
            })?;
            Ok(Json::Object(map))
        }
        Some(b'[') => {
            let mut items = Vec::new();
            scanner.array(|scanner| {
                items.push(tree(scanner)?);
                Ok(())
            })?;
            Ok(Json::Array(items))
        }
        _ => Ok(scanner.leaf()?.map_or(Json::Null, |leaf| leaf.to_json())),
    }
}

/// Writes `value` as JSON text; a whole JSON value is written as it was sent unless its non-finite numbers need quotes.
pub(crate) fn write_value(out: &mut String, value: &Value<'_>, non_finite: NonFinite) {
    match value {
        Value::Int(int) => out.push_str(&int.to_string()),
        Value::Float(float) => write_f64(out, *float, non_finite),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Text(text) => write_string(out, text),
        Value::Json(text) => match non_finite {
            NonFinite::Bare => out.push_str(text),
            NonFinite::Quoted => out.push_str(&quote_non_finite(text)),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::json_tree;

    #[test]
    fn non_finite_numbers_become_strings() {
        assert_eq!(parse("[NaN, Infinity,-Infinity]"), Ok(json!(["NaN", "Infinity", "-Infinity"])));
    }

    #[test]
    fn wide_integers_become_floats_and_wider_numbers_are_errors() {
        assert_eq!(parse("9223372036854775807"), Ok(json!(i64::MAX)));
        assert_eq!(parse("9223372036854775808"), Ok(json!(9.223_372_036_854_776e18)));
        assert_eq!(parse("1.79e+09"), Ok(json!(1.79e9)));
        assert!(parse("1e999").is_err());
    }

    #[test]
    fn nesting_is_limited_in_every_shape() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
        assert!(parse(&r#"{"a":"#.repeat(1_000_000)).is_err());
    }

    #[test]
    fn what_json_forbids_is_an_error() {
        let bad = [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "{\"a\":1,}",
            "{\"a\"}",
            "{a:1}",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "nan",
            "NaNa",
            "-NaN",
            "tru",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"a\nb\"",
            "\"\0\"",
            "1 2",
            "'a'",
            "\u{feff}1",
            "--Infinity",
        ];
        for text in bad {
            assert!(parse(text).is_err(), "{text:?} was read");
        }
    }

    #[test]
    fn lone_surrogates_read_as_the_replacement_character() {
        assert_eq!(parse(r#""a\ud800b\ud83d\ude00\udc00""#), Ok(json!("a\u{fffd}b😀\u{fffd}")));
    }

    proptest! {
        #[test]
        fn strict_documents_read_as_serde_json_reads_them(document in json_tree()) {
            for text in [document.to_string(), serde_json::to_string_pretty(&document).unwrap()] {
                let theirs: Json = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(parse(&text).unwrap(), theirs);
            }
        }

        #[test]
        fn strict_texts_are_accepted_exactly_when_serde_json_accepts_them(text in r#"[\[\]{}",:0-9eE.+\-a\\u \n]{0,12}"#) {
            let theirs: Result<Json, _> = serde_json::from_str(&text);
            // The two deliberate differences: lone surrogates and the range of numbers.
            if !text.contains("\\u") && !text.contains(['e', 'E']) {
                prop_assert_eq!(parse(&text).is_ok(), theirs.is_ok(), "{}", text);
            }
        }
    }
}
