//! One key of a batch: which rows hold a value for it, and the values themselves, without gaps.

mod push;
mod values;

use std::borrow::Cow;
use std::ops::Range;

pub use values::ColumnValues;

use crate::json::Plain;
use crate::value::Value;

/// The values of one key. Sparse: a column costs memory for the values it holds, not for the rows it does not.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Where the key was in the client's object, when that is not just the key itself: `["dict", "val1"]` for
    /// `dict.val1` of `{"dict":{"val1":1}}`. Never shorter than two.
    path: Option<Vec<String>>,
    /// The rows that hold a value, ascending; as many as there are values.
    rows: Vec<u32>,
    values: ColumnValues,
}

impl Column {
    /// An empty column for values of the kind of `first`.
    pub(crate) fn new(path: Option<Vec<String>>, first: &Value<'_>) -> Self {
        Self { path, rows: Vec::new(), values: ColumnValues::for_kind_of(first) }
    }

    /// A column of stored parts; `None` unless `rows` ascend, are below `len`, and are as many as the values.
    pub(crate) fn from_parts(
        path: Option<Vec<String>>,
        rows: Vec<u32>,
        values: ColumnValues,
        len: usize,
    ) -> Option<Self> {
        let ascending = rows.windows(2).all(|pair| pair[0] < pair[1]);
        let below = rows.last().is_none_or(|last| (*last as usize) < len);
        (ascending && below && rows.len() == values.len()).then_some(Self { path, rows, values })
    }

    /// The path of a nested key; `None` when the key was a key of the row itself.
    #[must_use]
    pub fn path(&self) -> Option<&[String]> {
        self.path.as_deref()
    }

    /// How many rows hold a value.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The rows that hold a value, ascending: the i-th of [`Self::values`] belongs to the i-th of these.
    #[must_use]
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The values of the rows that hold one, in row order.
    #[must_use]
    pub fn values(&self) -> &ColumnValues {
        &self.values
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Value<'_>> {
        self.position(row).map(|at| self.values.get(at))
    }

    /// The value of the last row that holds one.
    #[must_use]
    pub fn last(&self) -> Option<Value<'_>> {
        self.rows.len().checked_sub(1).map(|at| self.values.get(at))
    }

    /// Each row that holds a value, with the value, in row order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Value<'_>)> {
        self.rows.iter().enumerate().map(|(at, row)| (*row as usize, self.values.get(at)))
    }

    /// The rows that hold a number or boolean, and these as `f64`: equally long, in row order, copied only when the
    /// column holds something else.
    #[must_use]
    pub fn numbers(&self) -> (Cow<'_, [u32]>, Cow<'_, [f64]>) {
        let rows = Cow::Borrowed(self.rows.as_slice());
        match &self.values {
            ColumnValues::Float(values) => (rows, Cow::Borrowed(values)),
            ColumnValues::Int(values) => (rows, values.iter().map(|int| *int as f64).collect()),
            _ => {
                let numbers = self.iter().filter_map(|(row, value)| Some((row as u32, value.as_f64()?)));
                let (rows, numbers): (Vec<u32>, Vec<f64>) = numbers.unzip();
                (Cow::Owned(rows), Cow::Owned(numbers))
            }
        }
    }

    fn position(&self, row: usize) -> Option<usize> {
        let row = u32::try_from(row).ok()?;
        // In a column without gaps, value and row number are the same.
        if self.rows.get(row as usize) == Some(&row) {
            return Some(row as usize);
        }
        self.rows.binary_search(&row).ok()
    }

    /// Only the rows of a range, counted from its start.
    pub(crate) fn slice(&self, range: &Range<usize>) -> Self {
        let start = self.rows.partition_point(|row| (*row as usize) < range.start);
        let end = self.rows.partition_point(|row| (*row as usize) < range.end);
        Self {
            path: self.path.clone(),
            rows: self.rows[start..end].iter().map(|row| row - range.start as u32).collect(),
            values: self.values.gather(start..end),
        }
    }

    /// Moves each row to `places[row]`; rows whose place is `u32::MAX` are dropped.
    pub(crate) fn gather(&self, places: &[u32]) -> Self {
        let mut moved: Vec<(u32, usize)> = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(at, row)| Some((*places.get(*row as usize)?, at)))
            .filter(|(place, _)| *place != u32::MAX)
            .collect();
        moved.sort_unstable();
        Self {
            path: self.path.clone(),
            rows: moved.iter().map(|(place, _)| *place).collect(),
            values: self.values.gather(moved.iter().map(|(_, at)| *at)),
        }
    }

    /// Moves each row to `places[row]`, which never falls; of the values that meet in one place the last stays.
    pub(crate) fn collapse(&self, places: &[u32]) -> Self {
        let place = |at: usize| self.rows.get(at).and_then(|row| places.get(*row as usize));
        let kept: Vec<usize> = (0..self.rows.len()).filter(|at| place(*at) != place(at + 1)).collect();
        Self {
            path: self.path.clone(),
            rows: kept.iter().filter_map(|at| place(*at).copied()).collect(),
            values: self.values.gather(kept.into_iter()),
        }
    }

    /// The same column with every row counted from `offset`.
    pub(crate) fn moved(mut self, offset: u32) -> Self {
        self.rows.iter_mut().for_each(|row| *row += offset);
        self
    }

    /// Adds the rows of `later`, counted from row `offset`.
    pub(crate) fn append(&mut self, later: Self, offset: u32) {
        self.rows.extend(later.rows.iter().map(|row| row + offset));
        self.values.append(later.values);
    }

    /// Sets the value of `row`, which must be the last row or a later one. `None` takes it away.
    pub(crate) fn set_last(&mut self, row: u32, value: Option<Value<'_>>) {
        if self.rows.last() == Some(&row) {
            self.rows.pop();
            self.values.pop();
        }
        if let Some(value) = value {
            self.push(row, value);
        }
    }

    /// Adds the value of a row after the last one.
    pub(crate) fn push(&mut self, row: u32, value: Value<'_>) {
        self.rows.push(row);
        self.values.push(value);
    }

    /// The same for a number or boolean.
    pub(crate) fn push_plain(&mut self, row: u32, value: Plain) {
        self.rows.push(row);
        match (&mut self.values, value) {
            (ColumnValues::Float(values), Plain::Float(float)) => values.push(float),
            (ColumnValues::Int(values), Plain::Int(int)) => values.push(int),
            (values, value) => values.push(value.into()),
        }
    }

    /// Takes memory for so many more numbers.
    pub(crate) fn reserve(&mut self, count: usize) {
        self.rows.reserve_exact(count);
        match &mut self.values {
            ColumnValues::Float(values) => values.reserve_exact(count),
            ColumnValues::Int(values) => values.reserve_exact(count),
            _ => {}
        }
    }
}
