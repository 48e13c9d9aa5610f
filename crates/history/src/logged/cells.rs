//! The cells of one column, in memory.

use std::ops::Range;

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A number, perhaps NaN.
    Number(f64),
    /// A text.
    Text(&'a str),
    /// Any other value, as extended JSON.
    Json(&'a str),
}

/// A row without a value, with a number, a text, JSON.
const NONE: u8 = 0;
const NUMBER: u8 = 1;
const TEXT: u8 = 2;
const JSON: u8 = 3;

/// Cells of consecutive rows.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    kinds: Vec<u8>,
    /// One per row; empty where no row has one.
    numbers: Vec<f64>,
    /// Where each row's text ends; empty where no row has one.
    ends: Vec<u32>,
    texts: String,
}

impl Cells {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// A row's cell; none where it has no value.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Cell<'_>> {
        match *self.kinds.get(row)? {
            NUMBER => Some(Cell::Number(self.numbers[row])),
            TEXT => Some(Cell::Text(self.text(row))),
            JSON => Some(Cell::Json(self.text(row))),
            _ => None,
        }
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<Cell<'_>>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// Whether every row is a number or nothing.
    #[must_use]
    pub fn only_numbers(&self) -> bool {
        self.ends.is_empty()
    }

    /// Calls for every row with a text in which something is found. `find` is given texts and a place in them, and tells the
    /// first thing it finds from there on: it looks through all rows at once, which is many times as fast as one by one.
    pub fn found(&self, mut find: impl FnMut(&str, usize) -> Option<Range<usize>>, mut each: impl FnMut(usize)) {
        let mut at = 0;
        while let Some(found) = find(&self.texts, at) {
            let row = self.ends.partition_point(|end| *end as usize <= found.start);
            let Some(end) = self.ends.get(row).map(|end| *end as usize) else { return };
            // What begins in one row and ends in the next is in neither; the row may hold another one.
            let inside = found.end <= end || find(self.text(row), 0).is_some();
            if inside && self.kinds[row] == TEXT {
                each(row);
            }
            at = end;
        }
    }

    /// Adds a row. No more than 4 GB of text fit.
    pub fn push(&mut self, cell: Option<Cell<'_>>) {
        let row = self.kinds.len();
        let (kind, text) = match cell {
            None => (NONE, ""),
            Some(Cell::Number(number)) => {
                self.numbers.resize(row, 0.0);
                self.numbers.push(number);
                (NUMBER, "")
            }
            Some(Cell::Text(text)) => (TEXT, text),
            Some(Cell::Json(text)) => (JSON, text),
        };
        if kind != NUMBER && !self.numbers.is_empty() {
            self.numbers.push(0.0);
        }
        if kind >= TEXT || !self.ends.is_empty() {
            self.ends.resize(row, self.texts.len() as u32);
            self.texts.push_str(text);
            self.ends.push(self.texts.len() as u32);
        }
        self.kinds.push(kind);
    }

    /// Bytes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.kinds.capacity() + self.numbers.capacity() * 8 + self.ends.capacity() * 4 + self.texts.capacity()
    }

    fn text(&self, row: usize) -> &str {
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[start as usize..self.ends[row] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_what_was_pushed() {
        let rows = [
            None,
            Some(Cell::Number(1.5)),
            Some(Cell::Text("a")),
            None,
            Some(Cell::Json("[1]")),
            Some(Cell::Text("")),
            Some(Cell::Number(-0.0)),
        ];
        // Every order of kinds, by beginning anywhere.
        for skip in 0..rows.len() {
            let mut cells = Cells::default();
            let expected: Vec<_> = rows.iter().cycle().skip(skip).take(rows.len()).copied().collect();
            expected.iter().for_each(|cell| cells.push(*cell));
            assert_eq!(cells.iter().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn texts_are_found_in_their_own_rows_only() {
        let rows = [Cell::Text("xa"), Cell::Text("ba"), Cell::Json("[\"ab\"]"), Cell::Text(""), Cell::Number(1.0)];
        let mut cells = Cells::default();
        cells.push(None);
        rows.into_iter()
            .chain([Cell::Text("abab"), Cell::Text("éab"), Cell::Text("é")])
            .for_each(|c| cells.push(Some(c)));
        let rows = |wanted: &str| {
            let mut rows = Vec::new();
            let find = |text: &str, at: usize| text[at..].find(wanted).map(|n| at + n..at + n + wanted.len());
            cells.found(find, |row| rows.push(row));
            rows
        };
        assert_eq!(rows("ab"), [6, 7]);
        assert_eq!(rows("a"), [1, 2, 6, 7]);
        assert_eq!(rows("é"), [7, 8]);
        assert_eq!(rows("ax"), Vec::<usize>::new());
    }
}
