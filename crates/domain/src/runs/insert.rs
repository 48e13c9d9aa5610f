//! The row of a new run.

use super::author::Author;
use crate::db::{Tx, sql};
use crate::model::RunState;
use crate::{Clock, Error};

/// What a new run begins with.
pub(crate) struct NewRun<'a> {
    /// Its project.
    pub project: i64,
    /// The id people type.
    pub name: &'a str,
    /// Whose it is.
    pub author: Author,
    /// The entity (or `entity/project`) that the script named, when a redirect led here.
    pub redirected_from: Option<String>,
    /// The name people read.
    pub display_name: String,
    /// Its first state.
    pub state: RunState,
    /// JSON object `{"key": {"value": …}}`.
    pub config: &'a str,
    /// Its sweep.
    pub sweep: Option<&'a str>,
}

/// Inserts the run; its id, or none when there is one of this name, also one that is being made at this moment.
pub(crate) async fn insert(tx: &mut Tx, clock: &Clock, new: NewRun<'_>) -> Result<Option<i64>, Error> {
    let text = "INSERT INTO run (id, project_id, name, user_id, submitted_by, redirected_from, display_name, state, \
                config, sweep, generation, summary, system_metrics, tags, stop_requested, preempting, created_at, updated_at, \
                heartbeat_at) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, '{}', '{}', '[]', FALSE, FALSE, $11, $11, $11) \
                ON CONFLICT (project_id, name) WHERE deleted_at IS NULL DO NOTHING";
    let id = clock.id()?;
    let inserted = sql(text)
        .bind(id)
        .bind(new.project)
        .bind(new.name)
        .bind(new.author.user)
        .bind(new.author.service)
        .bind(new.redirected_from)
        .bind(new.display_name)
        .bind(new.state.as_str())
        .bind(new.config)
        .bind(new.sweep)
        .bind(clock.now())
        .run(tx)
        .await?;
    Ok((inserted == 1).then_some(id))
}
