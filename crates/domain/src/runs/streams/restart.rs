//! Starting a run again under the same id, without resume.
//!
//! The client then counts its lines from 0, and so does `wandb sync` when it repeats an old run: only the first line tells
//! them apart. The same time in it means a replay, of which every line is already stored. Another time means a new start:
//! it gets a new generation, and the old one stays stored under its number.

use super::store::{self, Chunk};
use crate::Error;
use crate::db::{Tx, sql};

/// What the first lines after an `init` mean.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::runs) enum Start {
    /// The lines that are stored, again.
    Replay,
    /// Another run under the same id.
    Fresh,
    /// No first line yet.
    Unknown,
}

/// Judges by the first lines among `chunks`; one that is stored with the same time settles it.
pub(in crate::runs) async fn judge(
    tx: &mut Tx,
    run_id: i64,
    generation: i64,
    chunks: &[Chunk],
) -> Result<Start, Error> {
    let mut start = Start::Unknown;
    for chunk in chunks.iter().filter(|chunk| chunk.origin.is_some()) {
        if store::origin(tx, run_id, generation, chunk).await? == chunk.origin {
            return Ok(Start::Replay);
        }
        start = Start::Fresh;
    }
    Ok(start)
}

/// Whether the generation has any line.
pub(in crate::runs) async fn has_lines(tx: &mut Tx, run_id: i64, generation: i64) -> Result<bool, Error> {
    let text = "SELECT kind FROM stream WHERE run_id = $1 AND generation = $2 LIMIT 1";
    let row: Option<(String,)> = sql(text).bind(run_id).bind(generation).optional(tx).await?;
    Ok(row.is_some())
}
