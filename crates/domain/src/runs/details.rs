//! A run as it is shown: its fields, parsed, with the state that it is really in.

use serde_json::{Map, Value, json};
use sqlx::FromRow;

use super::effective_state;
use crate::clock::Micros;
use crate::db::sql;
use crate::model::RunState;
use crate::policy::{Allowed, Project, Read, Run};
use crate::{Domain, Error, Thing};

/// A run's fields. Lists leave the texts out unless asked.
#[derive(Clone, Debug)]
pub struct RunDetails {
    /// Run id.
    pub id: i64,
    /// The id people type.
    pub name: String,
    /// The name people read.
    pub display_name: String,
    /// What it is doing, judged by its last sign of life.
    pub state: RunState,
    /// Which branch of the streams is shown.
    pub generation: i64,
    /// Who submitted it.
    pub user: Option<RunUser>,
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
    /// Host name.
    pub host: Option<String>,
    /// Program.
    pub program: Option<String>,
    /// Repository.
    pub repo: Option<String>,
    /// Commit.
    pub commit: Option<String>,
    /// Sweep.
    pub sweep: Option<String>,
    /// Exit code, once it ended.
    pub exit_code: Option<i64>,
    /// Somebody asked it to stop.
    pub stop_requested: bool,
    /// When it was made.
    pub created_at: Micros,
    /// When anything about it last changed.
    pub updated_at: Micros,
    /// Its last sign of life.
    pub heartbeat_at: Micros,
    /// When it ended.
    pub finished_at: Option<Micros>,
    /// When it was put into the trash.
    pub deleted_at: Option<Micros>,
    /// The entity (or `entity/project`) that the script named, when a redirect led here.
    pub redirected_from: Option<String>,
    /// Code of the cause for which its user may not write any more, when it was let finish.
    pub grace: Option<String>,
    /// The service account that sent it for its user.
    pub submitted_by: Option<String>,
    /// Lines of history.
    pub history_lines: i64,
    /// The large fields.
    pub texts: Option<RunTexts>,
}

/// An account, as others see it on its runs.
#[derive(Clone, Debug)]
pub struct RunUser {
    /// Account id.
    pub id: i64,
    /// User name.
    pub name: String,
    /// Full name.
    pub full_name: Option<String>,
}

/// The large fields of a run.
#[derive(Clone, Debug)]
pub struct RunTexts {
    /// JSON object `{"key": {"value": …}}`.
    pub config: String,
    /// JSON object.
    pub summary: String,
    /// JSON object: the last value of every system metric.
    pub system_metrics: String,
    /// `historyKeys` of the client.
    pub history_keys: Value,
}

#[derive(Debug, FromRow)]
pub(super) struct Row {
    id: i64,
    project_id: i64,
    name: String,
    display_name: String,
    state: String,
    preempting: bool,
    generation: i64,
    user_id: Option<i64>,
    user_name: Option<String>,
    full_name: Option<String>,
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
    stop_requested: bool,
    created_at: i64,
    updated_at: i64,
    heartbeat_at: i64,
    finished_at: Option<i64>,
    deleted_at: Option<i64>,
    redirected_from: Option<String>,
    grace: Option<String>,
    submitted_by: Option<String>,
    history_lines: i64,
    config: Option<String>,
    summary: Option<String>,
    system_metrics: Option<String>,
}

/// `SELECT … FROM run r …` for [`Row`]s, with the texts or without; conditions come after it.
pub(super) fn select(texts: bool) -> String {
    let texts = if texts {
        "r.config, r.summary, r.system_metrics"
    } else {
        "CAST(NULL AS TEXT) AS config, CAST(NULL AS TEXT) AS summary, CAST(NULL AS TEXT) AS system_metrics"
    };
    format!(
        "SELECT r.id, r.project_id, r.name, r.display_name, r.state, r.preempting, r.generation, r.user_id, a.name AS user_name, \
         a.full_name, r.tags, r.notes, r.description, r.group_name, r.job_type, r.host, r.program, r.repo, \
         r.git_commit, r.sweep, r.exit_code, r.stop_requested, r.created_at, r.updated_at, r.heartbeat_at, \
         r.finished_at, r.deleted_at, r.redirected_from, r.grace, b.name AS submitted_by, (SELECT CAST(COALESCE(SUM(s.next_line), 0) AS BIGINT) FROM stream s WHERE s.run_id = r.id \
         AND s.generation = r.generation AND s.kind = 'history') AS history_lines, {texts} \
         FROM run r LEFT JOIN account a ON a.id = r.user_id LEFT JOIN account b ON b.id = r.submitted_by"
    )
}

