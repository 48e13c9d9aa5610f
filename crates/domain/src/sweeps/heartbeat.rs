//! An agent asks what to do. It says which runs it has; the answer is a list of commands (`public-api` §9.3).
//!
//! The agent inside a training process obeys the first command only, and the one of the command line all at once: at most
//! one run is handed out, and only to an agent that has none.

use serde_json::{Map, Value};

use super::next::Next;
use super::{best, row};
use crate::db::{Tx, placeholders, sql};
use crate::live::Change;
use crate::model::{RunState, SweepState};
use crate::policy::{Allowed, Run, RunAgent, Sweep};
use crate::{Error, Thing, runs};

/// Runs that one agent can have at once, as far as is looked.
const MOST_RUNS: usize = 500;

/// What an agent is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin a run.
    Run {
        /// Its id, as people type it.
        run: String,
        /// What to run; none for agents that call a function.
        program: Option<String>,
        /// Its config, `{"parameter": {"value": …}}`.
        args: Map<String, Value>,
    },
    /// Go on with a run that was preempted.
    Resume {
        /// Its id, as people type it.
        run: String,
        /// What to run; none for agents that call a function.
        program: Option<String>,
        /// Its config, `{"parameter": {"value": …}}`.
        args: Map<String, Value>,
    },
    /// End a run.
    Stop {
        /// Its id, as people type it.
        run: String,
    },
    /// End all runs and the agent itself.
    Exit,
}

impl Allowed<RunAgent, Sweep> {
    /// What the agent is to do, which has these runs now.
    pub async fn heartbeat(&self, agent: i64, running: &[String]) -> Result<Vec<Command>, Error> {
        let (domain, sweep) = (self.domain(), self.resource());
        let now = domain.clock().now();
        let mut tx = domain.db().begin().await?;
        let row = row::lock(&mut tx, sweep.id, now).await?;
        let seen = sql("UPDATE sweep_agent SET heartbeat_at = $1 WHERE id = $2 AND sweep_id = $3");
        if seen.bind(now).bind(agent).bind(sweep.id).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::SweepAgent, agent.to_string()));
        }
        sql("UPDATE sweep SET heartbeat_at = $1 WHERE id = $2").bind(now).bind(sweep.id).run(&mut tx).await?;
        let commands = self.commands(&mut tx, &row, agent, running).await?;
        tx.commit().await?;
        for command in &commands {
            if let Command::Run { run, .. } | Command::Resume { run, .. } = command {
                let state = RunState::Pending;
                let run =
                    Run { id: 0, project: sweep.project.clone(), name: run.clone(), owner: None, state, generation: 0 };
                runs::tell(domain, &run, state, vec![Change::Created, Change::State]);
            }
        }
        Ok(commands)
    }

    async fn commands(
        &self,
        tx: &mut Tx,
        row: &row::SweepRow,
        agent: i64,
        running: &[String],
    ) -> Result<Vec<Command>, Error> {
        let state = row.state()?;
        if state == SweepState::Canceled {
            return Ok(vec![Command::Exit]);
        }
        let stops = self.stops(tx, running).await?;
        if !stops.is_empty() || !running.is_empty() {
            return Ok(stops);
        }
        let config = row.config()?;
        match state {
            SweepState::Paused => return Ok(Vec::new()),
            SweepState::Finished => return Ok(vec![Command::Exit]),
            _ if best::is_reached(tx, self.resource(), &config).await? => {
                let text = "UPDATE sweep SET state = 'FINISHED' WHERE id = $1";
                sql(text).bind(row.id).run(tx).await?;
                return Ok(vec![Command::Exit]);
            }
            _ => {}
        }
        Ok(match self.next(tx, row, &config, agent).await? {
            Next::Work(command) => vec![command],
            Next::Wait => Vec::new(),
            Next::Over => vec![Command::Exit],
        })
    }

    /// Those of the agent's runs that somebody asked to stop; said again as long as the agent has them.
    async fn stops(&self, tx: &mut Tx, running: &[String]) -> Result<Vec<Command>, Error> {
        let running = &running[..running.len().min(MOST_RUNS)];
        if running.is_empty() {
            return Ok(Vec::new());
        }
        let sweep = self.resource();
        let text = format!(
            "SELECT name FROM run WHERE project_id = $1 AND sweep = $2 AND deleted_at IS NULL AND stop_requested = TRUE \
             AND name IN ({}) ORDER BY id",
            placeholders(3, running.len())
        );
        let names: Vec<(String,)> =
            sql(text).bind(sweep.project.id).bind(&sweep.name).bind_all(running).all(tx).await?;
        Ok(names.into_iter().map(|(run,)| Command::Stop { run }).collect())
    }
}
