//! Storing a chunk of lines: the writer's standing moves on and the new lines become tail rows, in one transaction.

use sqlx::FromRow;

use super::accept::{MOST_LINES, Standing};
use super::{Chunk, StreamKind, part};
use crate::db::{Tx, sql};
use crate::{Clock, Error};

/// What became of a chunk.
#[derive(Debug)]
pub(in crate::runs) struct Stored {
    /// Lines that were new, or written anew.
    pub lines: i64,
    /// What they take in the database.
    pub bytes: i64,
    /// Lines missing before it, `[from, to)`.
    pub gap: Option<(i64, i64)>,
    /// The tail is long enough for compaction.
    pub long_tail: bool,
}

/// A writer's row.
#[derive(Debug, FromRow)]
pub(super) struct StreamRow {
    client: String,
    next_line: i64,
    gaps: String,
    pub start: i64,
    pub origin: Option<String>,
    base: i64,
    tail_rows: i64,
    tail_bytes: i64,
}

/// Batches in the tail that are worth a segment.
const LONG_ROWS: i64 = 256;
/// Bytes in the tail that are worth a segment.
const LONG_BYTES: i64 = 4 << 20;

/// What a chunk says of the lines that are stored already.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::runs) enum Beginning {
    /// It begins where the writer began, and with the same line.
    Same,
    /// It begins at the beginning, with another line.
    Other,
    /// It begins at the beginning, where nothing is stored.
    New,
    /// It continues after the last line.
    GoesOn,
    /// Its first line says nothing.
    None,
}

/// Compares the chunk with the writer's first line.
pub(in crate::runs) async fn beginning(
    tx: &mut Tx,
    run_id: i64,
    generation: i64,
    chunk: &Chunk,
) -> Result<Beginning, Error> {
    let row = row(tx, run_id, generation, chunk).await?;
    let Some(row) = row else {
        return Ok(if chunk.offset == 0 && chunk.origin.is_some() { Beginning::New } else { Beginning::None });
    };
    Ok(match &chunk.origin {
        Some(_) if chunk.offset == row.start && chunk.origin == row.origin => Beginning::Same,
        Some(_) if chunk.offset == row.start || chunk.offset == 0 => Beginning::Other,
        Some(_) if chunk.offset == row.next_line => Beginning::GoesOn,
        _ => Beginning::None,
    })
}

/// Stores what is new of the chunk. The caller holds the run's row.
pub(in crate::runs) async fn store(
    tx: &mut Tx,
    clock: &Clock,
    run_id: i64,
    generation: i64,
    chunk: &Chunk,
) -> Result<Stored, Error> {
    let row = row(tx, run_id, generation, chunk).await?;
    let mut standing = match &row {
        Some(row) => Standing::from_row(row.next_line, &row.gaps)?,
        None => Standing::default(),
    };
    let before = standing.clone();
    let accepted = standing.accept(chunk.offset, chunk.count(), chunk.kind == StreamKind::Console)?;
    let lines = accepted.ranges.iter().map(|(from, to)| to - from).sum();
    let mut stored = Stored { lines, bytes: 0, gap: accepted.gap, long_tail: false };
    if lines == 0 && standing == before {
        return Ok(stored);
    }
    let base = match &row {
        Some(row) => row.base,
        None => free_base(tx, run_id, generation, chunk.kind).await?,
    };
    let client = row.as_ref().map_or(&chunk.client, |row| &row.client).clone();
    for (from, to) in &accepted.ranges {
        let payload = chunk.part(*from, *to, base);
        stored.bytes += i64::try_from(payload.len()).unwrap_or(i64::MAX);
        insert(tx, clock, (run_id, generation), (chunk.kind, &client), (*from, *to), payload).await?;
    }
    let rows = i64::try_from(accepted.ranges.len()).unwrap_or(i64::MAX);
    let held = row.as_ref().map_or((0, 0), |row| (row.tail_rows, row.tail_bytes));
    stored.long_tail = held.0 + rows >= LONG_ROWS || held.1 + stored.bytes >= LONG_BYTES;
    let start = row.as_ref().map_or(0, |row| row.start);
    let first = (chunk.offset == start).then(|| chunk.origin.clone()).flatten();
    let origin = row.and_then(|row| row.origin).or(first);
    sql("INSERT INTO stream (run_id, generation, kind, client, next_line, gaps, origin, base, tail_rows, tail_bytes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (run_id, generation, kind, client) DO UPDATE SET \
         next_line = excluded.next_line, gaps = excluded.gaps, origin = excluded.origin, \
         tail_rows = stream.tail_rows + excluded.tail_rows, tail_bytes = stream.tail_bytes + excluded.tail_bytes")
    .bind(run_id)
    .bind(generation)
    .bind(chunk.kind.as_str())
    .bind(client)
    .bind(standing.next_line)
    .bind(standing.gaps_text())
    .bind(origin)
    .bind(base)
    .bind(rows)
    .bind(stored.bytes)
    .run(tx)
    .await?;
    Ok(stored)
}

/// The writer of the chunk. The only writer of a console may be in several [parts](part).
async fn row(tx: &mut Tx, run_id: i64, generation: i64, chunk: &Chunk) -> Result<Option<StreamRow>, Error> {
    let text = "SELECT client, next_line, gaps, start, origin, base, tail_rows, tail_bytes FROM stream \
                WHERE run_id = $1 AND generation = $2 AND kind = $3 AND (client = $4 OR $5 AND client LIKE '+%') ORDER BY base";
    let in_parts = chunk.kind == StreamKind::Console && chunk.client.is_empty();
    let query = sql(text).bind(run_id).bind(generation).bind(chunk.kind.as_str()).bind(&chunk.client).bind(in_parts);
    Ok(part::pick(query.all(tx).await?, chunk))
}

/// Where the lines of another console writer begin: above those of all others. System metrics of several writers lie side
/// by side.
async fn free_base(tx: &mut Tx, run_id: i64, generation: i64, kind: StreamKind) -> Result<i64, Error> {
    if kind != StreamKind::Console {
        return Ok(0);
    }
    next_base(tx, run_id, generation, kind).await
}

/// A base above every line of the stream.
pub(super) async fn next_base(tx: &mut Tx, run_id: i64, generation: i64, kind: StreamKind) -> Result<i64, Error> {
    let text = "SELECT MAX(base) FROM stream WHERE run_id = $1 AND generation = $2 AND kind = $3";
    let (last,): (Option<i64>,) = sql(text).bind(run_id).bind(generation).bind(kind.as_str()).one(tx).await?;
    Ok(last.map_or(0, |last| last + MOST_LINES))
}

/// One tail row; its id is above every id that the run has in the tail.
async fn insert(
    tx: &mut Tx,
    clock: &Clock,
    (run_id, generation): (i64, i64),
    (kind, client): (StreamKind, &str),
    (from, to): (i64, i64),
    payload: Vec<u8>,
) -> Result<(), Error> {
    sql("INSERT INTO tail (run_id, id, generation, kind, client, first_line, lines, payload) \
         SELECT $1, CASE WHEN last.id >= $2 THEN last.id + 1 ELSE $2 END, $3, $4, $5, $6, $7, $8 \
         FROM (SELECT COALESCE(MAX(id), 0) AS id FROM tail WHERE run_id = $1) last")
    .bind(run_id)
    .bind(clock.id()?)
    .bind(generation)
    .bind(kind.as_str())
    .bind(client)
    .bind(from)
    .bind(to - from)
    .bind(payload)
    .run(tx)
    .await
    .map(drop)
}
