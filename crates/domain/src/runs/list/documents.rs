//! The runs of a project as documents, with the parts that are looked at.

use std::collections::BTreeMap;

use history::Keys;
use serde_json::Value;
use sqlx::FromRow;

use crate::Error;
use crate::db::sql;
use crate::model::RunState;
use crate::policy::{Allowed, Project, Read};
use crate::runs::document::{Needs, RunDocument};
use crate::runs::streams::StreamKind;
use crate::runs::{effective_state, keys};

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    display_name: String,
    state: String,
    preempting: bool,
    username: Option<String>,
    tags: String,
    notes: Option<String>,
    description: Option<String>,
    group_name: Option<String>,
    job_type: Option<String>,
    host: Option<String>,
    program: Option<String>,
    repo: Option<String>,
    git_commit: Option<String>,
    sweep: Option<String>,
    exit_code: Option<i64>,
    created_at: i64,
    updated_at: i64,
    heartbeat_at: i64,
    finished_at: Option<i64>,
    config: Option<String>,
    summary: Option<String>,
}

/// The rows of a project, to be parsed one at a time.
pub(super) struct Loaded {
    entity: String,
    project: String,
    now: i64,
    timeout: std::time::Duration,
    rows: Vec<Row>,
    keys: BTreeMap<i64, Keys>,
}

/// Reads the project's runs, in one query, and the names of their metrics when those are looked at, in another.
pub(super) async fn load(project: &Allowed<Read, Project>, needs: Needs) -> Result<Loaded, Error> {
    let (domain, id) = (project.domain(), project.resource().id);
    let column = |needed: bool, column: &str| match needed {
        true => format!("r.{column}"),
        false => format!("CAST(NULL AS TEXT) AS {column}"),
    };
    let text = format!(
        "SELECT r.id, r.name, r.display_name, r.state, r.preempting, a.name AS username, r.tags, r.notes, \
         r.description, r.group_name, r.job_type, r.host, r.program, r.repo, r.git_commit, r.sweep, r.exit_code, \
         r.created_at, r.updated_at, r.heartbeat_at, r.finished_at, {}, {} \
         FROM run r LEFT JOIN account a ON a.id = r.user_id \
         WHERE r.project_id = $1 AND r.deleted_at IS NULL ORDER BY r.id",
        column(needs.config, "config"),
        column(needs.summary, "summary"),
    );
    let rows = sql(text).bind(id).all(domain.db()).await?;
    let keys = match needs.keys {
        true => keys::load(domain, keys::Of::Project(id), StreamKind::History).await?,
        false => BTreeMap::new(),
    };
    Ok(Loaded {
        entity: project.resource().entity.clone(),
        project: project.resource().name.clone(),
        now: domain.clock().now(),
        timeout: domain.config().heartbeat_timeout,
        rows,
        keys,
    })
}

impl Loaded {
    /// The documents, by id.
    pub fn documents(mut self) -> impl Iterator<Item = Result<RunDocument, Error>> {
        std::mem::take(&mut self.rows).into_iter().map(move |row| self.document(row))
    }

    fn document(&mut self, row: Row) -> Result<RunDocument, Error> {
        let state: RunState = row.state.parse()?;
        let state = effective_state(state, row.preempting, row.heartbeat_at, self.now, self.timeout);
        Ok(RunDocument {
            id: row.id,
            name: row.name,
            display_name: row.display_name,
            state: state.as_str(),
            entity: self.entity.clone(),
            project: self.project.clone(),
            username: row.username,
            group: row.group_name,
            job_type: row.job_type,
            host: row.host,
            program: row.program,
            repo: row.repo,
            commit: row.git_commit,
            sweep: row.sweep,
            description: row.description,
            notes: row.notes,
            tags: serde_json::from_str(&row.tags).map_err(stored)?,
            exit_code: row.exit_code,
            created_at: row.created_at,
            updated_at: row.updated_at,
            heartbeat_at: row.heartbeat_at,
            finished_at: row.finished_at,
            config: parse(row.config)?,
            summary: parse(row.summary)?,
            keys: self.keys.remove(&row.id).map(|keys| keys.0.into_keys().collect()).unwrap_or_default(),
        })
    }
}

fn parse(text: Option<String>) -> Result<Value, Error> {
    text.map_or(Ok(Value::Null), |text| serde_json::from_str(&text).map_err(stored))
}

fn stored(e: serde_json::Error) -> Error {
    Error::internal("reading a stored run", e)
}
