//! The three streams of a run: lines that its writers number from 0, kept as rows of columns.
//!
//! A line is stored once however often it is sent, lines may come late, and nothing acknowledged is lost: an accepted
//! batch is a row of `tail` in the transaction that moves the writer's `stream` row on; compaction later moves tail rows
//! into Parquet segments, also in one transaction. Rewinding and starting again make a new *generation*: what was stored
//! before stays under the old number.

mod accept;
mod charts;
mod chunk;
mod load;
pub(super) mod part;
mod pieces;
pub(super) mod restart;
pub(crate) mod segments;
pub(super) mod store;
mod tail;

pub(super) use accept::MOST_LINES;
pub(crate) use charts::cache;
pub(super) use charts::{charts, state_of};
pub(super) use chunk::Chunk;
pub(crate) use load::{decode_tail, last_rows, load, merged};
pub(super) use pieces::pieces;
pub(super) use store::{Stored, Wanted, store};

use std::collections::HashSet;

use crate::Error;
use crate::db::{Db, On, placeholders, sql};
use crate::model::words;

/// Which stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StreamKind {
    /// Rows of `wandb-history.jsonl`.
    History,
    /// Rows of `wandb-events.jsonl`: system metrics.
    Events,
    /// Lines of `output.log`. Its `_step` is the line number plus the writer's base.
    Console,
}
words!(StreamKind, Stream, { History => "history", Events => "events", Console => "console" });

/// What rows with the same `_step` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steps {
    /// Rows of their own: the step is only the number of a writer's line.
    Apart,
    /// Writes of one row: of each key the last value counts, as in the client.
    Merge,
    /// Writes of one line, of which only the last counts.
    Replace,
}

impl Steps {
    /// Of a stream of a run that is [`shared`] or not. Writers that share a run send no steps.
    pub fn of(kind: StreamKind, shared: bool) -> Self {
        match kind {
            StreamKind::History if shared => Self::Apart,
            StreamKind::History => Self::Merge,
            StreamKind::Events => Self::Apart,
            StreamKind::Console => Self::Replace,
        }
    }
}

/// Those of the runs whose stream several writers have sent, in any generation.
pub(crate) async fn shared(db: &Db, runs: &[i64], kind: StreamKind) -> Result<HashSet<i64>, Error> {
    let text = format!(
        "SELECT DISTINCT run_id FROM stream WHERE kind = $1 AND client <> '' AND run_id IN ({})",
        placeholders(2, runs.len())
    );
    let rows: Vec<(i64,)> = sql(text).bind(kind.as_str()).bind_all(runs.iter().copied()).all(db).await?;
    Ok(rows.into_iter().map(|(run,)| run).collect())
}

/// How many lines the writers of a stream have sent, all together.
pub(crate) async fn line_count(
    on: impl Into<On<'_>>,
    run_id: i64,
    generation: i64,
    kind: StreamKind,
) -> Result<i64, Error> {
    // CAST: PostgreSQL sums BIGINT to NUMERIC.
    let text = "SELECT CAST(COALESCE(SUM(next_line), 0) AS BIGINT) FROM stream \
                WHERE run_id = $1 AND generation = $2 AND kind = $3";
    let (count,): (i64,) = sql(text).bind(run_id).bind(generation).bind(kind.as_str()).one(on).await?;
    Ok(count)
}
