//! The transaction of an update.

use serde_json::{Map, Value};

use super::super::row::{self, RunRow};
use super::super::streams::{self, StreamKind, restart};
use super::{Feedback, Prepared};
use crate::db::{Arg, Tx};
use crate::live::Change;
use crate::model::RunState;
use crate::{Domain, Error};

/// What was written.
pub(super) struct Done {
    pub generation: i64,
    pub state: RunState,
    pub changes: Vec<Change>,
    /// Streams whose tail should be compacted.
    pub compact: Vec<StreamKind>,
    /// New lines, and the bytes they take.
    pub stored: Vec<(StreamKind, i64, i64)>,
    pub feedback: Feedback,
}

pub(super) async fn write(tx: &mut Tx, domain: &Domain, run_id: i64, update: &Prepared) -> Result<Done, Error> {
    let now = domain.clock().now();
    let mut run = row::touch(tx, run_id, now, super::super::silent_before(domain)).await?;
    let mut columns = settle_restart(tx, &mut run, update).await?;
    let mut done = Done {
        generation: run.generation,
        state: run.state.parse()?,
        changes: Vec::new(),
        compact: Vec::new(),
        stored: Vec::new(),
        feedback: Feedback::default(),
    };
    for chunk in &update.chunks {
        let stored = streams::store(tx, domain.clock(), run.id, run.generation, chunk).await?;
        if stored.lines > 0 {
            done.stored.push((chunk.kind, stored.lines, stored.bytes));
            done.changes.push(change_of(chunk.kind));
        }
        if stored.long_tail && !done.compact.contains(&chunk.kind) {
            done.compact.push(chunk.kind);
        }
        done.feedback.gaps.extend(stored.gap.map(|(from, to)| (chunk.kind.to_string(), from, to)));
    }
    write_documents(tx, &mut columns, update, &run, &mut done).await?;
    write_state(&mut columns, &mut run, update, &mut done, now);
    row::set(tx, run.id, columns).await?;
    done.feedback.stopped = run.stop_requested && done.state.is_live();
    done.feedback.exitcode = run.exit_code;
    Ok(done)
}

/// Decides what the first lines after an unresumed `init` are; see [`restart`].
async fn settle_restart(tx: &mut Tx, run: &mut RunRow, update: &Prepared) -> Result<Vec<(&'static str, Arg)>, Error> {
    let Some(restart) = run.restart.take() else { return Ok(Vec::new()) };
    let mut columns: Vec<(&'static str, Arg)> = vec![("restart", None::<String>.into())];
    match restart::judge(tx, run.id, run.generation, &restart, &update.chunks).await? {
        restart::Start::Unknown => return Ok(Vec::new()),
        restart::Start::Replay => {}
        restart::Start::Fresh => {
            run.generation += 1;
            columns.push(("generation", run.generation.into()));
            columns.push(("system_metrics", "{}".into()));
        }
    }
    Ok(columns)
}

/// Summary and last system metrics.
async fn write_documents(
    tx: &mut Tx,
    columns: &mut Vec<(&'static str, Arg)>,
    update: &Prepared,
    run: &RunRow,
    done: &mut Done,
) -> Result<(), Error> {
    if let Some(sent) = &update.summary {
        let mut summary = row::document(tx, run.id, "summary").await?;
        if !update.shared {
            // The whole summary is sent; only `_wandb` may be missing from an early one.
            summary.retain(|key, _| key == "_wandb");
        }
        summary.extend(sent.clone());
        columns.push(("summary", Value::Object(summary).to_string().into()));
        done.changes.push(Change::Summary);
    }
    if !update.system.is_empty() {
        // A run that began again with this update has none yet.
        let began = columns.iter().any(|(column, _)| *column == "generation");
        let mut system = if began { Map::new() } else { row::document(tx, run.id, "system_metrics").await? };
        system.extend(update.system.clone());
        columns.retain(|(column, _)| *column != "system_metrics");
        columns.push(("system_metrics", Value::Object(system).to_string().into()));
    }
    if update.uploaded {
        done.changes.push(Change::Files);
    }
    Ok(())
}

/// What the update says about the run's life.
fn write_state(columns: &mut Vec<(&'static str, Arg)>, run: &mut RunRow, update: &Prepared, done: &mut Done, now: i64) {
    if update.complete {
        let code = update.exitcode.unwrap_or_default();
        done.state = match code {
            0 => RunState::Finished,
            255 if run.stop_requested => RunState::Killed,
            _ => RunState::Failed,
        };
        run.exit_code = Some(code);
        columns.push(("exit_code", code.into()));
        columns.push(("finished_at", now.into()));
        done.compact = StreamKind::ALL.to_vec();
    } else if update.preempting && done.state.is_live() {
        done.state = RunState::Preempting;
        columns.push(("preempting", true.into()));
    } else {
        return;
    }
    columns.push(("state", done.state.as_str().into()));
}

fn change_of(kind: StreamKind) -> Change {
    match kind {
        StreamKind::History => Change::History,
        StreamKind::Events => Change::Events,
        StreamKind::Console => Change::Console,
    }
}
