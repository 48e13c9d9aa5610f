//! Which rows, in which order.

use std::sync::Arc;

use history::logged::{Cell, Cells};
use regex::RegexBuilder;

use super::grid::Grid;
use super::memory::Kept;
use super::{TableOrder, TableRequest};
use crate::run_table::Bitmap;
use crate::runs::document::Datum;
use crate::runs::filter::{self, Expr, Test};
use crate::{Error, Problem};

/// The rank of rows without a value.
pub(super) const MISSING: u32 = u32::MAX;

/// Where each row's value stands among the values of its column: numbers, then texts, then the rest.
pub(super) struct Ranks(Vec<u32>);

impl Ranks {
    pub fn bytes(&self) -> usize {
        self.0.capacity() * 4
    }

    pub fn of(&self, row: u32) -> u32 {
        self.0[row as usize]
    }

    /// The rank by which a row is sorted; rows without a value are last in both directions.
    pub fn sorted(&self, row: u32, descending: bool) -> u32 {
        match self.of(row) {
            MISSING => MISSING,
            rank if descending => MISSING - 1 - rank,
            rank => rank,
        }
    }

    fn new(cells: &Cells) -> Self {
        let mut ranks = vec![MISSING; cells.len()];
        let (mut numbers, mut texts, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (row, cell) in cells.iter().enumerate() {
            match cell {
                Some(Cell::Number(number)) => numbers.push((bits(number), row as u32)),
                Some(Cell::Text(text)) => texts.push((text, row as u32)),
                Some(Cell::Json(text)) => others.push((text, row as u32)),
                None => {}
            }
        }
        let mut next = 0;
        dense(numbers, &mut next, &mut ranks);
        dense(texts, &mut next, &mut ranks);
        dense(others, &mut next, &mut ranks);
        Self(ranks)
    }
}

/// Ranks without gaps, the same for the same value.
fn dense<T: Ord + Copy>(mut values: Vec<(T, u32)>, next: &mut u32, ranks: &mut [u32]) {
    values.sort_unstable();
    let mut before = None;
    for (value, row) in values {
        if before.is_some_and(|before| before != value) {
            *next += 1;
        }
        before = Some(value);
        ranks[row as usize] = *next;
    }
    *next += u32::from(before.is_some());
}

/// Bits that are ordered as the numbers; NaN is greatest.
fn bits(number: f64) -> u64 {
    let bits = if number.is_nan() { f64::NAN.to_bits() } else { (number + 0.0).to_bits() };
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The ranks of a column.
pub(super) fn ranks(grid: &Grid, column: usize) -> Result<Arc<Ranks>, Error> {
    let name = grid.named(&format!("ranks {}", grid.columns()[column].id));
    if let Some(Kept::Ranks(ranks)) = grid.memory().get(&name) {
        return Ok(ranks);
    }
    let ranks = Arc::new(Ranks::new(&*grid.cells(column)?));
    grid.memory().keep(name, Kept::Ranks(Arc::clone(&ranks)));
    Ok(ranks)
}

/// The rows that a question admits, in its order; of groups, in the table's.
pub(super) fn rows(grid: &Grid, request: &TableRequest) -> Result<Arc<[u32]>, Error> {
    let sort: &[TableOrder] = if request.group.is_empty() { &request.sort } else { &[] };
    let filter = request.filter.as_ref().map(|filter| serde_json::Value::Object(filter.clone()).to_string());
    let name = grid.named(&format!("rows {filter:?} {:?} {} {sort:?}", request.search, request.differs));
    if let Some(Kept::Rows(rows)) = grid.memory().get(&name) {
        return Ok(rows);
    }
    let chosen = filter.map(|text| select(grid, &filter::columns(&text)?)).transpose()?;
    let found = (!request.search.is_empty()).then(|| search(grid, &request.search)).transpose()?;
    let different = (request.differs && grid.is_joined()).then(|| differing(grid)).transpose()?;
    let admitted = [chosen, found, different].into_iter().flatten().reduce(|mut all, one| {
        all.and(&one);
        all
    });
    let rows = admitted.map_or_else(|| (0..grid.rows() as u32).collect(), |admitted| admitted.rows());
    let rows: Arc<[u32]> = ordered(grid, rows, sort)?.into();
    grid.memory().keep(name, Kept::Rows(Arc::clone(&rows)));
    Ok(rows)
}

fn ordered(grid: &Grid, mut rows: Vec<u32>, sort: &[TableOrder]) -> Result<Vec<u32>, Error> {
    let keys = sort.iter().map(|order| Ok((ranks(grid, grid.find(&order.column)?)?, order.descending)));
    let keys = keys.collect::<Result<Vec<_>, Error>>()?;
    match keys.as_slice() {
        [] => {}
        [(ranks, descending)] => {
            let key = |row: u32| u64::from(ranks.sorted(row, *descending)) << 32 | u64::from(row);
            let mut packed: Vec<u64> = rows.iter().map(|row| key(*row)).collect();
            packed.sort_unstable();
            rows.iter_mut().zip(packed).for_each(|(row, key)| *row = key as u32);
        }
        keys => rows.sort_by(|a, b| {
            let one = |(ranks, descending): &(Arc<Ranks>, bool)| {
                ranks.sorted(*a, *descending).cmp(&ranks.sorted(*b, *descending))
            };
            keys.iter().map(one).find(|order| order.is_ne()).unwrap_or(a.cmp(b))
        }),
    }
    Ok(rows)
}

fn everything(grid: &Grid) -> Bitmap {
    let mut all = Bitmap::default();
    (0..grid.rows() as u32).for_each(|row| _ = all.insert(row));
    all
}

fn select(grid: &Grid, expr: &Expr<String>) -> Result<Bitmap, Error> {
    match expr {
        Expr::All(all) => {
            let mut rows = everything(grid);
            for one in all {
                rows.and(&select(grid, one)?);
            }
            Ok(rows)
        }
        Expr::Any(any) => {
            let mut rows = Bitmap::default();
            for one in any {
                rows.or(&select(grid, one)?);
            }
            Ok(rows)
        }
        Expr::Not(one) => {
            let mut rows = everything(grid);
            rows.and_not(&select(grid, one)?);
            Ok(rows)
        }
        Expr::Field(column, tests) => {
            let at = grid.find(column)?;
            let (cells, dates) = (grid.cells(at)?, grid.columns()[at].stats.dates);
            let mut rows = everything(grid);
            for test in tests {
                rows.and(&passing(&cells, dates, test));
            }
            Ok(rows)
        }
    }
}

/// The rows that pass a test.
fn passing(cells: &Cells, dates: bool, test: &Test) -> Bitmap {
    let (none, numbers) = (test.holds(None), test.of_numbers());
    let holds = |cell: Option<Cell<'_>>| match cell {
        None => none,
        Some(Cell::Number(at)) if dates => test.holds(Some(&Datum::Date((at * 1000.0) as i64))),
        Some(Cell::Number(number)) => numbers.holds(number),
        Some(Cell::Text(text)) => test.holds(Some(&Datum::Text(text))),
        Some(Cell::Json(text)) => match history::json::parse(text) {
            Ok(value) => test.holds(Some(&Datum::Json(&value))),
            Err(_) => false,
        },
    };
    let mut rows = Bitmap::default();
    for (row, cell) in cells.iter().enumerate() {
        if holds(cell) {
            rows.insert(row as u32);
        }
    }
    rows
}

/// The rows with a text that holds this.
fn search(grid: &Grid, text: &str) -> Result<Bitmap, Error> {
    let wrong =
        |e: regex::Error| Error::Invalid(Problem::FilterPattern { field: String::new(), detail: e.to_string() });
    let pattern = RegexBuilder::new(&regex::escape(text)).case_insensitive(true).build().map_err(wrong)?;
    let mut rows = Bitmap::default();
    for (at, column) in grid.columns().iter().enumerate() {
        if column.stats.texts == 0 {
            continue;
        }
        let find = |text: &str, from: usize| pattern.find_at(text, from).map(|found| found.range());
        grid.cells(at)?.found(find, |row| _ = rows.insert(row as u32));
    }
    Ok(rows)
}

/// The rows that some of the tables side by side do not have, or have with another value. Columns that not all of them
/// have are not compared.
fn differing(grid: &Grid) -> Result<Bitmap, Error> {
    let mut rows = Bitmap::default();
    (0..grid.rows() as u32).filter(|row| !grid.is_everywhere(*row)).for_each(|row| _ = rows.insert(row));
    for same in grid.counterparts() {
        let cells = same.iter().map(|column| grid.cells(*column)).collect::<Result<Vec<_>, _>>()?;
        let [first, others @ ..] = cells.as_slice() else { continue };
        for (row, own) in first.iter().enumerate() {
            if others.iter().any(|other| !alike(own, other.get(row))) {
                rows.insert(row as u32);
            }
        }
    }
    Ok(rows)
}

/// NaN is like NaN.
fn alike(a: Option<Cell<'_>>, b: Option<Cell<'_>>) -> bool {
    match (a, b) {
        (Some(Cell::Number(a)), Some(Cell::Number(b))) => bits(a) == bits(b),
        (a, b) => a == b,
    }
}
