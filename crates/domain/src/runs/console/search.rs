//! Which console lines are wanted.

use std::borrow::Cow;

use history::{Batch, STEP};
use regex::{Regex, RegexBuilder};

use super::text;
use crate::{Error, Problem};

/// Most memory that a pattern may take when compiled.
const PATTERN_SIZE: usize = 1 << 20;

/// Which lines; the default is all.
#[derive(Clone, Debug, Default)]
pub struct LogSearch {
    /// A regular expression, looked for in the text without terminal colours.
    pub pattern: Option<String>,
    /// Only standard error.
    pub errors: bool,
}

/// A search, ready to be asked.
pub(super) struct Wanted {
    pattern: Option<Regex>,
    errors: bool,
}

/// The text as the web app shows it: without colours and other words to a terminal.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n');
    let mut rest = text;
    let mut shown = String::new();
    while let Some(at) = rest.bytes().position(control) {
        shown.push_str(&rest[..at]);
        rest = beyond(&rest[at..]);
    }
    if rest.len() == text.len() { Cow::Borrowed(text) } else { Cow::Owned(shown + rest) }
}

/// What comes after the sequence, or the one character, that the text begins with.
fn beyond(text: &str) -> &str {
    if let Some(codes) = text.strip_prefix("\u{1b}[") {
        let word = codes.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        if let Some(rest) = word.strip_prefix(|c: char| c.is_ascii_alphabetic()) {
            return rest;
        }
    }
    match text.strip_prefix("\u{1b}]") {
        Some(title) => title.split_once('\u{7}').map_or("", |(_, rest)| rest),
        None => &text[1..],
    }
}

impl Wanted {
    /// None when every line is wanted.
    pub fn parse(search: &LogSearch) -> Result<Option<Self>, Error> {
        let wrong = |e: regex::Error| {
            Error::Invalid(Problem::FilterPattern { field: "search".to_owned(), detail: e.to_string() })
        };
        let compile = |text: &str| RegexBuilder::new(text).case_insensitive(true).size_limit(PATTERN_SIZE).build();
        let pattern = search.pattern.as_deref().filter(|text| !text.is_empty());
        if pattern.is_none() && !search.errors {
            return Ok(None);
        }
        Ok(Some(Self { pattern: pattern.map(compile).transpose().map_err(wrong)?, errors: search.errors }))
    }

    /// The columns that it looks at.
    pub fn keys(&self) -> &'static [&'static str] {
        match self.pattern {
            Some(_) => &[STEP, "level", "label", "text"],
            None => &[STEP, "level"],
        }
    }

    /// The rows that match, ascending.
    pub fn rows(&self, batch: &Batch) -> Vec<usize> {
        let [level, label, line] = ["level", "label", "text"].map(|key| batch.column(key));
        let error = |row: usize| text(level, row).as_deref() == Some("error");
        let says = |pattern: &Regex, row: usize| {
            let line = text(line, row).unwrap_or_default();
            match text(label, row) {
                Some(label) => pattern.is_match(&plain(&format!("[{label}] {line}"))),
                None => pattern.is_match(&plain(&line)),
            }
        };
        let admits = |row: &usize| (!self.errors || error(*row)) && self.pattern.as_ref().is_none_or(|p| says(p, *row));
        (0..batch.len()).filter(admits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_to_the_terminal_is_left_out() {
        for (text, shown) in [
            ("a\tb", "a\tb"),
            ("\u{1b}[1;31mred\u{1b}[0m é", "red é"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]0;never ended", ""),
            ("10 %\r20 %", "10 %20 %"),
            ("\u{1b}[?25l", "[?25l"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(plain(text), shown, "{text:?}");
        }
    }
}
