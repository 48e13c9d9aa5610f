//! The newest runs and alerts of everything that the caller may read.

use std::collections::HashMap;

use crate::clock::Micros;
use crate::db::{placeholders, sql};
use crate::model::RunState;
use crate::policy::{Allowed, Project, Read, Run, Session};
use crate::runs::alert;
use crate::runs::details::{self, RunDetails};
use crate::runs::{Alert, silent_before};
use crate::{Domain, Error};

/// More projects than this are not looked at: those that were active longest ago.
const MOST_PROJECTS: usize = 5000;

/// Which of the newest runs.
#[derive(Clone, Debug, Default)]
pub struct RecentQuery {
    /// At most so many.
    pub most: u32,
    /// Only in one of these states, the last sign of life first; empty is all, the newest first.
    pub states: Vec<RunState>,
    /// A part of the name or the id, in any case; empty is all.
    pub search: String,
    /// Only in the projects of this entity.
    pub entity: Option<String>,
}

type Found = (Allowed<Read, Run>, RunDetails);

impl Session {
    /// The newest runs of all projects that the caller may read, without their texts.
    pub async fn recent_runs(&self, query: RecentQuery) -> Result<Vec<Found>, Error> {
        let projects = self.recent_projects(query.entity.as_deref()).await?;
        if projects.is_empty() {
            return Ok(Vec::new());
        }
        let order = if query.states.is_empty() { "r.created_at" } else { "r.heartbeat_at" };
        let mut within = format!("r.project_id IN ({})", placeholders(1, projects.len()));
        let silent = silent_before(self.domain());
        let states: Vec<String> = query.states.iter().map(|state| in_state(*state, silent)).collect();
        if !states.is_empty() {
            within.push_str(&format!(" AND ({})", states.join(" OR ")));
        }
        let search = query.search.trim().to_lowercase();
        let plain = search.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let like = (!search.is_empty()).then(|| format!("%{plain}%"));
        if like.is_some() {
            let n = projects.len() + 1;
            within.push_str(&format!(
                " AND (LOWER(r.display_name) LIKE ${n} ESCAPE '!' OR LOWER(r.name) LIKE ${n} ESCAPE '!')"
            ));
        }
        let text = format!(
            "{} WHERE {within} AND r.deleted_at IS NULL ORDER BY {order} DESC, r.id DESC LIMIT {}",
            details::select(false),
            query.most
        );
        let rows = sql(text).bind_all(projects.keys().copied()).bind_all(like).all(self.db()).await?;
        found(self.domain(), &projects, rows)
    }

    /// The newest alerts of all runs that the caller may read, newest first, each with its run.
    pub async fn recent_alerts(&self, most: u32) -> Result<Vec<(Alert, Found)>, Error> {
        let projects = self.recent_projects(None).await?;
        if projects.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "{} WHERE r.deleted_at IS NULL AND r.project_id IN ({}) ORDER BY a.created_at DESC, a.id DESC LIMIT {most}",
            alert::WITH_RUN,
            placeholders(1, projects.len())
        );
        let rows: Vec<alert::Row> = sql(text).bind_all(projects.keys().copied()).all(self.db()).await?;
        let mut ids: Vec<i64> = rows.iter().map(alert::Row::run_id).collect();
        ids.dedup();
        let text = format!("{} WHERE r.id IN ({})", details::select(false), placeholders(1, ids.len().max(1)));
        let ids = if ids.is_empty() { vec![0] } else { ids };
        let runs = sql(text).bind_all(ids).all(self.db()).await?;
        let runs: HashMap<i64, Found> =
            found(self.domain(), &projects, runs)?.into_iter().map(|found| (found.1.id, found)).collect();
        let mut alerts = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some((run, details)) = runs.get(&row.run_id()) {
                let project = &projects[&run.resource().project.id];
                alerts.push((row.into_alert()?, (project.run(run.resource().clone()), details.clone())));
            }
        }
        Ok(alerts)
    }

    async fn recent_projects(&self, entity: Option<&str>) -> Result<HashMap<i64, Allowed<Read, Project>>, Error> {
        let projects = self.readable_projects(entity).await?.into_iter().take(MOST_PROJECTS);
        Ok(projects.map(|project| (project.resource().id, project)).collect())
    }
}

/// The condition under which a run is shown in the state: [`crate::runs::effective_state`] in SQL.
fn in_state(state: RunState, silent: Micros) -> String {
    let told = format!("r.state = '{}'", state.as_str());
    let gone = |how: &str| {
        format!("({told} OR (r.state IN ('running', 'preempting') AND r.heartbeat_at < {silent} AND {how}))")
    };
    match state {
        RunState::Running | RunState::Preempting => format!("({told} AND r.heartbeat_at >= {silent})"),
        RunState::Crashed => gone("NOT r.preempting"),
        RunState::Preempted => gone("r.preempting"),
        _ => told,
    }
}

fn found(
    domain: &Domain,
    projects: &HashMap<i64, Allowed<Read, Project>>,
    rows: Vec<details::Row>,
) -> Result<Vec<Found>, Error> {
    let mut runs = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(project) = projects.get(&row.project_id()) else { continue };
        let details = row.into_details(domain, None)?;
        runs.push((project.run(details.resource(project.resource())), details));
    }
    Ok(runs)
}
