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
pub(super) mod restart;
pub(crate) mod segments;
pub(super) mod store;

pub(super) use accept::MOST_LINES;
pub(super) use charts::{charts, state_of};
pub(super) use chunk::Chunk;
pub(crate) use load::{decode_tail, last_rows, load, merged};
pub(super) use store::store;

use crate::Error;
use crate::db::{On, sql};
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
