//! Crash detection: writes through what every read already says of a run that fell silent, and tells the listeners.

use std::time::Duration;

use sqlx::FromRow;

use crate::db::sql;
use crate::live::{Change, LiveEvent};
use crate::model::RunState;
use crate::{Domain, Error};

#[derive(FromRow)]
struct Silent {
    name: String,
    project_id: i64,
    state: String,
}

/// A quarter of the timeout, at most 15 seconds.
pub(super) fn interval(domain: &Domain) -> Duration {
    (domain.config().heartbeat_timeout / 4).clamp(Duration::from_secs(1), Duration::from_secs(15))
}

/// One statement: a heartbeat that arrives meanwhile wins, and of several processes one writes each run.
pub(super) async fn run(domain: &Domain) -> Result<(), Error> {
    let now = domain.clock().now();
    let text = "UPDATE run SET state = CASE WHEN preempting THEN 'preempted' ELSE 'crashed' END, \
                finished_at = heartbeat_at, updated_at = $1 \
                WHERE state IN ('running', 'preempting') AND heartbeat_at < $2 AND deleted_at IS NULL \
                RETURNING name, project_id, state";
    let mut tx = domain.db().begin().await?;
    let silent: Vec<Silent> = sql(text).bind(now).bind(crate::runs::silent_before(domain)).all(&mut tx).await?;
    tx.commit().await?;
    for run in silent {
        let state: RunState = run.state.parse()?;
        tracing::info!(run = run.name, state = state.as_str(), "fell silent");
        let changes = vec![Change::State];
        domain.live().send(LiveEvent { project_id: run.project_id, run: run.name, state: state.as_str(), changes });
    }
    Ok(())
}
