//! A run's row, as people and the client read it.

use sqlx::FromRow;

use super::effective_state;
use crate::clock::Micros;
use crate::db::sql;
use crate::model::RunState;
use crate::policy::{Allowed, Project, Read, Run};
use crate::{Domain, Error};

/// A run's row.
#[derive(Clone, Debug)]
pub struct RunDetails {
    /// Run id in the database; ascending with the time of creation.
    pub id: i64,
    /// The id people type.
    pub name: String,
    /// The name people read.
    pub display_name: String,
    /// The state now: what was told, judged by the last sign of life.
    pub state: RunState,
    /// JSON object `{"key": {"value": …}}`.
    pub config: String,
    /// JSON object.
    pub summary: String,
    /// JSON object: the last value of every system metric.
    pub system_metrics: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Notes.
    pub notes: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Group.
    pub group: Option<String>,
    /// Job type.
    pub job_type: Option<String>,
    /// Host.
    pub host: Option<String>,
    /// Program.
    pub program: Option<String>,
    /// Commit.
    pub commit: Option<String>,
    /// Sweep.
    pub sweep: Option<String>,
    /// Exit code of its process.
    pub exit_code: Option<i64>,
    /// Somebody asked it to stop.
    pub stop_requested: bool,
    /// Name of the user that submitted it.
    pub user: Option<String>,
    /// When it was created.
    pub created_at: Micros,
    /// When anything about it last changed.
    pub updated_at: Micros,
    /// Its last sign of life.
    pub heartbeat_at: Micros,
    /// When it ended.
    pub finished_at: Option<Micros>,
}

/// The row with what a proof needs, for lists.
#[derive(FromRow)]
pub(super) struct Row {
    pub id: i64,
    pub project_id: i64,
    pub name: String,
    pub user_id: Option<i64>,
    pub user_name: Option<String>,
    pub generation: i64,
    pub display_name: String,
    pub state: String,
    pub config: String,
    pub summary: String,
    pub system_metrics: String,
    pub tags: String,
    pub notes: Option<String>,
    pub description: Option<String>,
    pub group_name: Option<String>,
    pub job_type: Option<String>,
    pub host: Option<String>,
    pub program: Option<String>,
    pub git_commit: Option<String>,
    pub sweep: Option<String>,
    pub exit_code: Option<i64>,
    pub stop_requested: bool,
    pub preempting: bool,
    pub created_at: i64,
    pub updated_at: i64,
    pub heartbeat_at: i64,
    pub finished_at: Option<i64>,
}

/// Everything of [`Row`] from `run r`, to be continued with `WHERE`.
pub(super) const SELECT: &str = "SELECT r.id, r.project_id, r.name, r.user_id, a.name AS user_name, r.generation, \
    r.display_name, r.state, r.config, r.summary, r.system_metrics, r.tags, r.notes, r.description, r.group_name, \
    r.job_type, r.host, r.program, r.git_commit, r.sweep, r.exit_code, r.stop_requested, r.preempting, r.created_at, \
    r.updated_at, r.heartbeat_at, r.finished_at FROM run r LEFT JOIN account a ON a.id = r.user_id";

impl Allowed<Read, Run> {
    /// The run's row.
    pub async fn details(&self) -> Result<RunDetails, Error> {
        let query = sql(format!("{SELECT} WHERE r.id = $1")).bind(self.resource().id);
        let row: Option<Row> = query.optional(self.domain().db()).await?;
        let row = row.ok_or_else(|| Error::not_found("run", self.resource().path().to_string()))?;
        row.details(self.domain())
    }
}

impl Row {
    /// What people read of it.
    pub fn details(self, domain: &Domain) -> Result<RunDetails, Error> {
        let (timeout, now) = (domain.config().heartbeat_timeout, domain.clock().now());
        Ok(RunDetails {
            id: self.id,
            name: self.name,
            display_name: self.display_name,
            state: effective_state(self.state.parse()?, self.preempting, self.heartbeat_at, now, timeout),
            config: self.config,
            summary: self.summary,
            system_metrics: self.system_metrics,
            tags: serde_json::from_str(&self.tags).map_err(|e| Error::internal("reading stored tags", e))?,
            notes: self.notes,
            description: self.description,
            group: self.group_name,
            job_type: self.job_type,
            host: self.host,
            program: self.program,
            commit: self.git_commit,
            sweep: self.sweep,
            exit_code: self.exit_code,
            stop_requested: self.stop_requested,
            user: self.user_name,
            created_at: self.created_at,
            updated_at: self.updated_at,
            heartbeat_at: self.heartbeat_at,
            finished_at: self.finished_at,
        })
    }

    /// The run with its proof, by the proof for its project.
    pub fn allowed(self, project: &Allowed<Read, Project>) -> Result<(Allowed<Read, Run>, RunDetails), Error> {
        let (owner, generation) = (self.user_id, self.generation);
        let details = self.details(project.domain())?;
        let run = Run {
            id: details.id,
            project: project.resource().clone(),
            name: details.name.clone(),
            owner,
            state: details.state,
            generation,
        };
        Ok((project.run(run), details))
    }
}
