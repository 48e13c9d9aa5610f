//! What an update changes about its run.

use serde_json::{Map, Value};

use super::super::row::{Columns, RunRow};
use super::super::streams::{Stored, StreamKind, restart};
use super::{Feedback, Prepared};
use crate::Error;
use crate::db::{Arg, Tx};
use crate::live::Change;
use crate::model::RunState;

/// What was written.
pub(super) struct Done {
    pub generation: i64,
    /// The state before.
    pub was: RunState,
    pub state: RunState,
    pub changes: Vec<Change>,
    /// Streams whose tail should be compacted.
    pub compact: Vec<StreamKind>,
    /// New lines, and the bytes they take.
    pub stored: Vec<(StreamKind, i64, i64)>,
    pub feedback: Feedback,
}

impl Done {
    pub fn new(was: RunState, state: RunState, generation: i64) -> Self {
        let (changes, compact, stored, feedback) = Default::default();
        Self { generation, was, state, changes, compact, stored, feedback }
    }

    /// A chunk was stored.
    pub fn stored(&mut self, kind: StreamKind, stored: Stored) {
        if stored.lines > 0 {
            self.stored.push((kind, stored.lines, stored.bytes));
            self.changes.push(change_of(kind));
        }
        if stored.long_tail && !self.compact.contains(&kind) {
            self.compact.push(kind);
        }
        self.feedback.gaps.extend(stored.gap.map(|(from, to)| (kind.to_string(), from, to)));
    }
}

/// A sign of life: a run that was given up, or would have been by now, is running again.
pub(super) fn revive(run: &mut RunRow, silent_before: i64) -> Result<Columns, Error> {
    let given_up = match run.state.parse()? {
        RunState::Pending | RunState::Crashed | RunState::Preempted => true,
        RunState::Preempting => run.heartbeat_at < silent_before,
        _ => false,
    };
    if !given_up {
        return Ok(Vec::new());
    }
    (run.state, run.preempting) = (RunState::Running.as_str().to_owned(), false);
    Ok(vec![("finished_at", None::<i64>.into()), ("preempting", false.into()), ("state", run.state.clone().into())])
}

/// Decides what the first lines after an unresumed `init` are; see [`restart`].
pub(super) async fn settle_restart(
    tx: &mut Tx,
    run: &mut RunRow,
    columns: &mut Columns,
    update: &Prepared,
) -> Result<(), Error> {
    let Some(restart) = run.restart.take() else { return Ok(()) };
    let start = restart::judge(tx, run.id, run.generation, &restart, &update.chunks).await?;
    if start == restart::Start::Unknown {
        return Ok(());
    }
    columns.push(("restart", None::<String>.into()));
    if start == restart::Start::Fresh {
        run.generation += 1;
        columns.push(("generation", run.generation.into()));
        columns.push(("system_metrics", "{}".into()));
    }
    Ok(())
}

/// Summary and last system metrics, over the stored ones where they are needed.
pub(super) fn write_documents(
    columns: &mut Columns,
    update: &Prepared,
    stored: Option<(String, String)>,
    done: &mut Done,
) -> Result<(), Error> {
    let (summary, system) = stored.unwrap_or_default();
    if let Some(sent) = &update.summary {
        let mut summary = object(&summary)?;
        if !update.shared {
            // The whole summary is sent; only `_wandb` may be missing from an early one.
            summary.retain(|key, _| key == "_wandb");
        }
        summary.extend(sent.clone());
        put(columns, "summary", Value::Object(summary).to_string());
        done.changes.push(Change::Summary);
    }
    if !update.system.is_empty() {
        // A run that began again with this update has none yet.
        let began = columns.iter().any(|(column, _)| *column == "generation");
        let mut system = if began { Map::new() } else { object(&system)? };
        system.extend(update.system.clone());
        put(columns, "system_metrics", Value::Object(system).to_string());
    }
    if update.uploaded {
        done.changes.push(Change::Files);
    }
    Ok(())
}

/// A stored JSON object; an empty text is one that was not asked for.
fn object(text: &str) -> Result<Map<String, Value>, Error> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(text).map_err(|e| Error::internal("reading a stored JSON object", e))
}

/// What the update says about the run's life.
pub(super) fn write_state(columns: &mut Columns, run: &mut RunRow, update: &Prepared, done: &mut Done, now: i64) {
    if update.complete {
        let code = update.exitcode.unwrap_or_default();
        done.state = match code {
            0 => RunState::Finished,
            255 if run.stop_requested => RunState::Killed,
            _ => RunState::Failed,
        };
        run.exit_code = Some(code);
        put(columns, "exit_code", code);
        put(columns, "finished_at", now);
        done.compact = StreamKind::ALL.to_vec();
    } else if update.preempting && done.state.is_live() {
        done.state = RunState::Preempting;
        put(columns, "preempting", true);
    } else {
        return;
    }
    put(columns, "state", done.state.as_str());
}

/// Writes a column, whatever was to be written to it.
fn put(columns: &mut Columns, name: &'static str, value: impl Into<Arg>) {
    columns.retain(|(column, _)| *column != name);
    columns.push((name, value.into()));
}

fn change_of(kind: StreamKind) -> Change {
    match kind {
        StreamKind::History => Change::History,
        StreamKind::Events => Change::Events,
        StreamKind::Console => Change::Console,
    }
}
