//! Filters over runs: the subset of MongoDB's query language that the client and its reports write.
//!
//! - Logic: `$and`, `$or`, `$nor` (lists of filters), `$not` (a filter, or operators of one field). Several keys in one
//!   object must all hold, and so must several operators on one field. A bare value means `$eq`.
//! - A field that is missing equals null and is less or greater than nothing. Numbers compare as numbers whether integer
//!   or not; dates with ISO texts; values of different types are never equal and have no order.
//! - On a list, a test holds when it holds for the list or for one of its elements; `$ne` and `$nin` are the negations.
//!
//! [`Filter::parse`] refuses what it does not know, so that a misspelt operator is an error and not an empty list.

mod document;
mod numbers;
mod parse;
mod value;

use regex::Regex;

#[cfg(test)]
use super::document::RunDocument;
use super::document::{Datum, Field};
use crate::Error;
pub(crate) use document::{DocumentFilter, find};
pub(crate) use parse::json;
pub(crate) use value::infinity;
use value::{Operand, Set, compare, equal};

/// A parsed filter.
#[derive(Debug)]
pub(crate) struct Filter(Expr);

/// Tests of fields, combined.
#[derive(Debug)]
pub(crate) enum Expr<F = Field> {
    All(Vec<Expr<F>>),
    Any(Vec<Expr<F>>),
    Not(Box<Expr<F>>),
    Field(F, Vec<Test>),
}

/// What one operator asks of a field.
#[derive(Debug)]
pub(crate) enum Test {
    Eq(Operand),
    Less(Operand),
    LessEq(Operand),
    Greater(Operand),
    GreaterEq(Operand),
    In(Set),
    Exists(bool),
    Regex(Regex),
    Contains(Operand),
    All(Vec<Operand>),
    Size(u64),
    /// Not all of them.
    Not(Vec<Test>),
}

impl Filter {
    /// Reads the client's JSON; an empty text admits every run.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::filter(text, Field::parse).map(Self)
    }

    /// What it is made of.
    pub fn expr(&self) -> &Expr {
        &self.0
    }

    /// Whether it says nothing.
    pub fn admits_all(&self) -> bool {
        self.0.admits_all()
    }

    /// Whether the names of the runs' metrics must be known.
    pub fn asks_metrics(&self) -> bool {
        self.0.asks_metrics()
    }

    #[cfg(test)]
    /// Whether the run is admitted.
    pub fn admits(&self, run: &RunDocument) -> bool {
        self.0.holds(run)
    }
}

/// A filter over the columns of a table, by their ids.
pub(crate) fn columns(text: &str) -> Result<Expr<String>, Error> {
    parse::filter(text, str::to_owned)
}

impl<F> Expr<F> {
    fn admits_all(&self) -> bool {
        matches!(self, Self::All(all) if all.iter().all(Self::admits_all))
    }
}

impl Expr {
    fn asks_metrics(&self) -> bool {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().any(Self::asks_metrics),
            Self::Not(one) => one.asks_metrics(),
            Self::Field(field, _) => field.asks_metrics(),
        }
    }

    #[cfg(test)]
    fn holds(&self, run: &RunDocument) -> bool {
        match self {
            Self::All(all) => all.iter().all(|e| e.holds(run)),
            Self::Any(any) => any.iter().any(|e| e.holds(run)),
            Self::Not(one) => !one.holds(run),
            Self::Field(field, tests) => {
                let datum = field.of(run);
                tests.iter().all(|test| test.holds(datum.as_ref()))
            }
        }
    }
}

impl Test {
    /// Whether a run that holds `datum` passes.
    pub fn holds(&self, datum: Option<&Datum<'_>>) -> bool {
        match (self, datum) {
            (Self::Exists(wanted), datum) => datum.is_some() == *wanted,
            (Self::Not(tests), datum) => !tests.iter().all(|test| test.holds(datum)),
            (Self::Eq(operand), None) => operand.is_null(),
            (Self::In(set), None) => set.has_null(),
            (_, None) => false,
            (Self::All(all), Some(datum)) => {
                !all.is_empty() && all.iter().all(|operand| any(datum, |d| equal(d, operand)))
            }
            (Self::Size(size), Some(datum)) => datum.elements().is_some_and(|e| e.len() as u64 == *size),
            (Self::Contains(operand), Some(datum)) => match datum.elements() {
                Some(elements) => elements.iter().any(|element| equal(element, operand)),
                None => datum.text().zip(operand.text()).is_some_and(|(text, part)| text.contains(part)),
            },
            (test, Some(datum)) => any(datum, |d| test.holds_for(d)),
        }
    }

    /// The only string that passes, where there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Eq(operand) => operand.text(),
            _ => None,
        }
    }

    /// The tests that ask about one value.
    fn holds_for(&self, datum: &Datum<'_>) -> bool {
        match self {
            Self::Eq(operand) => equal(datum, operand),
            Self::In(set) => set.has(datum),
            Self::Less(operand) => compare(datum, operand).is_some_and(|o| o.is_lt()),
            Self::LessEq(operand) => compare(datum, operand).is_some_and(|o| o.is_le()),
            Self::Greater(operand) => compare(datum, operand).is_some_and(|o| o.is_gt()),
            Self::GreaterEq(operand) => compare(datum, operand).is_some_and(|o| o.is_ge()),
            Self::Regex(regex) => datum.text().is_some_and(|text| regex.is_match(&text)),
            // These ask about the field as a whole, see `holds`.
            Self::Exists(_) | Self::Contains(_) | Self::All(_) | Self::Size(_) | Self::Not(_) => false,
        }
    }
}

/// Whether a test holds for the value, or for one of its elements where it is a list.
fn any(datum: &Datum<'_>, test: impl Fn(&Datum<'_>) -> bool) -> bool {
    test(datum) || datum.elements().is_some_and(|elements| elements.iter().any(test))
}

#[cfg(test)]
pub(crate) mod tests;
