//! A run's row, taken for writing.

use serde_json::{Map, Value};
use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Arg, Tx, sql};
use crate::model::RunState;
use crate::{Domain, Error, Thing};

/// The row as it is while the transaction holds it, without its documents: they may be long, and a sign of life needs none.
#[derive(Debug, FromRow)]
pub(super) struct RunRow {
    pub id: i64,
    pub state: String,
    pub generation: i64,
    pub sweep: Option<String>,
    pub exit_code: Option<i64>,
    pub stop_requested: bool,
    pub preempting: bool,
    /// Started again without resume, see `streams::restart`.
    pub restart: Option<String>,
    pub heartbeat_at: Micros,
}

const COLUMNS: &str = "id, state, generation, sweep, exit_code, stop_requested, preempting, restart, heartbeat_at";

/// Takes the run for the length of the transaction: everything that writes to a run begins here or with [`touch`], so
/// PostgreSQL serialises the writers of one run (SQLite has one writer anyway). Always before any other row of the run.
pub(super) async fn lock(tx: &mut Tx, id: i64, now: Micros) -> Result<RunRow, Error> {
    let text = format!("UPDATE run SET updated_at = $1 WHERE id = $2 AND deleted_at IS NULL RETURNING {COLUMNS}");
    sql(text).bind(now).bind(id).optional(tx).await?.ok_or_else(|| Error::not_found(Thing::Run, id.to_string()))
}

/// [`lock`] for a sign of life: a run that was given up, or would have been by now, is running again.
pub(super) async fn touch(tx: &mut Tx, id: i64, now: Micros, silent_before: Micros) -> Result<RunRow, Error> {
    let given_up = "(state IN ('pending', 'crashed', 'preempted') OR (state = 'preempting' AND heartbeat_at < $3))";
    let text = format!(
        "UPDATE run SET heartbeat_at = $1, updated_at = $1, \
         finished_at = CASE WHEN {given_up} THEN NULL ELSE finished_at END, \
         preempting = CASE WHEN {given_up} THEN FALSE ELSE preempting END, \
         state = CASE WHEN {given_up} THEN 'running' ELSE state END \
         WHERE id = $2 AND deleted_at IS NULL RETURNING {COLUMNS}"
    );
    let row = sql(text).bind(now).bind(id).bind(silent_before).optional(tx).await?;
    row.ok_or_else(|| Error::not_found(Thing::Run, id.to_string()))
}

/// A JSON object of a run that is held: `config`, `summary` or `system_metrics`.
pub(super) async fn document(tx: &mut Tx, id: i64, column: &'static str) -> Result<Map<String, Value>, Error> {
    let text = format!("SELECT {column} FROM run WHERE id = $1");
    let (text,): (String,) = sql(text).bind(id).one(tx).await?;
    serde_json::from_str(&text).map_err(|e| Error::internal("reading a stored JSON object", e))
}

/// Writes columns (names are ours) of a run that is held.
pub(super) async fn set(tx: &mut Tx, id: i64, columns: Vec<(&'static str, Arg)>) -> Result<(), Error> {
    if columns.is_empty() {
        return Ok(());
    }
    let set: Vec<_> = columns.iter().zip(2..).map(|((column, _), n)| format!("{column} = ${n}")).collect();
    let text = format!("UPDATE run SET {} WHERE id = $1", set.join(", "));
    sql(text).bind(id).bind_all(columns.into_iter().map(|(_, value)| value)).run(tx).await.map(drop)
}

impl RunRow {
    /// The state to show now.
    pub fn effective_state(&self, domain: &Domain) -> Result<RunState, Error> {
        let timeout = domain.config().heartbeat_timeout;
        let now = domain.clock().now();
        Ok(super::effective_state(self.state.parse()?, self.preempting, self.heartbeat_at, now, timeout))
    }
}
