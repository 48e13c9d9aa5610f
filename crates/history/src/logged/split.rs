//! The JSON of a table as a stream: one row at a time, and what stands beside the rows.

use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

use super::{LoggedError, MOST_BYTES};

/// Bytes read at once.
const CHUNK: usize = 256 << 10;

/// Hears of what is in the table.
pub(super) trait Sink {
    /// A value beside the rows, as JSON text.
    fn field(&mut self, name: &str, json: &str) -> Result<(), LoggedError>;
    /// One row, as JSON text.
    fn row(&mut self, json: &str) -> Result<(), LoggedError>;
}

/// Reads a whole table.
pub(super) fn split(source: impl Read, sink: &mut impl Sink) -> Result<(), LoggedError> {
    let mut input = Input { source, bytes: Vec::new(), at: 0 };
    if input.peek()? != Some(b'{') {
        return Err(LoggedError::NotTable("a table is a JSON object"));
    }
    input.at += 1;
    if input.peek()? == Some(b'}') {
        return Err(LoggedError::NotTable("a table has data"));
    }
    let mut data = false;
    loop {
        let key = input.key()?;
        if key == "data" && input.peek()? == Some(b'[') {
            data = true;
            input.rows(sink)?;
        } else {
            let value = input.value()?;
            sink.field(&key, &input.text(value))?;
        }
        if input.ends(b'}')? {
            break;
        }
    }
    match input.peek()? {
        None if data => Ok(()),
        None => Err(LoggedError::NotTable("a table has data")),
        Some(_) => Err(LoggedError::NotTable("text after the end of the table")),
    }
}

struct Input<R> {
    source: R,
    /// What was read; before `at` it is done with.
    bytes: Vec<u8>,
    at: usize,
}

impl<R: Read> Input<R> {
    /// Reads more; false at the end.
    fn more(&mut self) -> Result<bool, LoggedError> {
        let held = self.bytes.len();
        self.bytes.resize(held + CHUNK, 0);
        let read = self.source.read(&mut self.bytes[held..])?;
        self.bytes.truncate(held + read);
        Ok(read > 0)
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, LoggedError> {
        loop {
            while let Some(byte) = self.bytes.get(self.at) {
                if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                    return Ok(Some(*byte));
                }
                self.at += 1;
            }
            self.bytes.clear();
            self.at = 0;
            if !self.more()? {
                return Ok(None);
            }
        }
    }

    fn key(&mut self) -> Result<String, LoggedError> {
        if self.peek()? != Some(b'"') {
            return Err(LoggedError::NotTable("a key in quotes is missing"));
        }
        let name = self.value()?;
        let text = self.text(name);
        let key = crate::json::parse(&text).map_err(|error| LoggedError::NotTable(error.reason))?;
        let key = key.as_str().map(str::to_owned).unwrap_or_default();
        if self.peek()? != Some(b':') {
            return Err(LoggedError::NotTable("a ':' is missing"));
        }
        self.at += 1;
        Ok(key)
    }

    fn rows(&mut self, sink: &mut impl Sink) -> Result<(), LoggedError> {
        self.at += 1;
        if self.peek()? == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            let row = self.value()?;
            sink.row(&self.text(row))?;
            if self.ends(b']')? {
                return Ok(());
            }
        }
    }

    /// Whether the list ends here; else a comma follows.
    fn ends(&mut self, close: u8) -> Result<bool, LoggedError> {
        let next = self.peek()?;
        self.at += 1;
        match next {
            Some(b',') => Ok(false),
            Some(byte) if byte == close => Ok(true),
            _ => Err(LoggedError::NotTable("the table breaks off, or is no JSON")),
        }
    }

    fn text(&self, range: Range<usize>) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes[range])
    }

    /// Where the next value is, of which only the ends of strings and brackets are looked at.
    fn value(&mut self) -> Result<Range<usize>, LoggedError> {
        self.peek()?;
        let (mut depth, mut quoted) = (0usize, false);
        // Bytes of the value that were looked at.
        let mut seen = 0;
        loop {
            if let Some(found) = boundary(&self.bytes[self.at + seen..], &mut depth, &mut quoted) {
                return self.done(seen + found);
            }
            seen = self.bytes.len() - self.at;
            // An escape at the very end needs the byte that it escapes.
            let held = quoted && escapes(&self.bytes[self.at..]);
            if seen > MOST_BYTES {
                return Err(LoggedError::Long);
            }
            self.bytes.drain(..self.at);
            self.at = 0;
            if !self.more()? {
                return match depth == 0 && !quoted {
                    true => self.done(seen),
                    false => Err(LoggedError::NotTable("the table breaks off")),
                };
            }
            seen += usize::from(held);
        }
    }

    fn done(&mut self, length: usize) -> Result<Range<usize>, LoggedError> {
        if length == 0 {
            return Err(LoggedError::NotTable("a value is missing"));
        }
        let start = self.at;
        self.at += length;
        Ok(start..self.at)
    }
}

/// Whether the text ends within an escape.
fn escapes(bytes: &[u8]) -> bool {
    bytes.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

/// How many of the bytes belong to the value that began before or with them; none where it goes on behind them.
fn boundary(bytes: &[u8], depth: &mut usize, quoted: &mut bool) -> Option<usize> {
    let mut at = 0;
    loop {
        if *quoted {
            at += bytes.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            if bytes[at] == b'\\' {
                at += 2;
                continue;
            }
            *quoted = false;
            at += 1;
            if *depth == 0 {
                return Some(at);
            }
            continue;
        }
        match *bytes.get(at)? {
            b'"' => *quoted = true,
            b'[' | b'{' => *depth += 1,
            b']' | b'}' if *depth == 0 => return Some(at),
            b']' | b'}' => {
                *depth -= 1;
                if *depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if *depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}
