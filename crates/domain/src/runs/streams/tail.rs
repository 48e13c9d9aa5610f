//! Rows of `tail`, many in a statement.

use std::collections::HashMap;

use super::store::Wanted;
use crate::db::{Arg, MOST_ROWS, Rows, Tx, sql};
use crate::{Clock, Error};

/// Lines of a writer, to be stored as one row.
pub(super) struct NewRow<'a> {
    pub want: Wanted<'a>,
    pub client: String,
    /// The first line.
    pub from: i64,
    /// The line after the last.
    pub to: i64,
    pub payload: Vec<u8>,
}

/// Stores the rows. Their ids ascend within each run, and are above the last that the run has in the tail.
pub(super) async fn insert(
    tx: &mut Tx,
    clock: &Clock,
    mut rows: Vec<NewRow<'_>>,
    mut last: HashMap<i64, i64>,
) -> Result<(), Error> {
    while !rows.is_empty() {
        let part: Vec<_> = rows.drain(..rows.len().min(MOST_ROWS)).collect();
        insert_part(tx, clock, part, &mut last).await?;
    }
    Ok(())
}

/// Nothing is read of the table that is written: SQLite would put all rows, with their payloads, into another one first.
async fn insert_part(
    tx: &mut Tx,
    clock: &Clock,
    part: Vec<NewRow<'_>>,
    last: &mut HashMap<i64, i64>,
) -> Result<(), Error> {
    let text = "INSERT INTO tail (run_id, id, generation, kind, client, first_line, lines, payload) \
                SELECT * FROM {rows} WHERE v.column1 > 0";
    let mut rows: Vec<[Arg; 8]> = Vec::with_capacity(part.len());
    for NewRow { want, client, from, to, payload } in part {
        let known = last.entry(want.run_id).or_default();
        let id = clock.id()?.max(*known + 1);
        *known = id;
        let (run, generation, kind) = (want.run_id.into(), want.generation.into(), want.chunk.kind.as_str().into());
        rows.push([run, id.into(), generation, kind, client.into(), from.into(), (to - from).into(), payload.into()]);
    }
    sql(text).rows(Rows::new(rows)).run(tx).await.map(drop)
}

/// The last id of a run in the tail.
pub(super) async fn last(tx: &mut Tx, run_id: i64) -> Result<i64, Error> {
    let (last,): (i64,) = sql("SELECT COALESCE(MAX(id), 0) FROM tail WHERE run_id = $1").bind(run_id).one(tx).await?;
    Ok(last)
}
