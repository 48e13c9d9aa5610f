//! What a project has in it that a path can name.

use sqlx::FromRow;

use crate::Error;
use crate::db::sql;
use crate::model::RunState;
use crate::policy::facts::{Facts, ObjectFacts};
use crate::policy::resource::{Artifact, Collection, Project, Run, Sweep, View};
use crate::policy::session::Session;

/// A running run that was silent for longer is not let finish any more when its user's role has changed: one day.
const GRACE: i64 = 24 * 3600 * 1_000_000;

/// A run's row, as far as decisions and proofs need it; see [`RUN_COLUMNS`].
#[derive(FromRow)]
pub(in crate::policy) struct RunRow {
    id: i64,
    name: String,
    user_id: Option<i64>,
    submitted_by: Option<i64>,
    owner_name: Option<String>,
    state: String,
    heartbeat_at: i64,
    generation: i64,
    grace_noted: bool,
}

/// Columns for [`RunRow`]s of [`RUN_FROM`].
pub(in crate::policy) const RUN_COLUMNS: &str = "r.id, r.name, r.user_id, r.submitted_by, a.name AS owner_name, r.state, \
    r.heartbeat_at, r.generation, r.grace IS NOT NULL AS grace_noted";

/// Runs with who they belong to; conditions come after it.
pub(in crate::policy) const RUN_FROM: &str = "FROM run r LEFT JOIN account a ON a.id = r.user_id";

/// A row that was asked for, or another one that was read in its place, because what is not there must take as long as what
/// is hidden.
#[derive(FromRow)]
struct Either<T> {
    is_there: bool,
    #[sqlx(flatten)]
    row: T,
}

impl<T> Either<T> {
    fn there(self) -> Option<T> {
        self.is_there.then_some(self.row)
    }
}

/// Column of an [`Either`].
const IS_THERE: &str = "at.id IS NOT NULL AS is_there";

/// Joins the row of a table whose id the SQL `there` gives, or else another one.
fn either(table: &str, alias: &str, there: &str) -> String {
    format!(
        "JOIN (SELECT ({there}) AS id, (SELECT MIN(id) FROM {table}) AS other) at ON {alias}.id = COALESCE(at.id, at.other)"
    )
}

