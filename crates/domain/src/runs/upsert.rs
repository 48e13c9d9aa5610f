//! Creating a run, or going on with one of the same name (`wandb.init`).

use super::change::CheckedChange;
use super::row::{self, RunRow};
use super::streams::{self, StreamKind};
use super::{RunChange, fork, names};
use crate::db::{Arg, Tx, sql};
use crate::live::Change;
use crate::model::{ProjectPath, RunName, RunState, Visibility};
use crate::policy::{Allowed, Place, Project, Run, Submit, Update};
use crate::{Domain, Error};

/// What `wandb.init` asks for.
#[derive(Clone, Debug, Default)]
pub struct RunUpsert {
    /// The run's id; made up when absent.
    pub name: Option<String>,
    /// The client named the run by its storage id: it resumes or edits it, and counts on from what is stored.
    pub resuming: bool,
    /// Several processes write the run: config is merged, and each counts its lines from 0.
    pub shared: bool,
    /// The fields.
    pub change: RunChange,
}

/// The run that is there now.
#[derive(Debug)]
pub struct Upserted {
    /// The run.
    pub run: Allowed<Update, Run>,
    /// Whether this call made it.
    pub inserted: bool,
    /// The history line that the client writes next.
    pub history_line_count: i64,
}

/// The row that was made or found.
struct Written {
    run: Run,
    inserted: bool,
    history_line_count: i64,
    state: RunState,
    changes: Vec<Change>,
}

impl Allowed<Submit, Place> {
    /// Creates the run, and its project when it is not there; or changes the run of that name.
    ///
    /// An `init` of a run that has ended and is not resumed starts it again: what it logged before stays stored, and is
    /// shown until the first line of the new start arrives (see [`super::streams::restart`]).
    pub async fn upsert_run(&self, upsert: RunUpsert) -> Result<Upserted, Error> {
        let name = match &upsert.name {
            Some(name) => RunName::new(name.clone())?,
            None => RunName::new(self.domain().clock().token::<8>()?)?,
        };
        let RunUpsert { name: _, resuming, shared, mut change } = upsert;
        change.merge_config = shared;
        let (init, state) = (change.is_init(), change.state);
        let change = change.check()?;
        let start = Start { name, init, resuming, shared, state };
        let fork = match &self.resource().project {
            Some(project) => fork::prepare(self.domain(), project, start.name.as_str(), change.config()).await?,
            None => None,
        };
        let mut here = self.clone();
        let (mut tx, project) = loop {
            let mut tx = self.domain().db().begin().await?;
            if let Some(project) = here.project(&mut tx).await? {
                break (tx, project);
            }
            drop(tx);
            // Somebody made the project a moment ago: the policy judges that one.
            let path = ProjectPath::new(&self.resource().entity, &self.resource().name);
            here = self.session().allow::<Submit, Place>(&path).await?;
        };
        let written = self.write(&mut tx, project, &start, change, fork).await?;
        sql("UPDATE project SET updated_at = $1 WHERE id = $2")
            .bind(self.domain().clock().now())
            .bind(written.run.project.id)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        super::tell(self.domain(), &written.run, written.state, written.changes);
        let Written { run, inserted, history_line_count, .. } = written;
        Ok(Upserted { run: self.submitted(run), inserted, history_line_count })
    }
}

/// What is asked, without the fields.
struct Start {
    name: RunName,
    init: bool,
    resuming: bool,
    shared: bool,
    state: Option<RunState>,
}

impl Allowed<Submit, Place> {
    /// The project of the place, made when there is none; `None` when somebody was faster, so that it is not the one that
    /// the policy judged.
    async fn project(&self, tx: &mut Tx) -> Result<Option<Project>, Error> {
        let place = self.resource();
        if let Some(project) = &place.project {
            return Ok(Some(project.clone()));
        }
        let (id, inserted) = crate::projects::insert(tx, self.session(), place, None, None).await?;
        let now = self.domain().clock().now();
        Ok(inserted.then(|| Project {
            id,
            entity_id: place.entity_id,
            entity: place.entity.clone(),
            name: place.name.clone(),
            visibility: Visibility::Team,
            description: None,
            owner: self.session().user().map(|u| u.id),
            created_at: now,
            updated_at: now,
        }))
    }

    async fn write(
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
        let history_line_count = match row.restart || start.shared {
            true => 0,
            false => streams::line_count(&mut *tx, id, row.generation, StreamKind::History).await?,
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
        let text = "INSERT INTO run (id, project_id, name, user_id, display_name, state, generation, config, summary, \
                    system_metrics, tags, stop_requested, preempting, created_at, updated_at, heartbeat_at) \
                    VALUES ($1, $2, $3, $4, $5, 'running', 0, '{}', '{}', '{}', '[]', FALSE, FALSE, $6, $6, $6) \
                    ON CONFLICT (project_id, name) WHERE deleted_at IS NULL DO NOTHING";
        let new = sql(text)
            .bind(clock.id()?)
            .bind(project.id)
            .bind(start.name.as_str())
            .bind(self.session().user().map(|u| u.id))
            .bind(names::friendly(clock, runs + 1)?)
            .bind(clock.now())
            .run(tx)
            .await?;
        Ok(new == 1)
    }
}

/// An `init` of a run that is there. One that has ended runs again; unless it is resumed, or shared by several processes,
/// its lines begin at 0 again.
async fn begin_again(tx: &mut Tx, domain: &Domain, row: &mut RunRow, start: &Start) -> Result<Vec<Change>, Error> {
    let ended = !row.effective_state(domain)?.is_live();
    let counts_on = start.resuming || start.shared;
    if counts_on {
        row.restart = false;
    } else if ended {
        row.restart = streams::restart::has_lines(tx, row.id, row.generation).await?;
    }
    let mut columns: Vec<(&'static str, Arg)> =
        vec![("restart", row.restart.into()), ("heartbeat_at", domain.clock().now().into())];
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

#[cfg(test)]
mod tests;
