//! Sweeps as they are shown.

use sqlx::FromRow;

use super::config::SweepConfig;
use crate::clock::Micros;
use crate::db::sql;
use crate::model::SweepState;
use crate::policy::{Allowed, Project, Read};
use crate::runs::silent_before;
use crate::{Domain, Error};

/// A sweep's fields.
#[derive(Clone, Debug)]
pub struct SweepDetails {
    /// Sweep id.
    pub id: i64,
    /// The id people type.
    pub name: String,
    /// The name people read, where it was given one.
    pub display_name: Option<String>,
    /// Text under its title.
    pub description: Option<String>,
    /// What it is doing: one that has nothing more to hand out is finished once nothing runs.
    pub state: SweepState,
    /// `grid` or `random`.
    pub method: String,
    /// As sent: YAML or JSON.
    pub config: String,
    /// Whose it is.
    pub user: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When anything about it last changed.
    pub updated_at: Micros,
    /// When an agent last asked.
    pub heartbeat_at: Option<Micros>,
    /// Its runs.
    pub runs: i64,
    /// How many there will be, where that is certain.
    pub runs_expected: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    display_name: Option<String>,
    description: Option<String>,
    state: String,
    method: String,
    config: String,
    user_name: Option<String>,
    created_at: i64,
    updated_at: i64,
    heartbeat_at: Option<i64>,
    runs: i64,
}

/// Runs of the sweep `s` that are going on, or wait to: `$2` is since when a silent one has crashed.
const GOING_ON: &str = "r.project_id = s.project_id AND r.sweep = s.name AND r.deleted_at IS NULL AND (r.state = 'pending' \
                        OR (r.state = 'preempted' AND r.stop_requested = FALSE) OR (r.state IN ('running', 'preempting') AND r.heartbeat_at >= $2))";

impl Allowed<Read, Project> {
    /// The project's sweeps, newest first.
    pub async fn sweeps(&self) -> Result<Vec<SweepDetails>, Error> {
        self.select_sweeps("ORDER BY s.created_at DESC, s.id DESC", None).await
    }

    /// How many sweeps the project has.
    pub async fn sweep_count(&self) -> Result<i64, Error> {
        let text = "SELECT COUNT(*) FROM sweep WHERE project_id = $1";
        let (count,): (i64,) = sql(text).bind(self.resource().id).one(self.domain().db()).await?;
        Ok(count)
    }

    /// The sweep of this name.
    pub async fn sweep(&self, name: &str) -> Result<Option<SweepDetails>, Error> {
        Ok(self.select_sweeps("AND s.name = $3", Some(name)).await?.pop())
    }

    async fn select_sweeps(&self, rest: &str, name: Option<&str>) -> Result<Vec<SweepDetails>, Error> {
        let text = format!(
            "SELECT s.id, s.name, s.display_name, s.description, \
             CASE WHEN s.state = 'RUNNING' AND s.exhausted AND NOT EXISTS (SELECT 1 FROM run r WHERE {GOING_ON}) \
                  THEN 'FINISHED' ELSE s.state END AS state, \
             s.method, s.config, a.name AS user_name, s.created_at, s.updated_at, s.heartbeat_at, \
             (SELECT COUNT(*) FROM run r WHERE r.project_id = s.project_id AND r.sweep = s.name AND r.deleted_at IS NULL) \
             AS runs FROM sweep s LEFT JOIN account a ON a.id = s.user_id WHERE s.project_id = $1 {rest}"
        );
        let query = sql(text).bind(self.resource().id).bind(silent_before(self.domain())).bind_all(name);
        let rows: Vec<Row> = query.all(self.domain().db()).await?;
        rows.into_iter().map(Row::into_details).collect()
    }
}

/// Whether a run of the sweep is going on, or waits to.
pub(super) async fn is_going_on(tx: &mut crate::db::Tx, domain: &Domain, sweep: i64) -> Result<bool, Error> {
    let text = format!("SELECT COUNT(*) FROM sweep s JOIN run r ON {GOING_ON} WHERE s.id = $1");
    let (count,): (i64,) = sql(text).bind(sweep).bind(silent_before(domain)).one(tx).await?;
    Ok(count > 0)
}

impl Row {
    fn into_details(self) -> Result<SweepDetails, Error> {
        let runs_expected = SweepConfig::parse(&self.config)?.expected();
        Ok(SweepDetails {
            id: self.id,
            name: self.name,
            display_name: self.display_name,
            description: self.description,
            state: self.state.parse()?,
            method: self.method,
            config: self.config,
            user: self.user_name,
            created_at: self.created_at,
            updated_at: self.updated_at,
            heartbeat_at: self.heartbeat_at,
            runs: self.runs,
            runs_expected,
        })
    }
}
