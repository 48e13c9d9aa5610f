//! Rows of `tail`, many in a statement.

use std::collections::HashMap;

use super::store::Wanted;
use crate::db::{MOST_ROWS, Tx, in_steps, sql, values};
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

/// Stores the rows. Their ids ascend within each run, and are above every id that the run has in the tail.
pub(super) async fn insert(tx: &mut Tx, clock: &Clock, mut rows: Vec<NewRow<'_>>) -> Result<(), Error> {
    while !rows.is_empty() {
        let part: Vec<_> = rows.drain(..rows.len().min(MOST_ROWS)).collect();
        insert_part(tx, clock, part).await?;
    }
    Ok(())
}

async fn insert_part(tx: &mut Tx, clock: &Clock, part: Vec<NewRow<'_>>) -> Result<(), Error> {
    let size = in_steps(part.len());
    // The rows of a run follow each other from the later of its new id and the one after its last.
    let text = format!(
        "INSERT INTO tail (run_id, id, generation, kind, client, first_line, lines, payload) \
         SELECT v.column1, CASE WHEN v.last >= v.column2 THEN v.last + 1 ELSE v.column2 END + v.column3, v.column4, v.column5, \
         v.column6, v.column7, v.column8, v.column9 FROM (SELECT w.*, \
         (SELECT COALESCE(MAX(t.id), 0) FROM tail t WHERE t.run_id = w.column1) AS last FROM (VALUES {}) AS w) AS v \
         WHERE v.column1 > 0",
        values(1, size, 9)
    );
    let fill = size - part.len();
    let mut ids: HashMap<i64, (i64, i64)> = HashMap::new();
    let mut query = sql(text);
    for NewRow { want, client, from, to, payload } in part {
        let (id, place) = match ids.get(&want.run_id) {
            Some((id, place)) => (*id, place + 1),
            None => (clock.id()?, 0),
        };
        ids.insert(want.run_id, (id, place));
        query = query.bind(want.run_id).bind(id).bind(place).bind(want.generation).bind(want.chunk.kind.as_str());
        query = query.bind(client).bind(from).bind(to - from).bind(payload);
    }
    for _ in 0..fill {
        query = query.bind(-1_i64).bind(0_i64).bind(0_i64).bind(0_i64).bind("");
        query = query.bind("").bind(0_i64).bind(0_i64).bind(Vec::new());
    }
    query.run(tx).await.map(drop)
}
