//! The one reader of extended JSON that everything here is built on: a cursor over one text.

use std::borrow::Cow;
use std::ops::Range;

use super::{JsonError, MAX_DEPTH, string};
use crate::value::Value;

/// A cursor over one text. Its methods read one thing each and leave the cursor behind it.
pub struct Scanner<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    depth: usize,
    /// Whether a lone surrogate escape was read.
    pub(super) lone_surrogate: bool,
}

impl<'a> Scanner<'a> {
    /// At the beginning of the text.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0, lone_surrogate: false }
    }

    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// An error about what is at the cursor.
    ///
    /// # Errors
    /// Always.
    pub fn fail<T>(&self, reason: &'static str) -> Result<T, JsonError> {
        Err(JsonError { offset: self.at, reason })
    }

    /// Skips white space and says what comes next.
    pub fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes().get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// The text must end here.
    ///
    /// # Errors
    /// When it does not.
    pub fn finish(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            None => Ok(()),
            Some(_) => self.fail("unexpected text after the value"),
        }
    }

    fn expect(&mut self, byte: u8, reason: &'static str) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return self.fail(reason);
        }
        self.at += 1;
        Ok(())
    }

    /// Reads an object; `member` must read the value that follows the key. Answers the number of members.
    ///
    /// # Errors
    /// When no object comes, or `member` fails.
    pub fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), JsonError>,
    ) -> Result<usize, JsonError> {
        self.entries(|scanner| {
            let key = scanner.key()?;
            member(scanner, key)
        })
    }

    /// The same; `member` must read the key, too, by [`Self::key`] or [`Self::pass_key`].
    ///
    /// # Errors
    /// When no object comes, or `member` fails.
    pub fn entries(&mut self, member: impl FnMut(&mut Self) -> Result<(), JsonError>) -> Result<usize, JsonError> {
        self.expect(b'{', "expected an object")?;
        self.members(b'}', member)
    }

    /// Reads a key of an object, and its colon.
    ///
    /// # Errors
    /// When none comes.
    pub fn key(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return self.fail("expected a key in quotes");
        }
        let key = self.string()?;
        self.expect(b':', "expected ':'")?;
        Ok(key)
    }

    /// Passes over this key, in which there is nothing to escape, and its colon; false, and nowhere else, where another
    /// comes, or it is written in another way.
    pub fn pass_key(&mut self, key: &str) -> bool {
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        let passed = rest.strip_prefix(b"\"").and_then(|rest| rest.strip_prefix(key.as_bytes()));
        let passed = passed.is_some_and(|rest| rest.starts_with(b"\":"));
        self.at += if passed { key.len() + 3 } else { 0 };
        passed
    }

    /// Reads an array; `item` must read one value. Answers the number of items.
    ///
    /// # Errors
    /// When no array comes, or `item` fails.
    pub fn array(&mut self, item: impl FnMut(&mut Self) -> Result<(), JsonError>) -> Result<usize, JsonError> {
        self.expect(b'[', "expected an array")?;
        self.members(b']', item)
    }

    fn members(
        &mut self,
        close: u8,
        mut member: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<usize, JsonError> {
        if self.depth == MAX_DEPTH {
            return self.fail("nested too deeply");
        }
        self.depth += 1;
        let mut count = 0;
        if self.peek() != Some(close) {
            loop {
                member(self)?;
                count += 1;
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(byte) if byte == close => break,
                    _ => return self.fail("expected ',' or the end of the object or array"),
                }
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(count)
    }

    /// Reads a value that is neither object nor array; `None` is null.
    ///
    /// # Errors
    /// When something else comes.
    pub fn leaf(&mut self) -> Result<Option<Value<'a>>, JsonError> {
        match self.peek() {
            Some(b'"') => Ok(Some(Value::Text(self.string()?))),
            Some(b'n') => self.word("null", None),
            _ => self.plain().map(|plain| Some(plain.into())),
        }
    }

    pub(super) fn word<T>(&mut self, word: &str, value: T) -> Result<T, JsonError> {
        if !self.bytes()[self.at..].starts_with(word.as_bytes()) {
            return self.fail("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{') => self.object(|scanner, _| scanner.skip()).map(|_| ()),
            Some(b'[') => self.array(Self::skip).map(|_| ()),
            _ => self.leaf().map(|_| ()),
        }
    }

    /// Reads any value and answers its text as it was sent.
    ///
    /// # Errors
    /// When none comes.
    pub fn raw(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let mark = self.mark();
        self.skip()?;
        Ok(self.since(mark))
    }

    /// Where the next value starts, for [`Self::since`].
    pub(crate) fn mark(&mut self) -> usize {
        self.peek();
        self.at
    }

    /// Where the cursor is.
    pub(crate) fn place(&self) -> usize {
        self.at
    }

    /// Passes over an array of strings, which are read later, and says where it stands. What is in the strings is not
    /// looked at.
    ///
    /// # Errors
    /// When something else comes.
    pub fn texts(&mut self) -> Result<Range<usize>, JsonError> {
        let start = self.mark();
        self.array(Self::pass_string)?;
        Ok(start..self.at)
    }

    /// Passes over exactly this text; false, and nowhere else, where another comes.
    pub(crate) fn pass(&mut self, text: &str) -> bool {
        let passed = self.bytes()[self.at..].starts_with(text.as_bytes());
        self.at += if passed { text.len() } else { 0 };
        passed
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.text.len() - self.at
    }

    /// Back to a mark.
    pub(crate) fn back(&mut self, mark: usize) {
        self.at = mark;
    }

    /// The text from a mark to the cursor, as it was sent except that lone surrogates are replaced, so that every
    /// strict reader accepts it.
    pub(crate) fn since(&self, mark: usize) -> Cow<'a, str> {
        let raw = &self.text[mark..self.at];
        if self.lone_surrogate { Cow::Owned(string::replace_lone_surrogates(raw)) } else { Cow::Borrowed(raw) }
    }
}
