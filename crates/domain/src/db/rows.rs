//! A table of arguments within a statement.

use super::sql::{Arg, in_steps};

/// Where it stands in the text of a statement.
pub(super) const PLACE: &str = "{rows}";

/// Rows that a statement reads as a table `v` with columns `column1` (an id above 0), `column2`, …
///
/// For SQLite they are `VALUES`, as many as a power of two, so that a statement comes in few sizes and stays prepared: what
/// is too many is NULL under the id -1. For PostgreSQL each column is one argument, an array, so that a statement has one
/// size and a thousand arguments need not be looked at one by one.
pub(crate) struct Rows {
    width: usize,
    cells: Vec<Arg>,
}

/// The cells of a column.
pub(super) enum Column {
    Int(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
    Bool(Vec<Option<bool>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Rows {
    /// Of as many columns as each of the rows has cells; there is at least one row.
    pub fn new<R: IntoIterator<Item = Arg>>(rows: impl IntoIterator<Item = R>) -> Self {
        let (mut cells, mut width) = (Vec::new(), 0);
        for row in rows {
            let before = cells.len();
            cells.extend(row);
            width = cells.len() - before;
        }
        Self { width: width.max(1), cells }
    }

    fn count(&self) -> usize {
        self.cells.len() / self.width
    }

    /// The table for SQLite, and its arguments.
    pub(super) fn into_values(mut self) -> (String, Vec<Arg>) {
        let rows = in_steps(self.count());
        let mut nothing: Vec<Arg> = self.cells.iter().take(self.width).map(Arg::none).collect();
        if let Some(id) = nothing.first_mut() {
            *id = Arg::from(-1_i64);
        }
        let missing = rows - self.count();
        self.cells.extend(std::iter::repeat_n(nothing, missing).flatten());
        let row = format!("({})", vec!["?"; self.width].join(","));
        (format!("(VALUES {}) AS v", vec![row; rows].join(",")), self.cells)
    }

    /// The table for PostgreSQL, with arguments from `$first` on.
    pub(super) fn as_arrays(&self, first: usize) -> String {
        let kind = |arg: &Arg| match arg {
            Arg::Int(_) => "BIGINT",
            Arg::Real(_) => "DOUBLE PRECISION",
            Arg::Text(_) => "TEXT",
            Arg::Bool(_) => "BOOLEAN",
            Arg::Bytes(_) => "BYTEA",
        };
        let arrays: Vec<String> = self
            .cells
            .iter()
            .take(self.width)
            .zip(first..)
            .map(|(cell, n)| format!("${n}::{}[]", kind(cell)))
            .collect();
        let names: Vec<String> = (1..=self.width).map(|n| format!("column{n}")).collect();
        format!("unnest({}) AS v({})", arrays.join(", "), names.join(", "))
    }

    /// The arguments of [`Rows::as_arrays`]. A column has cells of one kind.
    pub(super) fn columns(self) -> Vec<Column> {
        let mut columns: Vec<Column> = self.cells.iter().take(self.width).map(Column::of).collect();
        for (at, cell) in self.cells.into_iter().enumerate() {
            columns[at % self.width].push(cell);
        }
        columns
    }
}

impl Column {
    fn of(cell: &Arg) -> Self {
        match cell {
            Arg::Int(_) => Self::Int(Vec::new()),
            Arg::Real(_) => Self::Real(Vec::new()),
            Arg::Text(_) => Self::Text(Vec::new()),
            Arg::Bool(_) => Self::Bool(Vec::new()),
            Arg::Bytes(_) => Self::Bytes(Vec::new()),
        }
    }

    fn push(&mut self, cell: Arg) {
        match (self, cell) {
            (Self::Int(column), Arg::Int(cell)) => column.push(cell),
            (Self::Real(column), Arg::Real(cell)) => column.push(cell),
            (Self::Text(column), Arg::Text(cell)) => column.push(cell),
            (Self::Bool(column), Arg::Bool(cell)) => column.push(cell),
            (Self::Bytes(column), Arg::Bytes(cell)) => column.push(cell),
            // Left out, it would move those after it to the rows of others.
            (_, cell) => unreachable!("a cell of another kind than its column: {cell:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::sql;
    use crate::testing::databases;

    type Found = (i64, Option<f64>, Option<String>, Option<bool>, Option<Vec<u8>>);

    #[tokio::test]
    async fn a_table_of_arguments_has_every_row_and_every_null_and_nothing_else() {
        for db in databases().await {
            for count in [1, 2, 3, 4, 5, 300] {
                let all: Vec<Found> = (1..=count)
                    .map(|n| match n % 2 {
                        0 => (n, None, None, None, None),
                        _ => (
                            n,
                            Some(n as f64 / 4.0),
                            Some(format!("\"{n}', {{}}")),
                            Some(n % 3 == 0),
                            Some(vec![0, n as u8]),
                        ),
                    })
                    .collect();
                let row = |(id, real, text, flag, bytes): Found| -> [Arg; 5] {
                    [id.into(), real.into(), text.into(), flag.into(), bytes.into()]
                };
                let text = "SELECT v.column1 - $1, v.column2, v.column3, v.column4, v.column5 \
                            FROM {rows} WHERE v.column1 > 0 ORDER BY v.column1";
                let shifted = all.iter().cloned().map(|found| row((found.0 + 7, found.1, found.2, found.3, found.4)));
                let found: Vec<Found> = sql(text).bind(7_i64).rows(Rows::new(shifted)).all(&db).await.unwrap();
                assert_eq!(found, all);
            }
        }
    }
}
