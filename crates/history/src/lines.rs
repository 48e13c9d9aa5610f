//! Lines of a file as a request carries them: a JSON array of strings, which nobody has copied yet.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use crate::json::{JsonError, Scanner, write_string};

/// The text of a JSON array of strings, each a line. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Lines(Bytes);

impl Lines {
    /// An array that [`Scanner::texts`] has passed over. Should it be none, what comes after its last line is a line, too.
    #[must_use]
    pub fn from_json(array: Bytes) -> Self {
        Self(array)
    }

    /// How many bytes the array has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Every line by itself.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        let rest = self.each(|scanner| {
            texts.push(line(scanner)?.0.into_owned());
            Ok(())
        });
        texts.extend(rest.map(|(rest, _)| rest));
        texts
    }

    /// Only the lines of a range.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        self.texts().get(range).unwrap_or_default().into()
    }

    /// Has each line read, which must leave the scanner behind its closing quote. Answers what cannot be read, and why.
    pub(crate) fn each(
        &self,
        mut item: impl FnMut(&mut Scanner<'_>) -> Result<(), JsonError>,
    ) -> Option<(String, JsonError)> {
        if self.0.is_empty() {
            return None;
        }
        // Much quicker than replacing what is hardly ever broken.
        let text = simdutf8::basic::from_utf8(&self.0).map_or_else(|_| String::from_utf8_lossy(&self.0), Cow::Borrowed);
        let mut scanner = Scanner::new(&text);
        let mut done = 0;
        let read = scanner.array(|scanner| {
            done = scanner.mark();
            item(scanner)?;
            done = scanner.place();
            Ok(())
        });
        read.and_then(|_| scanner.finish()).err().map(|error| (text[done..].to_owned(), error))
    }
}

/// Reads the line at the scanner. Of one that is no valid string, its text as it is, and why.
pub(crate) fn line<'a>(scanner: &mut Scanner<'a>) -> Result<(Cow<'a, str>, Option<JsonError>), JsonError> {
    let start = scanner.mark();
    match scanner.text() {
        Ok(text) => Ok((text, None)),
        Err(error) => {
            scanner.back(start);
            scanner.pass_string()?;
            Ok((scanner.since(start), Some(error)))
        }
    }
}

impl<S: AsRef<str>> From<&[S]> for Lines {
    fn from(lines: &[S]) -> Self {
        let mut array = String::from("[");
        for line in lines {
            if array.len() > 1 {
                array.push(',');
            }
            write_string(&mut array, line.as_ref());
        }
        array.push(']');
        Self(array.into())
    }
}

impl<S: AsRef<str>> From<&Vec<S>> for Lines {
    fn from(lines: &Vec<S>) -> Self {
        lines.as_slice().into()
    }
}

impl<S: AsRef<str>, const N: usize> From<&[S; N]> for Lines {
    fn from(lines: &[S; N]) -> Self {
        lines.as_slice().into()
    }
}

impl From<&Lines> for Lines {
    fn from(lines: &Lines) -> Self {
        lines.clone()
    }
}