impl Row {
    /// The parsed row; `history_keys` when the texts were asked for.
    pub fn into_details(self, domain: &Domain, history_keys: Option<Value>) -> Result<RunDetails, Error> {
        let (now, timeout) = (domain.clock().now(), domain.config().heartbeat_timeout);
        let user = self.user_id.zip(self.user_name);
        let texts = self.config.zip(self.summary).zip(self.system_metrics).zip(history_keys);
        Ok(RunDetails {
            id: self.id,
            name: self.name,
            display_name: self.display_name,
            state: effective_state(self.state.parse()?, self.preempting, self.heartbeat_at, now, timeout),
            generation: self.generation,
            user: user.map(|(id, name)| RunUser { id, name, full_name: self.full_name }),
            tags: serde_json::from_str(&self.tags).map_err(|e| Error::internal("reading stored tags", e))?,
            notes: self.notes,
            description: self.description,
            group: self.group_name,
            job_type: self.job_type,
            host: self.host,
            program: self.program,
            repo: self.repo,
            commit: self.git_commit,
            sweep: self.sweep,
            exit_code: self.exit_code,
            stop_requested: self.stop_requested,
            created_at: self.created_at,
            updated_at: self.updated_at,
            heartbeat_at: self.heartbeat_at,
            finished_at: self.finished_at,
            deleted_at: self.deleted_at,
            redirected_from: self.redirected_from,
            grace: self.grace,
            submitted_by: self.submitted_by,
            history_lines: self.history_lines,
            texts: texts.map(|(((config, summary), system_metrics), history_keys)| RunTexts {
                config,
                summary,
                system_metrics,
                history_keys,
            }),
        })
    }

    pub fn id(&self) -> i64 {
        self.id
    }

    pub fn project_id(&self) -> i64 {
        self.project_id
    }
}

impl RunDetails {
    /// The resource of a proof about it.
    pub(super) fn resource(&self, project: &Project) -> Run {
        Run {
            id: self.id,
            project: project.clone(),
            name: self.name.clone(),
            owner: self.user.as_ref().map(|user| user.id),
            state: self.state,
            generation: self.generation,
        }
    }
}

impl Allowed<Read, Run> {
    /// Everything about the run, texts included.
    pub async fn details(&self) -> Result<RunDetails, Error> {
        let text = format!("{} WHERE r.id = $1 AND r.deleted_at IS NULL", select(true));
        let row: Option<Row> = sql(text).bind(self.resource().id).optional(self.domain().db()).await?;
        let row = row.ok_or_else(|| Error::not_found(Thing::Run, self.resource().path().to_string()))?;
        let keys = self.history_keys().await?;
        row.into_details(self.domain(), Some(keys))
    }
}

impl RunTexts {
    /// `wandbConfig(keys)`: these keys of the client's own part of the config, all of it without keys. The key `t` is
    /// always there: the client takes a run without it for one that does not exist.
    pub fn wandb_config(&self, keys: Option<&[String]>) -> Result<String, Error> {
        let config: Value =
            serde_json::from_str(&self.config).map_err(|e| Error::internal("reading a stored config", e))?;
        let own = config.get("_wandb").and_then(|entry| entry.get("value")).and_then(Value::as_object);
        let chosen: Map<String, Value> = match keys {
            None => own.cloned().unwrap_or_default(),
            Some(keys) => {
                let held = |key: &String| own.and_then(|own| own.get(key)).cloned();
                let or_empty = |key: &String| held(key).or_else(|| (key == "t").then(|| json!({})));
                keys.iter().filter_map(|key| Some((key.clone(), or_empty(key)?))).collect()
            }
        };
        Ok(Value::Object(chosen).to_string())
    }
}
