//! The transaction of an `init`: project, run, what it begins with, and its fields.

use serde_json::{Map, Value};

use super::super::author::author;
use super::super::change::CheckedChange;
use super::super::insert::{NewRun, insert};
use super::super::row::{self, RunRow};
use super::super::streams::{self, StreamKind};
use super::super::{fork, names};
use crate::db::{Arg, Tx, sql};
use crate::live::Change;
use crate::model::{RunName, RunState};
use crate::policy::{Allowed, Place, Project, Run, Submit};
use crate::{Domain, Error};

/// The row that was made or found.
pub(super) struct Written {
    pub run: Run,
    pub inserted: bool,
    pub history_line_count: i64,
    pub state: RunState,
    pub changes: Vec<Change>,
}

/// What is asked, without the fields.
pub(super) struct Start {
    pub name: RunName,
    pub init: bool,
    pub resuming: bool,
    pub resumes_untold: bool,
    pub shared: bool,
    /// When the process began, as clients before 0.18 say in the config.
    pub began: Option<f64>,
    /// The config names a branch point: the run's own lines begin after those that were copied.
    pub forked: bool,
    pub state: Option<RunState>,
}

impl Allowed<Submit, Place> {
    /// The project of the place, made when there is none; `None` when somebody was faster, so that it is not the one that
    /// the policy judged.
    pub(super) async fn project(&self, tx: &mut Tx) -> Result<Option<Project>, Error> {
        let place = self.resource();
        if let Some(project) = &place.project {
            return Ok(Some(project.clone()));
        }
        crate::projects::made(tx, self.session(), place).await
    }

    pub(super) async fn write(
        &self,
        tx: &mut Tx,
        project: Project,
        start: &Start,
        change: CheckedChange,
        fork: Option<fork::Fork>,
    ) -> Result<Written, Error> {
        let (domain, now) = (self.domain(), self.domain().clock().now());
        let inserted = self.insert(tx, &project, start).await?;
        let text = "SELECT id, user_id FROM run WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL";
        let found: Option<(i64, Option<i64>)> =
            sql(text).bind(project.id).bind(start.name.as_str()).optional(&mut *tx).await?;
        let (id, owner) = found.ok_or_else(|| Error::Busy("the run was deleted at the same moment".to_owned()))?;
        let mut row = row::lock(tx, id, now).await?;
        let mut changes = if inserted { vec![Change::Created] } else { Vec::new() };
        if !inserted && start.init {
            changes.extend(begin_again(tx, domain, &mut row, start).await?);
        }
        if let Some(fork) = fork.filter(|_| inserted) {
            fork.write(tx, domain, id).await?;
        }
        changes.extend(change.write(tx, &row).await?);
        let history_line_count = match &row.restart {
            _ if start.shared => 0,
            Some(_) if start.forked => streams::restart::first_line(tx, id, row.generation).await?,
            Some(_) => 0,
            None => streams::line_count(&mut *tx, id, row.generation, StreamKind::History).await?,
        };
        let state = start.state.unwrap_or(row.state.parse()?);
        let run = Run { id, project, name: start.name.as_str().to_owned(), owner, state, generation: row.generation };
        Ok(Written { run, inserted, history_line_count, state, changes })
    }

    /// Inserts the run unless there is one of this name, also one that is being made at this moment.
    async fn insert(&self, tx: &mut Tx, project: &Project, start: &Start) -> Result<bool, Error> {
        let clock = self.domain().clock();
        let text = "SELECT COUNT(*) FROM run WHERE project_id = $1";
        let there = "SELECT id FROM run WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL";
        let there: Option<(i64,)> = sql(there).bind(project.id).bind(start.name.as_str()).optional(&mut *tx).await?;
        if there.is_some() {
            return Ok(false);
        }
        let (runs,): (i64,) = sql(text).bind(project.id).one(&mut *tx).await?;
        let author = author(&mut *tx, self.session(), self.resource().entity_id).await?;
        let new = NewRun {
            project: project.id,
            name: start.name.as_str(),
            author,
            redirected_from: self.resource().redirected_from.clone(),
            display_name: names::friendly(clock, runs + 1)?,
            state: RunState::Running,
            config: "{}",
            sweep: None,
        };
        Ok(insert(tx, clock, new).await?.is_some())
    }
}

/// An `init` of a run that is there: one that has ended runs again. Unless it is resumed, or shared by several processes, its
/// lines begin at 0 again; also while it is live, since a process that was killed a moment ago still counts as live.
async fn begin_again(tx: &mut Tx, domain: &Domain, row: &mut RunRow, start: &Start) -> Result<Vec<Change>, Error> {
    let ended = !row.effective_state(domain)?.is_live();
    if start.resumes_untold && start.began > began(&row::document(tx, row.id, "config").await?) {
        streams::part::open(tx, row.id, row.generation).await?;
    }
    if start.resuming || start.shared {
        row.restart = None;
    } else if row.restart.is_none() && streams::restart::has_lines(tx, row.id, row.generation).await? {
        let how = match ended {
            _ if start.resumes_untold => streams::restart::UNTOLD,
            true => streams::restart::ENDED,
            false => streams::restart::LIVE,
        };
        row.restart = Some(how.to_owned());
    }
    let mut columns: Vec<(&'static str, Arg)> =
        vec![("restart", row.restart.clone().into()), ("heartbeat_at", domain.clock().now().into())];
    if ended || row.state == RunState::Pending.as_str() {
        row.state = RunState::Running.to_string();
        columns.extend([
            ("state", Arg::from(row.state.as_str())),
            ("exit_code", None::<i64>.into()),
            ("finished_at", None::<i64>.into()),
            ("stop_requested", false.into()),
            ("preempting", false.into()),
        ]);
    }
    row::set(tx, row.id, columns).await?;
    Ok(vec![Change::State])
}

/// `config._wandb.value.start_time`: when the process began. An `init` that only edits repeats it.
pub(super) fn began(config: &Map<String, Value>) -> Option<f64> {
    config.get("_wandb")?.get("value")?.get("start_time")?.as_f64()
}
