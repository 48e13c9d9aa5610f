//! Storing a chunk of lines: the writer's standing moves on and the new lines become tail rows, in one transaction.

use history::{BadLine, Batch, NonFinite, tail};
use sqlx::FromRow;

use super::StreamKind;
use super::accept::{MOST_LINES, Standing};
use crate::db::{Tx, sql};
use crate::{Clock, Error};

/// Lines of one writer that are already columns.
#[derive(Debug)]
pub(in crate::runs) struct Chunk {
    pub kind: StreamKind,
    /// Who counts the lines: a client id, a console label, or empty for the only writer.
    pub client: String,
    /// Number of the first line.
    pub offset: i64,
    batch: Batch,
    /// Console lines and system metrics as sent: their `_step` counts from the writer's base, which only the transaction
    /// knows. Empty for history.
    lines: Vec<String>,
    /// Encoded before the transaction; nearly always the whole chunk is new.
    payload: Vec<u8>,
    /// The time that line 0 carries, when line 0 is here.
    pub origin: Option<String>,
}

/// What became of a chunk.
#[derive(Debug)]
pub(in crate::runs) struct Stored {
    /// Whether anything was new.
    pub changed: bool,
    /// Lines missing before it, `[from, to)`.
    pub gap: Option<(i64, i64)>,
    /// The tail is long enough for compaction.
    pub long_tail: bool,
}

/// A writer's row.
#[derive(Debug, FromRow)]
struct StreamRow {
    next_line: i64,
    gaps: String,
    origin: Option<String>,
    base: i64,
    tail_rows: i64,
    tail_bytes: i64,
}

/// Batches in the tail that are worth a segment.
const LONG_ROWS: i64 = 256;
/// Bytes in the tail that are worth a segment.
const LONG_BYTES: i64 = 4 << 20;

impl Chunk {
    /// Lines of which the first is line `offset`, and what is wrong with them.
    pub fn new(kind: StreamKind, client: String, offset: i64, mut lines: Vec<String>) -> (Self, Vec<BadLine>) {
        let (batch, bad) = read(kind, &lines, offset);
        let origin = (offset == 0 && !batch.is_empty()).then(|| origin_of(kind, &batch)).flatten();
        let payload = tail::encode(&batch);
        if kind == StreamKind::History {
            lines.clear();
        }
        (Self { kind, client, offset, batch, lines, payload, origin }, bad)
    }

    /// The rows, as sent.
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    fn count(&self) -> i64 {
        i64::try_from(self.batch.len()).unwrap_or(i64::MAX)
    }

    /// The encoded rows of lines `from..to`.
    fn part(&self, from: i64, to: i64, base: i64) -> Vec<u8> {
        if (to - from, base) == (self.count(), 0) {
            return self.payload.clone();
        }
        let index = |line: i64| usize::try_from(line - self.offset).unwrap_or_default();
        let range = index(from)..index(to);
        tail::encode(&match self.kind {
            StreamKind::History => self.batch.slice(range),
            kind => read(kind, &self.lines[range], base + from).0,
        })
    }
}

/// Lines to rows.
fn read(kind: StreamKind, lines: &[String], first: i64) -> (Batch, Vec<BadLine>) {
    match kind {
        StreamKind::Console => (Batch::from_console(lines, first.unsigned_abs()), Vec::new()),
        StreamKind::History | StreamKind::Events => Batch::from_lines(lines, first.unsigned_abs()),
    }
}

/// The time in the first row; where it has none, a digest of the row. A console line without a time says nothing.
fn origin_of(kind: StreamKind, batch: &Batch) -> Option<String> {
    let time = if kind == StreamKind::Console { "timestamp" } else { "_timestamp" };
    let time = batch.value(0, time).map(|time| time.to_text(NonFinite::Bare)).filter(|time| time.len() <= 64);
    if kind == StreamKind::Console {
        return time;
    }
    let row = || batch.slice(0..1).to_json_rows(None, NonFinite::Bare).concat();
    Some(time.unwrap_or_else(|| blake3::hash(row().as_bytes()).to_string()))
}

/// A writer's line 0 as stored; `None` when it has not sent line 0.
pub(in crate::runs) async fn origin(
    tx: &mut Tx,
    run_id: i64,
    generation: i64,
    chunk: &Chunk,
) -> Result<Option<String>, Error> {
    Ok(row(tx, run_id, generation, chunk).await?.and_then(|row| row.origin))
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
    let mut stored = Stored { changed: !accepted.ranges.is_empty(), gap: accepted.gap, long_tail: false };
    if !stored.changed && standing == before {
        return Ok(stored);
    }
    let base = match &row {
        Some(row) => row.base,
        None => free_base(tx, run_id, generation, chunk.kind).await?,
    };
    let mut bytes = 0;
    for (from, to) in &accepted.ranges {
        let payload = chunk.part(*from, *to, base);
        bytes += i64::try_from(payload.len()).unwrap_or(i64::MAX);
        insert(tx, clock, run_id, generation, chunk, (*from, *to), payload).await?;
    }
    let rows = i64::try_from(accepted.ranges.len()).unwrap_or(i64::MAX);
    let held = row.as_ref().map_or((0, 0), |row| (row.tail_rows, row.tail_bytes));
    stored.long_tail = held.0 + rows >= LONG_ROWS || held.1 + bytes >= LONG_BYTES;
    let origin = row.and_then(|row| row.origin).or_else(|| chunk.origin.clone());
    sql("INSERT INTO stream (run_id, generation, kind, client, next_line, gaps, origin, base, tail_rows, tail_bytes) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (run_id, generation, kind, client) DO UPDATE SET \
         next_line = excluded.next_line, gaps = excluded.gaps, origin = excluded.origin, \
         tail_rows = stream.tail_rows + excluded.tail_rows, tail_bytes = stream.tail_bytes + excluded.tail_bytes")
    .bind(run_id)
    .bind(generation)
    .bind(chunk.kind.as_str())
    .bind(&chunk.client)
    .bind(standing.next_line)
    .bind(standing.gaps_text())
    .bind(origin)
    .bind(base)
    .bind(rows)
    .bind(bytes)
    .run(tx)
    .await?;
    Ok(stored)
}

async fn row(tx: &mut Tx, run_id: i64, generation: i64, chunk: &Chunk) -> Result<Option<StreamRow>, Error> {
    let text = "SELECT next_line, gaps, origin, base, tail_rows, tail_bytes FROM stream \
                WHERE run_id = $1 AND generation = $2 AND kind = $3 AND client = $4";
    let query = sql(text).bind(run_id).bind(generation).bind(chunk.kind.as_str()).bind(&chunk.client);
    query.optional(tx).await
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
    run_id: i64,
    generation: i64,
    chunk: &Chunk,
    (from, to): (i64, i64),
    payload: Vec<u8>,
) -> Result<(), Error> {
    let text = "SELECT COALESCE(MAX(id), 0) FROM tail WHERE run_id = $1";
    let (last,): (i64,) = sql(text).bind(run_id).one(&mut *tx).await?;
    sql("INSERT INTO tail (run_id, id, generation, kind, client, first_line, lines, payload) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(run_id)
    .bind(clock.id()?.max(last + 1))
    .bind(generation)
    .bind(chunk.kind.as_str())
    .bind(&chunk.client)
    .bind(from)
    .bind(to - from)
    .bind(payload)
    .run(tx)
    .await
    .map(drop)
}
