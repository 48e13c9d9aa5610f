//! A run's row, taken for writing.

use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::RunState;
use crate::{Domain, Error};

/// The row as it was when the lock was taken.
#[derive(Debug, FromRow)]
pub(super) struct RunRow {
    pub id: i64,
    pub state: String,
    pub generation: i64,
    pub config: String,
    pub summary: String,
    pub system_metrics: String,
    pub sweep: Option<String>,
    pub exit_code: Option<i64>,
    pub stop_requested: bool,
    pub preempting: bool,
    pub restart: bool,
    pub heartbeat_at: Micros,
}

/// Takes the run for the length of the transaction: everything that writes to a run begins here, so PostgreSQL serialises
/// the writers of one run (SQLite has one writer anyway). Always before any other row of the run.
pub(super) async fn lock(tx: &mut Tx, id: i64, now: Micros) -> Result<RunRow, Error> {
    let text = "UPDATE run SET updated_at = $1 WHERE id = $2 AND deleted_at IS NULL \
                RETURNING id, state, generation, config, summary, system_metrics, sweep, exit_code, stop_requested, \
                preempting, restart, heartbeat_at";
    sql(text).bind(now).bind(id).optional(tx).await?.ok_or_else(|| Error::not_found("run", id.to_string()))
}

impl RunRow {
    /// The state to show now.
    pub fn effective_state(&self, domain: &Domain) -> Result<RunState, Error> {
        let timeout = domain.config().heartbeat_timeout;
        let now = domain.clock().now();
        Ok(super::effective_state(self.state.parse()?, self.preempting, self.heartbeat_at, now, timeout))
    }
}
