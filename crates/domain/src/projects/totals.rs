//! What a project adds up to: runs, time, bytes, people; and the people of all projects of an entity.

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::{Db, placeholders, sql};
use crate::policy::{Allowed, Entity, Project, Read};
use crate::runs::silent_before;
use crate::storage::{self, Storage};

/// More projects than this are not looked at: those that were active longest ago.
const MOST_PROJECTS: usize = 5000;

/// Sums over a project's runs.
#[derive(Clone, Debug)]
pub struct Totals {
    /// Runs.
    pub runs: i64,
    /// Those that are running.
    pub running: i64,
    /// Microseconds between start and end of all of them together.
    pub compute: Micros,
    /// Runs in the trash.
    pub deleted: i64,
    /// Bytes of files, of what was logged, and of artifacts.
    pub storage: Storage,
    /// Who submitted them, the one with the most first.
    pub contributors: Vec<Contributor>,
}

/// Somebody who submitted runs.
#[derive(Clone, Debug, FromRow)]
pub struct Contributor {
    /// None when the account is gone.
    pub name: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// How many runs.
    pub runs: i64,
    /// When the newest of them began.
    pub last_run_at: Micros,
}

impl Allowed<Read, Project> {
    /// The project's totals.
    pub async fn totals(&self) -> Result<Totals, Error> {
        let (id, db) = (self.resource().id, self.domain().db());
        // CAST: PostgreSQL sums BIGINT to NUMERIC.
        let text = "SELECT COUNT(*), \
                    COUNT(CASE WHEN state IN ('running', 'preempting') AND heartbeat_at >= $2 THEN 1 END), \
                    CAST(COALESCE(SUM(COALESCE(finished_at, heartbeat_at) - created_at), 0) AS BIGINT) \
                    FROM run WHERE project_id = $1 AND deleted_at IS NULL";
        let silent = silent_before(self.domain());
        let (runs, running, compute): (i64, i64, i64) = sql(text).bind(id).bind(silent).one(db).await?;
        let text = "SELECT COUNT(*) FROM run WHERE project_id = $1 AND deleted_at IS NOT NULL AND emptied_at IS NULL";
        let (deleted,): (i64,) = sql(text).bind(id).one(db).await?;
        let storage = storage::of_project(db, id).await?;
        let contributors = contributors(db, &[id]).await?;
        Ok(Totals { runs, running, compute, deleted, storage, contributors })
    }
}

impl Allowed<Read, Entity> {
    /// Who submitted runs to those of its projects that the caller may read, the one with the most first.
    pub async fn contributors(&self) -> Result<Vec<Contributor>, Error> {
        let readable = self.session().readable_projects(Some(&self.resource().name)).await?;
        let projects: Vec<i64> =
            readable.into_iter().take(MOST_PROJECTS).map(|project| project.resource().id).collect();
        if projects.is_empty() { Ok(Vec::new()) } else { contributors(self.domain().db(), &projects).await }
    }
}

async fn contributors(db: &Db, projects: &[i64]) -> Result<Vec<Contributor>, Error> {
    let text = format!(
        "SELECT a.name, a.full_name, COUNT(*) AS runs, MAX(r.created_at) AS last_run_at \
         FROM run r LEFT JOIN account a ON a.id = r.user_id \
         WHERE r.project_id IN ({}) AND r.deleted_at IS NULL GROUP BY a.id, a.name, a.full_name \
         ORDER BY COUNT(*) DESC, MAX(r.created_at) DESC LIMIT 100",
        placeholders(1, projects.len())
    );
    sql(text).bind_all(projects.iter().copied()).all(db).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Error;
    use crate::model::{EntityPath, ProjectPath};
    use crate::runs::StreamUpdate;
    use crate::testing::{Lab, history};

    #[tokio::test]
    async fn time_and_bytes_of_all_runs_add_up() {
        for lab in Lab::all().await {
            let first = lab.run("r1").await;
            lab.run("r2").await;
            lab.clock().advance(Duration::from_secs(10));
            first.append(history(0, &[r#"{"_step":0,"a":1}"#])).await.unwrap();
            first.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
            let path = ProjectPath::new("team", "p");
            let project = lab.victor.allow::<Read, Project>(&path).await.unwrap();
            let totals = project.totals().await.unwrap();
            assert_eq!((totals.runs, totals.running, totals.compute), (2, 1, 10_000_000));
            assert!(totals.storage.kept > 0);
            let [alice] = totals.contributors.as_slice() else { panic!("{totals:?}") };
            assert_eq!((alice.name.as_deref(), alice.runs), (Some("alice"), 2));
            let team = lab.victor.allow::<Read, Entity>(&EntityPath("team".to_owned())).await.unwrap();
            let [alice] = team.contributors().await.unwrap().try_into().unwrap();
            assert_eq!((alice.name.as_deref(), alice.runs), (Some("alice"), 2));
            let denied = lab.mallory.allow::<Read, Project>(&path).await;
            assert!(matches!(denied, Err(Error::Denied(_))));
        }
    }
}