pub(super) async fn load_run(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<Run>, Error> {
    let there = "SELECT id FROM run WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL";
    let text = format!("SELECT {RUN_COLUMNS}, {IS_THERE} {RUN_FROM} {}", either("run", "r", there));
    let id = project.as_ref().map_or(-1, |p| p.id);
    let row: Option<Either<RunRow>> = sql(text).bind(id).bind(&facts.asked.2).optional(session.db()).await?;
    let row = row.and_then(Either::there);
    let (Some(row), Some(project)) = (row, project) else { return Ok(None) };
    let (object, run) = row.take(session, project)?;
    facts.object = Some(object);
    Ok(Some(run))
}

impl RunRow {
    /// What is decided on, and the row that a proof will carry.
    pub fn take(self, session: &Session, project: Project) -> Result<(ObjectFacts, Run), Error> {
        let state: RunState = self.state.parse()?;
        let running = state.is_live() && session.now() - self.heartbeat_at < GRACE;
        let (id, owner, submitted_by) = (self.id, self.user_id, self.submitted_by);
        let object = ObjectFacts {
            id,
            owner,
            owner_name: self.owner_name,
            submitted_by,
            running,
            grace_noted: self.grace_noted,
        };
        Ok((object, Run { id, project, name: self.name, owner, state, generation: self.generation }))
    }
}

/// A draft is there for its author alone; to whom a link lets in, only its report is there.
pub(super) async fn load_view(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<View>, Error> {
    let there = "SELECT id FROM saved_view WHERE project_id = $1 AND name = $2 \
                 AND (kind <> 'runs/draft' OR user_id = $3) AND ($4 = -1 OR id = $4)";
    let text = format!(
        "SELECT v.id, v.name, v.user_id, a.name AS owner_name, {IS_THERE} FROM saved_view v \
         LEFT JOIN account a ON a.id = v.user_id {}",
        either("saved_view", "v", there)
    );
    let id = project.as_ref().map_or(-1, |p| p.id);
    let alone = facts.share.as_ref().filter(|_| facts.is_shared_only());
    let only = alone.map_or(-1, |share| share.view);
    let query = sql(text).bind(id).bind(&facts.asked.2).bind(facts.user().unwrap_or(-1)).bind(only);
    let row: Option<Either<OwnedRow>> = query.optional(session.db()).await?;
    let (Some(row), Some(project)) = (row.and_then(Either::there), project) else { return Ok(None) };
    facts.object = Some(object(row.id, row.user_id, row.owner_name));
    Ok(Some(View { id: row.id, project, name: row.name }))
}

#[derive(FromRow)]
struct OwnedRow {
    id: i64,
    name: String,
    user_id: Option<i64>,
    owner_name: Option<String>,
}

#[derive(FromRow)]
struct SweepRow {
    id: i64,
    name: String,
    user_id: Option<i64>,
    submitted_by: Option<i64>,
    owner_name: Option<String>,
}

pub(super) async fn load_sweep(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<Sweep>, Error> {
    let there = "SELECT id FROM sweep WHERE project_id = $1 AND name = $2";
    let text = format!(
        "SELECT s.id, s.name, s.user_id, s.submitted_by, a.name AS owner_name, {IS_THERE} \
         FROM sweep s LEFT JOIN account a ON a.id = s.user_id {}",
        either("sweep", "s", there)
    );
    let id = project.as_ref().map_or(-1, |p| p.id);
    let row: Option<Either<SweepRow>> = sql(text).bind(id).bind(&facts.asked.2).optional(session.db()).await?;
    let (Some(row), Some(project)) = (row.and_then(Either::there), project) else { return Ok(None) };
    let (owner, submitted_by) = (row.user_id, row.submitted_by);
    let owner_name = row.owner_name;
    facts.object =
        Some(ObjectFacts { id: row.id, owner, owner_name, submitted_by, running: false, grace_noted: false });
    Ok(Some(Sweep { id: row.id, project, name: row.name }))
}

#[derive(FromRow)]
struct ArtifactRow {
    id: i64,
    user_id: Option<i64>,
    owner_name: Option<String>,
    collection_id: i64,
    collection: String,
    version: Option<i64>,
}

/// What is asked for by `collection:vN`, or by `collection:ID` before it is committed.
pub(super) async fn load_artifact(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<Artifact>, Error> {
    let (collection, version) = facts.asked.2.rsplit_once(':').unwrap_or_default();
    let number = |text: &str| text.parse::<i64>().ok();
    let (version, id) = (version.strip_prefix('v').and_then(number), number(version));
    let there = "SELECT m.id FROM artifact_collection c JOIN artifact a ON a.collection_id = c.id \
                 JOIN artifact_membership m ON m.collection_id = c.id AND m.artifact_id = a.id \
                 WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL AND a.state <> 'DELETED' \
                 AND (m.version = $3 OR a.id = $4) LIMIT 1";
    let text = format!(
        "SELECT a.id, a.user_id, u.name AS owner_name, c.id AS collection_id, c.name AS collection, m.version, {IS_THERE} \
         FROM artifact_membership m JOIN artifact a ON a.id = m.artifact_id \
         JOIN artifact_collection c ON c.id = m.collection_id LEFT JOIN account u ON u.id = a.user_id {}",
        either("artifact_membership", "m", there)
    );
    let row: Option<Either<ArtifactRow>> = sql(text)
        .bind(project.as_ref().map_or(-1, |p| p.id))
        .bind(collection)
        .bind(version.unwrap_or(-1))
        .bind(id.unwrap_or(-1))
        .optional(session.db())
        .await?;
    let (Some(row), Some(project)) = (row.and_then(Either::there), project) else { return Ok(None) };
    facts.object = Some(object(row.id, row.user_id, row.owner_name));
    let ArtifactRow { id, collection_id, collection, version, .. } = row;
    Ok(Some(Artifact { id, project, collection_id, collection, version }))
}

pub(super) async fn load_collection(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<Collection>, Error> {
    let there = "SELECT id FROM artifact_collection WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL";
    let text = format!(
        "SELECT c.id, c.name, c.user_id, u.name AS owner_name, {IS_THERE} FROM artifact_collection c \
         LEFT JOIN account u ON u.id = c.user_id {}",
        either("artifact_collection", "c", there)
    );
    let id = project.as_ref().map_or(-1, |p| p.id);
    let row: Option<Either<OwnedRow>> = sql(text).bind(id).bind(&facts.asked.2).optional(session.db()).await?;
    let (Some(row), Some(project)) = (row.and_then(Either::there), project) else { return Ok(None) };
    facts.object = Some(object(row.id, row.user_id, row.owner_name));
    Ok(Some(Collection { id: row.id, project, name: row.name }))
}

fn object(id: i64, owner: Option<i64>, owner_name: Option<String>) -> ObjectFacts {
    ObjectFacts { id, owner, owner_name, submitted_by: None, running: false, grace_noted: false }
}
