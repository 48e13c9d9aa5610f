//! What runs have to do with artifacts.

use sqlx::FromRow;

use super::row::{ArtifactVersion, select};
use crate::Error;
use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::RunPath;
use crate::policy::{Allowed, Read, Run, Session, Update};

pub(super) const INPUT: &str = "input";
pub(super) const OUTPUT: &str = "output";

/// Who made an artifact.
#[derive(Debug)]
pub enum Creator {
    /// A run that the caller may read.
    Run(Allowed<Read, Run>),
    /// An account.
    User(User),
}

/// An account.
#[derive(Clone, Debug, FromRow)]
pub struct User {
    /// Account id.
    pub id: i64,
    /// User name.
    pub name: String,
    /// Full name.
    pub full_name: Option<String>,
}

/// Notes that a run logged or used an artifact.
pub(super) async fn note(
    tx: &mut Tx,
    run: i64,
    artifact: i64,
    kind: &str,
    used_as: Option<&str>,
    now: Micros,
) -> Result<(), Error> {
    let text = "INSERT INTO artifact_use (run_id, artifact_id, kind, used_as, created_at) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT (run_id, artifact_id, kind) DO UPDATE SET used_as = COALESCE(excluded.used_as, artifact_use.used_as)";
    sql(text).bind(run).bind(artifact).bind(kind).bind(used_as).bind(now).run(tx).await.map(drop)
}

impl Allowed<Update, Run> {
    /// Notes that the run uses an artifact that the caller may read.
    pub async fn use_artifact(&self, artifact: &ArtifactVersion, used_as: Option<&str>) -> Result<(), Error> {
        artifact.download().await?;
        let mut tx = self.domain().db().begin().await?;
        note(&mut tx, self.resource().id, artifact.row.artifact_id, INPUT, used_as, self.session().now()).await?;
        tx.commit().await
    }
}

impl Allowed<Read, Run> {
    /// The artifacts that the run used, in that order; those that the caller may not read are left out.
    pub async fn used_artifacts(&self) -> Result<Vec<ArtifactVersion>, Error> {
        self.artifacts(INPUT).await
    }

    /// The artifacts that the run logged.
    pub async fn logged_artifacts(&self) -> Result<Vec<ArtifactVersion>, Error> {
        self.artifacts(OUTPUT).await
    }

    async fn artifacts(&self, kind: &str) -> Result<Vec<ArtifactVersion>, Error> {
        let text = format!(
            "{} JOIN artifact_use u ON u.artifact_id = a.id WHERE u.run_id = $1 AND u.kind = $2 AND m.id = sm.id \
             AND a.state = 'COMMITTED' AND a.project_id = $3 ORDER BY u.created_at, a.id",
            select()
        );
        let project = self.project();
        let here = sql(text).bind(self.resource().id).bind(kind).bind(project.resource().id);
        let mut found = project.versions(here.all(self.domain().db()).await?).await?;
        let text = "SELECT u.artifact_id FROM artifact_use u JOIN artifact a ON a.id = u.artifact_id \
                    WHERE u.run_id = $1 AND u.kind = $2 AND a.state = 'COMMITTED' AND a.project_id <> $3 ORDER BY u.created_at";
        let elsewhere = sql(text).bind(self.resource().id).bind(kind).bind(project.resource().id);
        let elsewhere: Vec<(i64,)> = elsewhere.all(self.domain().db()).await?;
        for (id,) in elsewhere {
            found.extend(self.session().artifact(id).await?);
        }
        Ok(found)
    }
}

impl ArtifactVersion {
    /// The run that logged it, or else the account that made it; nobody where the caller may not know.
    pub async fn creator(&self) -> Result<Option<Creator>, Error> {
        if self.source.is_none() {
            return Ok(None);
        }
        let (session, db) = (self.project.session(), self.project.domain().db());
        let text = "SELECT run_id, user_id FROM artifact WHERE id = $1";
        let (run, user): (Option<i64>, Option<i64>) = sql(text).bind(self.row.artifact_id).one(db).await?;
        if let Some(run) = run {
            return Ok(readable_run(session, run).await?.map(Creator::Run));
        }
        let text = "SELECT id, name, full_name FROM account WHERE id = $1";
        let user: Option<User> = sql(text).bind(user.unwrap_or(-1)).optional(db).await?;
        Ok(user.map(Creator::User))
    }

    /// The runs that use it and that the caller may read, and how many others do.
    pub async fn used_by(&self) -> Result<(Vec<Allowed<Read, Run>>, usize), Error> {
        let text = "SELECT u.run_id FROM artifact_use u JOIN run r ON r.id = u.run_id \
                    WHERE u.artifact_id = $1 AND u.kind = 'input' AND r.deleted_at IS NULL ORDER BY u.created_at, u.run_id";
        let rows: Vec<(i64,)> = sql(text).bind(self.row.artifact_id).all(self.project.domain().db()).await?;
        let (mut runs, mut hidden) = (Vec::new(), 0);
        for (run,) in rows {
            match readable_run(self.project.session(), run).await? {
                Some(run) => runs.push(run),
                None => hidden += 1,
            }
        }
        Ok((runs, hidden))
    }
}

/// The run with this id, where the caller may read its project.
async fn readable_run(session: &Session, id: i64) -> Result<Option<Allowed<Read, Run>>, Error> {
    let text = "SELECT project_id, name FROM run WHERE id = $1 AND deleted_at IS NULL";
    let row: Option<(i64, String)> = sql(text).bind(id).optional(session.db()).await?;
    let Some((project, name)) = row else { return Ok(None) };
    let Some(project) = session.artifacts_project(project).await? else { return Ok(None) };
    let path = project.resource().path();
    Ok(Some(session.allow::<Read, Run>(&RunPath::new(path.entity, path.project, name)).await?))
}
