//! Taste as a test: one module per check, each a pure function over the files of the checkout.

mod edges;
mod functions;
mod lengths;
mod locales;
mod lockfiles;
mod macros;
mod migrations;
mod module_docs;
mod reasons;
mod words;

use std::fmt;

use crate::files::{self, File};

/// One thing to put right.
#[derive(Debug, PartialEq, Eq)]
pub struct Problem {
    path: String,
    line: usize,
    text: String,
}

impl Problem {
    /// A problem in a file; `line` counts from 1.
    pub fn new(file: &File, line: usize, text: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, text: text.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

/// A check: what there is to put right in these files.
type Check = fn(&[File]) -> Vec<Problem>;

/// Every check, in the order in which problems are shown.
const CHECKS: &[Check] = &[
    module_docs::check,
    lengths::check,
    functions::check,
    macros::check,
    edges::check,
    words::check,
    lockfiles::check,
    locales::check,
    migrations::check,
    reasons::check,
];

/// Runs all checks over the checkout.
pub fn run() -> Result<String, Vec<String>> {
    let files = files::all().map_err(|error| vec![error])?;
    let problems: Vec<String> =
        CHECKS.iter().flat_map(|check| check(&files)).map(|problem| problem.to_string()).collect();
    if problems.is_empty() {
        Ok(format!("tidy: {} checks over {} files, nothing to put right", CHECKS.len(), files.len()))
    } else {
        Err(problems)
    }
}

/// The line (from 1) of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}
