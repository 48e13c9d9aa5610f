//! The numbers of one key in some rows of a segment, in as little memory as they need: charts keep them.

use std::ops::Range;
use std::sync::Arc;

use parquet::file::reader::ChunkReader;

use super::chunk::{self, Chunk};
use super::read::{column, dense_steps};
use super::{Footer, Pages, Rows, SegmentError, floats};
use crate::cells::Cells;
use crate::column::Column;

/// The steps of some rows.
pub(crate) enum Steps {
    /// One after the other, from this one on.
    Dense(i64),
    /// These.
    Each(Vec<i64>),
}

/// The numbers of some rows.
pub(crate) struct Numbers {
    /// The rows that hold one, ascending; none when all do.
    rows: Option<Vec<u32>>,
    values: Values,
}

/// Most of what training code logs is exactly a float of 32 bits.
#[derive(Debug, PartialEq)]
pub(super) enum Values {
    Single(Vec<f32>),
    Double(Vec<f64>),
}

impl Steps {
    /// Reads them, or says what the footer knows.
    pub(crate) fn read<R: ChunkReader + 'static>(
        source: impl FnOnce() -> Result<Arc<R>, SegmentError>,
        footer: &Footer,
        rows: &Rows,
    ) -> Result<Self, SegmentError> {
        let group = footer.parquet.row_group(rows.group);
        if let Some(first) = dense_steps(group, footer.step_at).filter(|_| footer.unique) {
            return Ok(Self::Dense(first + rows.rows.start as i64));
        }
        Ok(Self::Each(chunk::steps(column(&source()?, group, footer.step_at)?, &rows.rows)?))
    }

    /// The step of a row.
    pub(crate) fn at(&self, row: usize) -> i64 {
        match self {
            Self::Dense(first) => first + row as i64,
            Self::Each(steps) => steps[row],
        }
    }

    /// Which of `count` rows have steps in the range.
    pub(crate) fn within(&self, steps: &Range<i64>, count: usize) -> Range<usize> {
        match self {
            Self::Dense(first) => super::read::dense_rows(*first, count, Some(steps)),
            Self::Each(all) => super::read::rows_of(all, Some(steps)),
        }
    }

    /// The memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Dense(_) => 0,
            Self::Each(steps) => steps.len() * size_of::<i64>(),
        }
    }
}

impl Numbers {
    /// Reads them; no numbers where there is no such key. `pages` are the key's in the group, as [`Pages::of_group`] finds
    /// them.
    pub(crate) fn read<R: ChunkReader + 'static>(
        source: &Arc<R>,
        footer: &Footer,
        key: &str,
        rows: &Rows,
        pages: Option<&Pages>,
    ) -> Result<Self, SegmentError> {
        if let Some(pages) = pages {
            if let Some((rows, values)) = floats::read_page(source.as_ref(), pages, &rows.rows)? {
                return Ok(Self { rows, values });
            }
            let mut numbers = Vec::with_capacity(rows.count());
            let held = floats::read(source.as_ref(), pages, &rows.rows, &mut numbers)?;
            return Ok(Self::new(held, &numbers));
        }
        let Some(place) = footer.place(key) else { return Ok(Self::none()) };
        let group = footer.parquet.row_group(rows.group);
        let mut chunk = Chunk::default();
        chunk.add(column(source, group, place)?, &rows.rows, 0)?;
        let column = chunk.finish(footer.note(key), rows.count())?;
        Ok(column.map_or_else(Self::none, |column| Self::of(&column, rows.count())))
    }

    fn none() -> Self {
        Self { rows: Some(Vec::new()), values: Values::Single(Vec::new()) }
    }

    fn of(column: &Column, count: usize) -> Self {
        let (rows, numbers) = column.numbers();
        Self::new((rows.len() < count).then(|| rows.into_owned()), &numbers)
    }

    /// The numbers of these rows; of all where there are none.
    fn new(rows: Option<Vec<u32>>, numbers: &[f64]) -> Self {
        let single = |number: &f64| number.is_nan() || f64::from(*number as f32).to_bits() == number.to_bits();
        let values = if numbers.iter().all(single) {
            Values::Single(numbers.iter().map(|number| *number as f32).collect())
        } else {
            Values::Double(numbers.to_vec())
        };
        Self { rows, values }
    }

    /// Whether every row holds one.
    pub(crate) fn all_rows(&self) -> bool {
        self.rows.is_none()
    }

    /// Adds the numbers of some of the rows, which all hold one and have consecutive steps from this one on.
    pub(crate) fn count(&self, within: Range<usize>, step: i64, cells: &mut Cells) {
        match &self.values {
            Values::Single(values) => cells.extend(step, &values[within]),
            Values::Double(values) => cells.extend(step, &values[within]),
        }
    }

    /// The number of a row.
    pub(crate) fn get(&self, row: usize) -> Option<f64> {
        let at = match &self.rows {
            None => row,
            Some(rows) => rows.binary_search(&u32::try_from(row).ok()?).ok()?,
        };
        match &self.values {
            Values::Single(values) => values.get(at).map(|value| f64::from(*value)),
            Values::Double(values) => values.get(at).copied(),
        }
    }

    /// The rows of a range that hold a number, with it.
    pub(crate) fn each(&self, within: Range<usize>, mut seen: impl FnMut(usize, f64)) {
        let Some(rows) = &self.rows else {
            return match &self.values {
                Values::Single(values) => {
                    within.clone().zip(&values[within]).for_each(|(row, value)| seen(row, f64::from(*value)));
                }
                Values::Double(values) => {
                    within.clone().zip(&values[within]).for_each(|(row, value)| seen(row, *value));
                }
            };
        };
        let at = |row: usize| rows.partition_point(|known| (*known as usize) < row);
        for at in at(within.start)..at(within.end) {
            seen(
                rows[at] as usize,
                match &self.values {
                    Values::Single(values) => f64::from(values[at]),
                    Values::Double(values) => values[at],
                },
            );
        }
    }

    /// The memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        let values = match &self.values {
            Values::Single(values) => values.len() * size_of::<f32>(),
            Values::Double(values) => values.len() * size_of::<f64>(),
        };
        self.rows.as_ref().map_or(0, |rows| rows.len() * size_of::<u32>()) + values
    }
}

impl Rows {
    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.rows.len()
    }
}
