//! The one read that loads a path, the caller's standing on it, and the rows that a proof will carry.

mod evidence;
mod objects;
mod rows;

use sqlx::FromRow;

use super::facts::{CallerFacts, EntityFacts, Facts};
use super::operation::{Object, Operation};
use super::resource::{Artifact, Collection, Project, Run, Sweep, View};
use super::session::Session;
use crate::Error;
use crate::db::sql;
pub(super) use evidence::{load_evidence, team_admins};
pub(super) use objects::{RUN_COLUMNS, RUN_FROM, RunRow};
use objects::{load_artifact, load_collection, load_run, load_sweep, load_view};
use rows::{COLUMNS, FactRow, take_row};

/// The rows at a path, as far as they exist.
#[derive(Debug, Default)]
pub struct Found {
    pub(super) project: Option<Project>,
    pub(super) run: Option<Run>,
    pub(super) view: Option<View>,
    pub(super) sweep: Option<Sweep>,
    pub(super) artifact: Option<Artifact>,
    pub(super) collection: Option<Collection>,
}

/// What is at a path. Another entity or project is read in the place of one that is not there: that must take as long as
/// one that is hidden.
#[derive(FromRow)]
struct Path {
    entity_is_there: bool,
    project_is_there: bool,
    #[sqlx(flatten)]
    row: FactRow,
}

/// The role on a service account's name is the one in its team: who manages that manages it. One of the organization is
/// managed by organization admins only.
const TEAM_ROLE: &str = "LEFT JOIN account a ON a.entity_id = e.id \
    LEFT JOIN membership m ON m.team_id = CASE WHEN a.org_wide THEN NULL ELSE COALESCE(a.home_id, e.id) END \
        AND m.user_id = $1 \
    LEFT JOIN custom_role mc ON mc.id = m.custom_role_id";

/// The caller's own role in the project that was joined.
const PROJECT_ROLE: &str = "LEFT JOIN project_member pm ON pm.project_id = p.id AND pm.user_id = $1 \
    LEFT JOIN custom_role pc ON pc.id = pm.custom_role_id";

/// Loads the facts about `asked` for the session's caller, and the rows found; what its third part names the operation says.
pub(super) async fn load(
    session: &Session,
    operation: Operation,
    asked: (String, String, String),
) -> Result<(Facts, Found), Error> {
    let mut facts = session.bare_facts(asked).await?;
    let mut found = Found::default();
    if facts.asked.0.is_empty() {
        return Ok((facts, found));
    }
    let text = format!(
        "SELECT at.entity_id IS NOT NULL AS entity_is_there, at.project_id IS NOT NULL AS project_is_there, {COLUMNS} \
         FROM (SELECT there.entity_id, there.other_entity, (SELECT MIN(id) FROM project) AS other_project, \
               (SELECT id FROM project WHERE entity_id = there.entity_id AND name = $2) AS project_id \
               FROM (SELECT (SELECT id FROM entity WHERE name = $3) AS entity_id, \
                     (SELECT MIN(id) FROM entity) AS other_entity) there) at \
         JOIN entity e ON e.id = COALESCE(at.entity_id, at.other_entity) {TEAM_ROLE} \
         LEFT JOIN project p ON p.id = COALESCE(at.project_id, at.other_project) {PROJECT_ROLE}"
    );
    let user = facts.user().unwrap_or(-1);
    let query = sql(text).bind(user).bind(&facts.asked.1).bind(&facts.asked.0);
    if let Some(Path { entity_is_there, project_is_there, row }) = query.optional(session.db()).await? {
        let (entity, project) = take_row(row)?;
        facts.entity = entity.filter(|_| entity_is_there);
        if let Some((project_facts, project)) = project.filter(|_| project_is_there) {
            (facts.project, found.project) = (Some(project_facts), Some(project));
        }
    }
    // Asked also where there is no project, for the same reason.
    if !facts.asked.2.is_empty() {
        let project = found.project.clone();
        match operation.object() {
            Object::Run => found.run = load_run(session, &mut facts, project).await?,
            Object::Sweep => found.sweep = load_sweep(session, &mut facts, project).await?,
            Object::View => found.view = load_view(session, &mut facts, project).await?,
            // No name of a collection has a colon.
            Object::Artifact if facts.asked.2.contains(':') => {
                found.artifact = load_artifact(session, &mut facts, project).await?;
            }
            Object::Artifact => found.collection = load_collection(session, &mut facts, project).await?,
        }
    }
    Ok((facts, found))
}

/// What the entity keeps, where that is limited: asked only for what would add to it.
pub(super) async fn load_usage(session: &Session, facts: &mut Facts) -> Result<(), Error> {
    let Some(EntityFacts { id, quota: Some((used, _)), .. }) = &mut facts.entity else { return Ok(()) };
    *used = crate::storage::of_entity(session.db(), *id).await?.total();
    Ok(())
}

/// Facts about every project that the caller has any standing in, in one entity or in all.
pub(super) async fn load_projects(session: &Session, entity: Option<&str>) -> Result<Vec<(Facts, Project)>, Error> {
    let bare = session.bare_facts(Default::default()).await?;
    let caller = bare.clone();
    let user = caller.user().unwrap_or(-1);
    // Only leaves out what the decision would refuse anyway; the server's own command line is refused nothing.
    let readable = match caller.caller {
        CallerFacts::Server => "1 = 1",
        _ if caller.service().is_some_and(|s| s.org_wide) => "1 = 1",
        _ => {
            "e.kind = 'organization' OR a.id = $1 OR m.role IS NOT NULL OR pm.role IS NOT NULL OR p.visibility IN ('open', 'public')"
        }
    };
    let text = format!(
        "SELECT {COLUMNS} FROM entity e {TEAM_ROLE} JOIN project p ON p.entity_id = e.id \
         {PROJECT_ROLE} WHERE ({readable}) {} \
         ORDER BY p.updated_at DESC, p.id DESC",
        if entity.is_some() { "AND e.name = $2" } else { "" }
    );
    let query = sql(text).bind(user).bind_all(entity);
    let rows: Vec<FactRow> = query.all(session.db()).await?;
    let mut projects = Vec::with_capacity(rows.len());
    for row in rows {
        let asked = (row.entity.clone().unwrap_or_default(), row.project.clone().unwrap_or_default(), String::new());
        let mut facts = Facts { asked, ..bare.clone() };
        let (entity, project) = take_row(row)?;
        if let Some((project_facts, project)) = project {
            (facts.entity, facts.project) = (entity, Some(project_facts));
            projects.push((facts, project));
        }
    }
    Ok(projects)
}
