//! Rows with the same values, and what is told of their numbers.

use std::collections::HashMap;

use history::logged::Cell;
use serde_json::Value;

use super::grid::Grid;
use super::query::ranks;
use super::{TableGroup, TableRequest};
use crate::Error;

/// The name of a group's number of rows, in orders.
const ROWS: &str = "#";

#[derive(Clone, Copy, Default)]
struct Figures {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Figures {
    fn take(&mut self, number: f64) {
        if !number.is_finite() {
            return;
        }
        (self.min, self.max) = match self.count {
            0 => (number, number),
            _ => (self.min.min(number), self.max.max(number)),
        };
        self.count += 1;
        self.sum += number;
    }

    fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    fn shown(&self) -> [Option<f64>; 4] {
        let some = |number: f64| (self.count > 0).then_some(number);
        [Some(self.count as f64), self.mean(), some(self.min), some(self.max)]
    }
}

/// The rows of each group, told by the group of each row.
struct Groups {
    of: Vec<u32>,
    /// The first row of each.
    first: Vec<u32>,
    sizes: Vec<usize>,
}

impl Groups {
    fn new(grid: &Grid, by: &[usize], rows: &[u32]) -> Result<Self, Error> {
        let mut of = vec![0u32; rows.len()];
        for column in by {
            let ranks = ranks(grid, *column)?;
            let mut index: HashMap<(u32, u32), u32> = HashMap::new();
            for (group, row) in of.iter_mut().zip(rows) {
                let next = index.len() as u32;
                *group = *index.entry((*group, ranks.of(*row))).or_insert(next);
            }
        }
        let (mut first, mut sizes) = (Vec::new(), Vec::new());
        for (group, row) in of.iter().zip(rows) {
            if *group as usize == first.len() {
                first.push(*row);
                sizes.push(0);
            }
            sizes[*group as usize] += 1;
        }
        Ok(Self { of, first, sizes })
    }

    /// The figures of a column, by group.
    fn figures(&self, grid: &Grid, column: usize, rows: &[u32]) -> Result<Vec<Figures>, Error> {
        let mut all = vec![Figures::default(); self.first.len()];
        if grid.columns()[column].stats.numbers > 0 {
            let cells = grid.cells(column)?;
            for (group, row) in self.of.iter().zip(rows) {
                if let Some(Cell::Number(number)) = cells.get(*row as usize) {
                    all[*group as usize].take(number);
                }
            }
        }
        Ok(all)
    }
}

/// How many groups there are, and a page of them.
pub(super) fn page(
    grid: &Grid,
    request: &TableRequest,
    rows: &[u32],
    wanted: &[usize],
    limit: usize,
) -> Result<(usize, Vec<TableGroup>), Error> {
    let by = request.group.iter().map(|id| grid.find(id)).collect::<Result<Vec<_>, _>>()?;
    let groups = Groups::new(grid, &by, rows)?;
    let order = order(grid, request, &by, &groups, rows)?;
    let end = order.len().min(request.offset.saturating_add(limit));
    let shown = &order[request.offset.min(end)..end];
    let first: Vec<u32> = shown.iter().map(|group| groups.first[*group as usize]).collect();
    let keys = grid.values(&first, &by)?;
    let figures = wanted.iter().map(|column| groups.figures(grid, *column, rows)).collect::<Result<Vec<_>, _>>()?;
    let one = |(group, key): (&u32, Vec<Value>)| {
        let group = *group as usize;
        let figures = figures.iter().map(|figures| figures[group].shown()).collect();
        TableGroup { key, rows: groups.sizes[group], figures }
    };
    Ok((order.len(), shown.iter().zip(keys).map(one).collect()))
}

/// The groups in the order asked: by their values, their sizes, or the means of a column.
fn order(grid: &Grid, request: &TableRequest, by: &[usize], groups: &Groups, rows: &[u32]) -> Result<Vec<u32>, Error> {
    let mut order: Vec<u32> = (0..groups.first.len() as u32).collect();
    // The least important first: sorting keeps the order of what is the same.
    for column in by.iter().rev() {
        let ranks = ranks(grid, *column)?;
        order.sort_by_key(|group| ranks.of(groups.first[*group as usize]));
    }
    for wanted in request.sort.iter().rev() {
        let descending = wanted.descending;
        if wanted.column == ROWS {
            let turn = |size: usize| if descending { usize::MAX - size } else { size };
            order.sort_by_key(|group| turn(groups.sizes[*group as usize]));
            continue;
        }
        let column = grid.find(&wanted.column)?;
        if by.contains(&column) {
            let ranks = ranks(grid, column)?;
            order.sort_by_key(|group| ranks.sorted(groups.first[*group as usize], descending));
        } else {
            let figures = groups.figures(grid, column, rows)?;
            let mean = |group: u32| figures[group as usize].mean();
            order.sort_by(|a, b| match (mean(*a), mean(*b)) {
                (Some(a), Some(b)) if descending => b.total_cmp(&a),
                (Some(a), Some(b)) => a.total_cmp(&b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            });
        }
    }
    Ok(order)
}
