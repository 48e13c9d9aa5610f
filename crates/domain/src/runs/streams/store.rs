//! Storing a chunk of lines: the writer's standing moves on and the new lines become tail rows, in one transaction.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::FromRow;

use super::accept::{MOST_LINES, Standing};
use super::tail::{self, NewRow};
use super::{Chunk, StreamKind, part};
use crate::db::{Arg, MOST_ROWS, Rows, Tx, sql};
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
const LONG_BYTES: i64 = 8 << 20;

/// Lines of a console that count as a batch of their own: whoever looks at any line decodes all of the tail.
const LONG_LINES: i64 = 256;

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

/// A chunk for a stream of a run that the caller holds.
#[derive(Clone, Copy, Debug)]
pub(in crate::runs) struct Wanted<'a> {
    pub run_id: i64,
    pub generation: i64,
    pub chunk: &'a Chunk,
}

/// A writer's row while chunks are stored.
struct Held {
    row: StreamRow,
    /// Rows and bytes that are added to the tail.
    added: (i64, i64),
    changed: bool,
}

/// The writers of a stream that a chunk may belong to, by run, stream and the name that the chunk has.
type Writers<'a> = HashMap<(i64, StreamKind, &'a str), Vec<Held>>;

/// Stores what is new of the chunks, in their order; what became of each. All of a run are of one generation.
pub(in crate::runs) async fn store(tx: &mut Tx, clock: &Clock, wanted: &[Wanted<'_>]) -> Result<Vec<Stored>, Error> {
    let (mut writers, mut last) = writers(tx, wanted).await?;
    let (mut rows, mut all) = (Vec::new(), Vec::with_capacity(wanted.len()));
    for want in wanted {
        let chunk = want.chunk;
        let held = writers.entry(want.key()).or_default();
        let place = part::pick(held.iter().map(|held| &held.row), chunk);
        let mut standing = match place {
            Some(place) => Standing::from_row(held[place].row.next_line, &held[place].row.gaps)?,
            None => Standing::default(),
        };
        let before = standing.clone();
        let accepted = standing.accept(chunk.offset, chunk.count(), chunk.kind == StreamKind::Console)?;
        let lines = accepted.ranges.iter().map(|(from, to)| to - from).sum();
        let mut stored = Stored { lines, bytes: 0, gap: accepted.gap, long_tail: false };
        if lines == 0 && standing == before {
            all.push(stored);
            continue;
        }
        let place = match place {
            Some(place) => place,
            None => {
                let base = free_base(tx, want, &writers).await?;
                let held = writers.entry(want.key()).or_default();
                held.push(Held { row: StreamRow::new(&chunk.client, base), added: (0, 0), changed: true });
                held.len() - 1
            }
        };
        let Some(held) = writers.get_mut(&want.key()).and_then(|held| held.get_mut(place)) else {
            return Err(Error::internal("storing lines", "a writer that was just found is missing"));
        };
        for (from, to) in &accepted.ranges {
            let payload = chunk.part(*from, *to, held.row.base)?;
            stored.bytes += i64::try_from(payload.len()).unwrap_or(i64::MAX);
            rows.push(NewRow { want: *want, client: held.row.client.clone(), from: *from, to: *to, payload });
        }
        let batches = i64::try_from(accepted.ranges.len()).unwrap_or(i64::MAX);
        let more = if chunk.kind == StreamKind::Console { lines / LONG_LINES } else { 0 };
        held.take(&standing, chunk, batches.saturating_add(more), stored.bytes);
        stored.long_tail =
            held.row.tail_rows + held.added.0 >= LONG_ROWS || held.row.tail_bytes + held.added.1 >= LONG_BYTES;
        all.push(stored);
    }
    for NewRow { want, .. } in &rows {
        if let Entry::Vacant(unknown) = last.entry(want.run_id) {
            unknown.insert(tail::last(tx, want.run_id).await?);
        }
    }
    tail::insert(tx, clock, rows, last).await?;
    write(tx, wanted, writers).await?;
    Ok(all)
}

impl<'a> Wanted<'a> {
    fn key(&self) -> (i64, StreamKind, &'a str) {
        (self.run_id, self.chunk.kind, &self.chunk.client)
    }
}

impl StreamRow {
    /// Of a writer that has sent nothing yet.
    fn new(client: &str, base: i64) -> Self {
        Self {
            client: client.to_owned(),
            next_line: 0,
            gaps: String::new(),
            start: 0,
            origin: None,
            base,
            tail_rows: 0,
            tail_bytes: 0,
        }
    }
}

impl Held {
    /// The writer stands elsewhere, after so many rows and bytes of the tail.
    fn take(&mut self, standing: &Standing, chunk: &Chunk, rows: i64, bytes: i64) {
        let row = &mut self.row;
        (row.next_line, row.gaps) = (standing.next_line, standing.gaps_text());
        if row.origin.is_none() && chunk.offset == row.start {
            row.origin.clone_from(&chunk.origin);
        }
        self.added = (self.added.0 + rows, self.added.1 + bytes);
        self.changed = true;
    }
}

/// What one of [`writers`] reads.
#[derive(FromRow)]
struct WriterRow {
    run_id: i64,
    kind: String,
    asked: String,
    /// The last id of the run in the tail.
    last: i64,
    #[sqlx(flatten)]
    row: StreamRow,
}

/// The writers of all chunks, and the last id in the tail of each run that has one of them. The only writer of a console may
/// be in several [parts](part).
async fn writers<'a>(tx: &mut Tx, wanted: &[Wanted<'a>]) -> Result<(Writers<'a>, HashMap<i64, i64>), Error> {
    let (mut writers, mut lasts): (Writers<'a>, _) = (HashMap::new(), HashMap::new());
    // A row that is read has a name of its own, and is found by it.
    let mut known: HashMap<(i64, StreamKind, &str), (i64, StreamKind, &'a str)> = HashMap::new();
    let mut keys = Vec::with_capacity(wanted.len());
    for want in wanted {
        writers.entry(want.key()).or_insert_with(|| {
            keys.push(want);
            known.insert(want.key(), want.key());
            Vec::new()
        });
    }
    for keys in keys.chunks(MOST_ROWS) {
        let text = "SELECT v.column1 AS run_id, v.column3 AS kind, v.column4 AS asked, s.client, s.next_line, s.gaps, s.start, \
             s.origin, s.base, s.tail_rows, s.tail_bytes, \
             (SELECT COALESCE(MAX(t.id), 0) FROM tail t WHERE t.run_id = v.column1) AS last FROM {rows} JOIN stream s \
             ON s.run_id = v.column1 AND s.generation = v.column2 AND s.kind = v.column3 \
             AND (s.client = v.column4 OR v.column5 AND s.client LIKE '+%') ORDER BY s.base";
        let rows = keys.iter().map(|want| {
            let chunk = want.chunk;
            let in_parts = chunk.kind == StreamKind::Console && chunk.client.is_empty();
            let kind = chunk.kind.as_str().into();
            [want.run_id.into(), want.generation.into(), kind, Arg::from(&chunk.client), in_parts.into()]
        });
        let query = sql(text).rows(Rows::new(rows));
        for WriterRow { run_id, kind, asked, last, row } in query.all(&mut *tx).await? {
            lasts.insert(run_id, last);
            let kind: StreamKind = kind.parse()?;
            let key = known.get(&(run_id, kind, asked.as_str()));
            if let Some(held) = key.and_then(|key| writers.get_mut(key)) {
                held.push(Held { row, added: (0, 0), changed: false });
            }
        }
    }
    Ok((writers, lasts))
}

/// Writes the rows of the writers that stand elsewhere now.
async fn write(tx: &mut Tx, wanted: &[Wanted<'_>], writers: Writers<'_>) -> Result<(), Error> {
    let generations: HashMap<i64, i64> = wanted.iter().map(|want| (want.run_id, want.generation)).collect();
    let mut all: Vec<(i64, StreamKind, Held)> = Vec::new();
    for ((run, kind, _), held) in writers {
        all.extend(held.into_iter().filter(|held| held.changed).map(|held| (run, kind, held)));
    }
    for part in all.chunks(MOST_ROWS) {
        let text = "INSERT INTO stream (run_id, generation, kind, client, next_line, gaps, origin, base, tail_rows, tail_bytes) \
             SELECT * FROM {rows} WHERE v.column1 > 0 ON CONFLICT (run_id, generation, kind, client) DO UPDATE SET \
             next_line = excluded.next_line, gaps = excluded.gaps, origin = excluded.origin, \
             tail_rows = stream.tail_rows + excluded.tail_rows, tail_bytes = stream.tail_bytes + excluded.tail_bytes";
        let rows = part.iter().map(|(run, kind, Held { row, added, .. })| {
            let generation = generations.get(run).copied().unwrap_or_default();
            let key: [Arg; 4] = [(*run).into(), generation.into(), kind.as_str().into(), Arg::from(&row.client)];
            let standing: [Arg; 4] =
                [row.next_line.into(), Arg::from(&row.gaps), row.origin.clone().into(), row.base.into()];
            key.into_iter().chain(standing).chain([added.0.into(), added.1.into()])
        });
        sql(text).rows(Rows::new(rows)).run(&mut *tx).await?;
    }
    Ok(())
}

/// The writer of the chunk.
async fn row(tx: &mut Tx, run_id: i64, generation: i64, chunk: &Chunk) -> Result<Option<StreamRow>, Error> {
    let want = Wanted { run_id, generation, chunk };
    let mut held = writers(tx, &[want]).await?.0.remove(&want.key()).unwrap_or_default();
    let place = part::pick(held.iter().map(|held| &held.row), chunk);
    Ok(place.map(|place| held.swap_remove(place).row))
}

/// Where the lines of another console writer begin: above those of all others, also of those that are not written yet.
/// System metrics of several writers lie side by side.
async fn free_base(tx: &mut Tx, want: &Wanted<'_>, writers: &Writers<'_>) -> Result<i64, Error> {
    if want.chunk.kind != StreamKind::Console {
        return Ok(0);
    }
    let free = next_base(tx, want.run_id, want.generation, StreamKind::Console).await?;
    let of_run = writers.iter().filter(|((run, kind, _), _)| (*run, *kind) == (want.run_id, StreamKind::Console));
    let last = of_run.flat_map(|(_, held)| held).map(|held| held.row.base + MOST_LINES).max();
    Ok(free.max(last.unwrap_or_default()))
}

/// A base above every line of the stream.
pub(super) async fn next_base(tx: &mut Tx, run_id: i64, generation: i64, kind: StreamKind) -> Result<i64, Error> {
    let text = "SELECT MAX(base) FROM stream WHERE run_id = $1 AND generation = $2 AND kind = $3";
    let (last,): (Option<i64>,) = sql(text).bind(run_id).bind(generation).bind(kind.as_str()).one(tx).await?;
    Ok(last.map_or(0, |last| last + MOST_LINES))
}
