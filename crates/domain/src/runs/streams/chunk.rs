//! A chunk of lines as columns, made before the transaction that stores it.

use history::{BadLine, Batch, Lines, NonFinite, tail};
use serde_json::{Map, Value};

use super::StreamKind;
use crate::Error;

/// Lines of one writer that are already columns, encoded as they are stored. The columns themselves are gone: who waits to be
/// written holds little, and what was read in one place is freed in the same.
#[derive(Debug)]
pub(in crate::runs) struct Chunk {
    pub kind: StreamKind,
    /// Who counts the lines: a client id, a console label, or empty for the only writer.
    pub client: String,
    /// Number of the first line.
    pub offset: i64,
    count: i64,
    /// Console lines and system metrics as sent: their `_step` counts from the writer's base, which only the transaction
    /// knows. Empty for history.
    lines: Lines,
    /// Encoded before the transaction; nearly always the whole chunk is new.
    payload: Vec<u8>,
    /// The time that its first line carries.
    pub origin: Option<String>,
    /// The last value of every system metric.
    pub system: Map<String, Value>,
}

impl Chunk {
    /// Lines of which the first is line `offset`, and what is wrong with them.
    pub fn new(kind: StreamKind, client: String, offset: i64, mut lines: Lines) -> (Self, Vec<BadLine>) {
        let (batch, bad) = read(kind, &lines, offset);
        let origin = (!batch.is_empty()).then(|| origin_of(kind, &batch)).flatten();
        let system = if kind == StreamKind::Events { last_values(&batch) } else { Map::new() };
        let payload = tail::encode(&batch);
        if kind == StreamKind::History {
            lines = Lines::default();
        }
        let count = i64::try_from(batch.len()).unwrap_or(i64::MAX);
        (Self { kind, client, offset, count, lines, payload, origin, system }, bad)
    }

    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        self.payload.len() + self.lines.size()
    }

    pub(super) fn count(&self) -> i64 {
        self.count
    }

    /// The encoded rows of lines `from..to`.
    pub(super) fn part(&self, from: i64, to: i64, base: i64) -> Result<Vec<u8>, Error> {
        if (to - from, base) == (self.count(), 0) {
            return Ok(self.payload.clone());
        }
        let index = |line: i64| usize::try_from(line - self.offset).unwrap_or_default();
        let range = index(from)..index(to);
        Ok(tail::encode(&match self.kind {
            StreamKind::History => {
                let batch = tail::decode(&self.payload).map_err(|e| Error::internal("reading lines again", e))?;
                batch.slice(range)
            }
            kind => read(kind, &self.lines.slice(range), base + from).0,
        }))
    }
}

/// Lines to rows.
fn read(kind: StreamKind, lines: &Lines, first: i64) -> (Batch, Vec<BadLine>) {
    match kind {
        StreamKind::Console => (Batch::from_console(&lines.texts(), first.unsigned_abs()), Vec::new()),
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

fn last_values(batch: &Batch) -> Map<String, Value> {
    let own = |key: &&str| !key.starts_with('_');
    let last = |key: &str| Some((key.to_owned(), batch.column(key)?.last()?.to_json()));
    batch.keys().filter(own).filter_map(last).collect()
}
