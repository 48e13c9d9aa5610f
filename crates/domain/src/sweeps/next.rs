//! The next run for an agent that has nothing to do.

use serde_json::{Map, Value};
use sqlx::FromRow;

use super::config::SweepConfig;
use super::heartbeat::Command;
use super::row::SweepRow;
use super::{details, gone_before, search};
use crate::Error;
use crate::db::{Tx, sql};
use crate::model::{RunName, RunState};
use crate::policy::{Allowed, RunAgent, Sweep};
use crate::runs::{NewRun, author, insert, of_sweep};

/// How often a run that never begins is handed out.
const ATTEMPTS: i64 = 2;

/// What there is to do.
pub(super) enum Next {
    /// This.
    Work(Command),
    /// Nothing now; a run that somebody else has may come back.
    Wait,
    /// Nothing any more.
    Over,
}

/// A run that waits to be handed out again.
#[derive(FromRow)]
struct Waiting {
    run_id: i64,
    name: String,
    state: String,
    stop_requested: bool,
    args: String,
    attempts: i64,
}

impl Allowed<RunAgent, Sweep> {
    /// First what came back, then a new point. `agent` is idle.
    pub(super) async fn next(
        &self,
        tx: &mut Tx,
        row: &SweepRow,
        config: &SweepConfig,
        agent: i64,
    ) -> Result<Next, Error> {
        if let Some(command) = self.again(tx, config, agent).await? {
            return Ok(Next::Work(command));
        }
        let sweep = self.resource();
        let text = "SELECT COUNT(*) FROM run WHERE project_id = $1 AND sweep = $2 AND deleted_at IS NULL";
        let (runs,): (i64,) = sql(text).bind(sweep.project.id).bind(&sweep.name).one(&mut *tx).await?;
        let point = match config.run_cap {
            Some(cap) if runs >= cap => None,
            _ => search::next(tx, sweep, row, config).await?,
        };
        let Some(point) = point else { return self.nothing(tx, row).await };
        let name = self.insert_run(tx, &point, runs + 1, agent).await?;
        let text = "UPDATE sweep SET draws = draws + 1, exhausted = FALSE WHERE id = $1";
        sql(text).bind(row.id).run(tx).await?;
        Ok(Next::Work(Command::Run { run: name, program: config.program.clone(), args: point }))
    }

    /// A run that nobody works on: its agent has gone, or never began it, or it was preempted.
    async fn again(&self, tx: &mut Tx, config: &SweepConfig, agent: i64) -> Result<Option<Command>, Error> {
        let text = "SELECT x.run_id, r.name, r.state, r.stop_requested, x.args, x.attempts FROM sweep_run x \
                    JOIN run r ON r.id = x.run_id JOIN sweep_agent g ON g.id = x.agent_id \
                    WHERE x.sweep_id = $1 AND r.deleted_at IS NULL AND ((r.state = 'preempted' AND r.stop_requested = FALSE) OR (r.state = 'pending' \
                    AND (g.heartbeat_at < $2 OR (x.agent_id = $3 AND x.handed_at < $2)))) ORDER BY x.handed_at, x.run_id";
        let (domain, now) = (self.domain(), self.domain().clock().now());
        let query = sql(text).bind(self.resource().id).bind(gone_before(domain)).bind(agent);
        let waiting: Vec<Waiting> = query.all(&mut *tx).await?;
        for run in waiting {
            let state: RunState = run.state.parse()?;
            if state == RunState::Pending && (run.stop_requested || run.attempts >= ATTEMPTS) {
                let ended = if run.stop_requested { RunState::Killed } else { RunState::Failed };
                let text = "UPDATE run SET state = $1, finished_at = $2, updated_at = $2 WHERE id = $3";
                sql(text).bind(ended.as_str()).bind(now).bind(run.run_id).run(&mut *tx).await?;
                continue;
            }
            let text = "UPDATE sweep_run SET agent_id = $1, attempts = attempts + 1, handed_at = $2 WHERE run_id = $3";
            sql(text).bind(agent).bind(now).bind(run.run_id).run(&mut *tx).await?;
            let args: Map<String, Value> =
                serde_json::from_str(&run.args).map_err(|e| Error::internal("reading what a sweep handed out", e))?;
            let program = config.program.clone();
            if state == RunState::Pending {
                return Ok(Some(Command::Run { run: run.name, program, args }));
            }
            let text = "UPDATE run SET state = 'pending', preempting = FALSE, finished_at = NULL, updated_at = $1 WHERE id = $2";
            sql(text).bind(now).bind(run.run_id).run(&mut *tx).await?;
            return Ok(Some(Command::Resume { run: run.name, program, args }));
        }
        Ok(None)
    }

    /// Remembers that nothing is left, and ends the sweep when nothing runs either.
    async fn nothing(&self, tx: &mut Tx, row: &SweepRow) -> Result<Next, Error> {
        let going_on = details::is_going_on(tx, self.domain(), row.id).await?;
        let text =
            "UPDATE sweep SET exhausted = TRUE, state = CASE WHEN $2 THEN state ELSE 'FINISHED' END WHERE id = $1";
        sql(text).bind(row.id).bind(going_on).run(&mut *tx).await?;
        let text = "SELECT COUNT(*) FROM sweep_run x JOIN run r ON r.id = x.run_id \
                    WHERE x.sweep_id = $1 AND r.deleted_at IS NULL AND r.state IN ('pending', 'preempting')";
        let (may_return,): (i64,) = sql(text).bind(row.id).one(tx).await?;
        Ok(if may_return > 0 { Next::Wait } else { Next::Over })
    }

    /// Its name.
    async fn insert_run(
        &self,
        tx: &mut Tx,
        args: &Map<String, Value>,
        number: i64,
        agent: i64,
    ) -> Result<String, Error> {
        let (sweep, clock) = (self.resource(), self.domain().clock());
        let author = author(&mut *tx, self.session(), sweep.project.entity_id).await?;
        let name = RunName::new(clock.token::<8>()?)?;
        let config = Value::Object(args.clone()).to_string();
        let new = NewRun {
            project: sweep.project.id,
            name: name.as_str(),
            author,
            redirected_from: None,
            display_name: of_sweep(clock, number)?,
            state: RunState::Pending,
            config: &config,
            sweep: Some(&sweep.name),
        };
        let id = insert(&mut *tx, clock, new).await?;
        let id = id.ok_or_else(|| Error::Busy("a run of the same random name was made".to_owned()))?;
        let text = "INSERT INTO sweep_run (run_id, sweep_id, agent_id, args, attempts, handed_at) \
                    VALUES ($1, $2, $3, $4, 1, $5)";
        sql(text).bind(id).bind(sweep.id).bind(agent).bind(config).bind(clock.now()).run(tx).await?;
        Ok(name.as_str().to_owned())
    }
}
