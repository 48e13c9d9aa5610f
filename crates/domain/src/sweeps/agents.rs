//! Agents: programs that ask a sweep for work.

use sqlx::FromRow;

use super::row;
use crate::clock::Micros;
use crate::db::sql;
use crate::model::SweepState;
use crate::policy::{Allowed, Project, Read, RunAgent, Sweep};
use crate::runs::RunQuery;
use crate::{Error, Problem, Thing};

/// An agent that was just registered.
#[derive(Clone, Debug)]
pub struct SweepAgent {
    /// Agent id.
    pub id: i64,
    /// The id people type.
    pub name: String,
}

/// An agent as it is shown.
#[derive(Clone, Debug, FromRow)]
pub struct SweepAgentDetails {
    /// Agent id.
    pub id: i64,
    /// The id people type.
    pub name: String,
    /// Where it runs.
    pub host: String,
    /// `RUNNING`, or `CRASHED` when it has not asked for a minute.
    pub state: String,
    /// How many runs it has been given.
    pub runs: i64,
    /// When it came.
    pub created_at: Micros,
    /// When it last asked.
    pub heartbeat_at: Micros,
}

impl Allowed<RunAgent, Sweep> {
    /// Registers an agent; the first one starts the sweep.
    pub async fn create_agent(&self, host: &str) -> Result<SweepAgent, Error> {
        let (domain, sweep) = (self.domain(), self.resource());
        let (id, name, now) = (domain.clock().id()?, domain.clock().token::<8>()?, domain.clock().now());
        let host = crate::runs::free_text(Thing::Host, Some(host.to_owned()), 1024)?.unwrap_or_default();
        let mut tx = domain.db().begin().await?;
        let state = row::lock(&mut tx, sweep.id, now).await?.state()?;
        if state.is_over() {
            return Err(Error::Conflict(Problem::SweepOver { sweep: sweep.path().to_string(), state }));
        }
        if state == SweepState::Pending {
            let text = "UPDATE sweep SET state = 'RUNNING' WHERE id = $1";
            sql(text).bind(sweep.id).run(&mut tx).await?;
        }
        let text = "INSERT INTO sweep_agent (id, sweep_id, user_id, name, host, created_at, heartbeat_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $6)";
        let user = self.session().user().map(|user| user.id);
        sql(text).bind(id).bind(sweep.id).bind(user).bind(&name).bind(host).bind(now).run(&mut tx).await?;
        tx.commit().await?;
        Ok(SweepAgent { id, name })
    }
}

impl Allowed<Read, Project> {
    /// The agents of a sweep of the project, in the order they came.
    pub async fn sweep_agents(&self, sweep: i64) -> Result<Vec<SweepAgentDetails>, Error> {
        let text = "SELECT g.id, g.name, g.host, CASE WHEN g.heartbeat_at < $2 THEN 'CRASHED' ELSE 'RUNNING' END AS state, \
                    (SELECT COUNT(*) FROM sweep_run x JOIN run r ON r.id = x.run_id \
                     WHERE x.agent_id = g.id AND r.deleted_at IS NULL) AS runs, g.created_at, g.heartbeat_at \
                    FROM sweep_agent g JOIN sweep s ON s.id = g.sweep_id \
                    WHERE g.sweep_id = $1 AND s.project_id = $3 ORDER BY g.id";
        let query = sql(text).bind(sweep).bind(super::gone_before(self.domain())).bind(self.resource().id);
        query.all(self.domain().db()).await
    }

    /// Which runs an agent has been given, for [`Self::runs`].
    pub async fn runs_of_agent(&self, agent: i64) -> Result<RunQuery, Error> {
        let text = "SELECT r.name FROM sweep_run x JOIN run r ON r.id = x.run_id \
                    WHERE x.agent_id = $1 AND r.project_id = $2 AND r.deleted_at IS NULL ORDER BY x.handed_at";
        let names: Vec<(String,)> = sql(text).bind(agent).bind(self.resource().id).all(self.domain().db()).await?;
        let names: Vec<String> = names.into_iter().map(|(name,)| name).collect();
        let filters = serde_json::json!({ "name": { "$in": names } }).to_string();
        Ok(RunQuery { filters: Some(filters), ..RunQuery::default() })
    }
}
