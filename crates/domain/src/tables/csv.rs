//! The rows of a question as one file.

use std::sync::Arc;

use ::history::table::{Cells as Parts, Kind};
use history::Value;
use history::logged::Cell;

use super::{Ready, TableRequest, query};
use crate::Error;
use crate::export::{Chunks, Format, outlet};
use crate::policy::{Allowed, Project, Read};

/// Rows that are written at once.
const ROWS: usize = 20_000;

impl Allowed<Read, Project> {
    /// A file of the rows that a question admits, in its order, with the columns that it wants; none while the table is
    /// being read.
    pub async fn table_file(&self, request: TableRequest, format: Format) -> Result<Option<Chunks>, Error> {
        let Ready::Grid(grid, ..) = self.grid(&request).await? else { return Ok(None) };
        let look = move || {
            let wanted = match &request.columns {
                Some(names) => names.iter().map(|name| grid.find(name)).collect::<Result<Vec<_>, _>>()?,
                None => (0..grid.columns().len()).collect(),
            };
            let rows = query::rows(&grid, &request)?;
            Ok::<_, Error>((Arc::new(grid), wanted, rows))
        };
        let looked = tokio::task::spawn_blocking(look).await;
        let (grid, wanted, rows) = looked.map_err(|e| Error::internal("looking at a table", e))??;
        let kind = |at: &usize| {
            let column = &grid.columns()[*at];
            let kind = if column.stats.count() == column.stats.numbers { Kind::Float } else { Kind::Text };
            (column.id.clone(), kind)
        };
        let columns: Vec<(String, Kind)> = wanted.iter().map(kind).collect();
        let kinds: Vec<Kind> = columns.iter().map(|(_, kind)| *kind).collect();
        let fill = move |mut out: outlet::Outlet| async move {
            for start in (0..rows.len()).step_by(ROWS) {
                let (grid, rows) = (Arc::clone(&grid), Arc::clone(&rows));
                let pairs: Vec<(usize, Kind)> = wanted.iter().copied().zip(kinds.iter().copied()).collect();
                let cells = tokio::task::spawn_blocking(move || {
                    let shown = &rows[start..rows.len().min(start + ROWS)];
                    pairs
                        .into_iter()
                        .map(|(column, kind)| {
                            let mut held: Vec<Option<Value<'static>>> = vec![None; shown.len()];
                            grid.some(column, shown, &mut |at, cell| held[at] = cell.map(plain))?;
                            let mut cells = Parts::new(kind);
                            held.into_iter().for_each(|value| cells.push(value));
                            Ok(cells)
                        })
                        .collect::<Result<Vec<Parts>, Error>>()
                });
                let cells = cells.await.map_err(|e| Error::internal("writing a table", e))??;
                out = out.put(move || cells).await?;
            }
            Ok(out)
        };
        outlet::file(format, &columns, fill).map(Some)
    }
}

fn plain(cell: Cell<'_>) -> Value<'static> {
    match cell {
        Cell::Number(number) => match number.fract() == 0.0 && number.abs() < (1u64 << 53) as f64 {
            // A mixed column is one of texts: whole numbers have no fraction there.
            true => Value::Int(number as i64),
            false => Value::Float(number),
        },
        Cell::Text(text) => Value::Text(text.to_owned().into()),
        Cell::Json(text) => Value::Json(text.to_owned().into()),
    }
}
