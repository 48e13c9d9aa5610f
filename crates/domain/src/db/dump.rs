//! Rows of any shape, for backups.

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Postgres, Row, Sqlite};

use super::{Arg, Db, Tx};
use crate::Error;
use crate::backup::Kind;

macro_rules! cells {
    ($row:expr, $kinds:expr) => {{
        let mut cells = Vec::with_capacity($kinds.len());
        for (i, kind) in $kinds.iter().enumerate() {
            cells.push(match kind {
                Kind::Int => Arg::Int($row.try_get(i)?),
                Kind::Real => Arg::Real($row.try_get(i)?),
                Kind::Text => Arg::Text($row.try_get(i)?),
                Kind::Bool => Arg::Bool($row.try_get(i)?),
                Kind::Bytes => Arg::Bytes($row.try_get(i)?),
            });
        }
        cells
    }};
}

impl Db {
    /// A transaction that sees the database as it is now, however long it reads, and blocks nobody.
    pub async fn snapshot(&self) -> Result<Tx, Error> {
        match self {
            Self::Sqlite { read, .. } => Ok(Tx::Sqlite(read.begin().await?)),
            Self::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *tx).await?;
                Ok(Tx::Postgres(tx))
            }
        }
    }
}

impl Tx {
    /// Calls `each` with the cells of every row of a statement without arguments, one row in memory at a time.
    pub async fn each_row(
        &mut self,
        text: String,
        kinds: &[Kind],
        mut each: impl FnMut(Vec<Arg>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let text = AssertSqlSafe(text);
        match self {
            Self::Sqlite(tx) => {
                let mut rows = sqlx::query::<Sqlite>(text).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    each(cells!(row, kinds))?;
                }
            }
            Self::Postgres(tx) => {
                let mut rows = sqlx::query::<Postgres>(text).fetch(&mut **tx);
                while let Some(row) = rows.try_next().await? {
                    each(cells!(row, kinds))?;
                }
            }
        }
        Ok(())
    }
}
