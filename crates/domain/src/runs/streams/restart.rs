//! Starting a run again under the same id, without resume.
//!
//! The client then counts its lines from 0, and so does `wandb sync` when it repeats an old run: only the first line tells
//! them apart. The same time in it means a replay, of which every line is already stored. Another time means a new start:
//! it gets a new generation, and the old one stays stored under its number.
//!
//! Of a run that was still live the console alone proves nothing: old clients repeat their `init` when notes or tags are
//! edited, and rewrite console lines with new times. They also do not say that they resume: a history that goes on where
//! the stored one ends does.

use super::store::{self, Beginning};
use super::{Chunk, StreamKind};
use crate::Error;
use crate::db::{Tx, sql};

/// The run had ended before it was started again.
pub(in crate::runs) const ENDED: &str = "ended";
/// The run counted as live when it was started again.
pub(in crate::runs) const LIVE: &str = "live";

/// It was started by a client that does not say whether it resumes.
pub(in crate::runs) const UNTOLD: &str = "untold";

/// What the first lines after an `init` mean.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::runs) enum Start {
    /// The lines that are stored, again, or those that follow them.
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
    restart: &str,
    chunks: &[Chunk],
) -> Result<Start, Error> {
    let mut start = Start::Unknown;
    for chunk in chunks {
        match store::beginning(tx, run_id, generation, chunk).await? {
            Beginning::Same => return Ok(Start::Replay),
            Beginning::GoesOn if chunk.kind == StreamKind::History => return Ok(Start::Replay),
            Beginning::Other if restart == ENDED || chunk.kind != StreamKind::Console => start = Start::Fresh,
            Beginning::New if restart == ENDED => start = Start::Fresh,
            Beginning::New if restart == LIVE && chunk.kind != StreamKind::Console => start = Start::Fresh,
            Beginning::Other | Beginning::New | Beginning::GoesOn | Beginning::None => {}
        }
    }
    Ok(start)
}

/// Whether the generation has any line.
pub(in crate::runs) async fn has_lines(tx: &mut Tx, run_id: i64, generation: i64) -> Result<bool, Error> {
    let text = "SELECT kind FROM stream WHERE run_id = $1 AND generation = $2 LIMIT 1";
    let row: Option<(String,)> = sql(text).bind(run_id).bind(generation).optional(tx).await?;
    Ok(row.is_some())
}

/// The history line that the only writer began with.
pub(in crate::runs) async fn first_line(tx: &mut Tx, run_id: i64, generation: i64) -> Result<i64, Error> {
    let text = "SELECT start FROM stream WHERE run_id = $1 AND generation = $2 AND kind = 'history' AND client = ''";
    let row: Option<(i64,)> = sql(text).bind(run_id).bind(generation).optional(tx).await?;
    Ok(row.map_or(0, |(start,)| start))
}
