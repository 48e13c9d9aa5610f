//! Rows that are written like one before: only their numbers differ, so these alone are read, out of the request itself.

use std::ops::Range;

use crate::batch::Builder;
use crate::json::{Plain, Scanner, write_string};

/// How many ways of writing a row are known at once: some log one thing each step and another now and then.
const MOST: usize = 4;

/// The ways in which rows were written, the last one first.
#[derive(Default)]
pub(crate) struct Templates {
    known: Vec<Template>,
    /// The values of a row. Kept for its memory.
    values: Vec<Plain>,
}

/// The text of a row around its values, as it stands in a request.
pub(crate) struct Template {
    places: Vec<Place>,
    /// What comes after the last value, with the quote that ends the line.
    end: String,
}

/// A number or boolean.
struct Place {
    /// The text before it.
    before: String,
    column: usize,
    /// It must be an integer.
    step: bool,
}

impl Templates {
    /// Reads the line at the scanner as a row, when it is written like one before; else nothing happens.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'_>, builder: &mut Builder) -> bool {
        let start = scanner.mark();
        for at in 0..self.known.len() {
            self.values.clear();
            if self.known[at].read(scanner, &mut self.values).is_some() {
                self.known.swap(0, at);
                let columns = self.known[0].places.iter().map(|place| place.column);
                builder.add(columns.zip(self.values.iter().copied()));
                return true;
            }
            scanner.back(start);
        }
        false
    }

    /// Remembers how a row was written.
    pub(crate) fn keep(&mut self, template: Option<Template>) {
        if let Some(template) = template {
            self.known.truncate(MOST - 1);
            self.known.insert(0, template);
        }
    }
}

impl Template {
    /// How a line is written that has values at these places, in this order: each with its column, and whether it is the
    /// step. Nothing when two share a column.
    pub(crate) fn of(line: &str, values: &[(Range<usize>, usize, bool)]) -> Option<Self> {
        let mut columns: Vec<usize> = values.iter().map(|(_, column, _)| *column).collect();
        columns.sort_unstable();
        if columns.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        // As a string within a string, without the quotes at both ends.
        let written = |part: Range<usize>| {
            let mut text = String::new();
            write_string(&mut text, line.get(part)?);
            Some(text)
        };
        let (mut places, mut done) = (Vec::with_capacity(values.len()), 0);
        for (place, column, step) in values {
            let text = written(done..place.start)?;
            let first = usize::from(!places.is_empty());
            places.push(Place { before: text[first..text.len() - 1].to_owned(), column: *column, step: *step });
            done = place.end;
        }
        Some(Self { places, end: written(done..line.len())?[1..].to_owned() })
    }

    /// Reads the values of a line that is written so; nothing when it is not.
    fn read(&self, scanner: &mut Scanner<'_>, values: &mut Vec<Plain>) -> Option<()> {
        for place in &self.places {
            if !scanner.pass(&place.before) {
                return None;
            }
            let value = scanner.plain().ok()?;
            if place.step && !matches!(value, Plain::Int(_)) {
                return None;
            }
            values.push(value);
        }
        scanner.pass(&self.end).then_some(())
    }
}
