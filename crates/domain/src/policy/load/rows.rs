//! The entity and the project at a path, as the database has them.

use sqlx::FromRow;

use crate::Error;
use crate::model::{RegistryRole, Visibility};
use crate::policy::facts::{EntityFacts, EntityKind, ProjectFacts, Standing};
use crate::policy::operation::Operation;
use crate::policy::resource::Project;

/// One row of [`COLUMNS`]. Those of missing things are null.
#[derive(FromRow)]
pub(super) struct FactRow {
    entity_id: Option<i64>,
    pub entity: Option<String>,
    kind: Option<String>,
    entity_created_at: Option<i64>,
    account_id: Option<i64>,
    hidden: Option<bool>,
    members_invite: Option<bool>,
    new_projects: Option<String>,
    quota_bytes: Option<i64>,
    team_role: Option<String>,
    team_role_name: Option<String>,
    team_role_adds: Option<String>,
    project_id: Option<i64>,
    pub project: Option<String>,
    visibility: Option<String>,
    description: Option<String>,
    project_owner: Option<i64>,
    project_created_at: Option<i64>,
    project_updated_at: Option<i64>,
    archived_at: Option<i64>,
    requests_per_minute: Option<i64>,
    project_role: Option<String>,
    project_role_name: Option<String>,
    project_role_adds: Option<String>,
    by_team: Option<i64>,
}

pub(super) const COLUMNS: &str = "e.id AS entity_id, e.name AS entity, e.kind, e.created_at AS entity_created_at, \
    a.id AS account_id, e.hidden, e.members_invite, e.new_projects, e.quota_bytes, e.requests_per_minute, \
    m.role AS team_role, mc.name AS team_role_name, mc.adds AS team_role_adds, \
    p.id AS project_id, p.name AS project, p.visibility, p.description, p.owner_id AS project_owner, \
    p.created_at AS project_created_at, p.updated_at AS project_updated_at, p.archived_at, \
    pm.role AS project_role, pc.name AS project_role_name, pc.adds AS project_role_adds, \
    (SELECT CAST(MAX(CASE WHEN tm.role = 'viewer' AND pt.role <> 'restricted_viewer' THEN 1 WHEN pt.role = 'admin' THEN 3 \
     WHEN pt.role = 'member' THEN 2 WHEN pt.role = 'viewer' THEN 1 ELSE 0 END) AS BIGINT) FROM project_team pt \
     JOIN membership tm ON tm.team_id = pt.team_id AND tm.user_id = $1 WHERE pt.project_id = p.id) AS by_team";

/// A role as the database has it.
fn standing(role: Option<String>, custom: Option<String>, adds: Option<String>) -> Result<Option<Standing>, Error> {
    let Some(role) = role else { return Ok(None) };
    if role == RegistryRole::RestrictedViewer.as_str() {
        return Ok(Some(Standing::in_registry(RegistryRole::RestrictedViewer)));
    }
    let adds: Vec<String> = match adds {
        Some(text) => serde_json::from_str(&text).map_err(|e| Error::internal("reading a custom role", e))?,
        None => Vec::new(),
    };
    let adds = adds.iter().map(|action| action.parse::<Operation>()).collect::<Result<_, _>>()?;
    Ok(Some(Standing { role: role.parse()?, custom, adds, restricted: false }))
}

/// What the caller's teams are in a registry: the strongest, where a team's viewer is no more than that.
fn by_team(place: Option<i64>) -> Option<Standing> {
    let place = usize::try_from(place?).ok()?;
    RegistryRole::ALL.get(place).map(|role| Standing::in_registry(*role))
}

/// The entity and the project of a row.
pub(super) type Taken = (Option<EntityFacts>, Option<(ProjectFacts, Project)>);

pub(super) fn take_row(mut row: FactRow) -> Result<Taken, Error> {
    let entity = take_entity(&mut row)?;
    let project = entity.as_ref().map(|entity| take_project(entity, row)).transpose()?.flatten();
    Ok((entity, project))
}

fn take_entity(row: &mut FactRow) -> Result<Option<EntityFacts>, Error> {
    let (Some(id), Some(name), Some(new_projects)) = (row.entity_id, row.entity.take(), row.new_projects.take()) else {
        return Ok(None);
    };
    let kind = match (row.account_id, row.kind.as_deref()) {
        (Some(account), Some("user")) => EntityKind::User(account),
        (Some(account), Some("service")) => EntityKind::Service(account),
        (_, Some("organization")) => EntityKind::Organization,
        _ => EntityKind::Team,
    };
    Ok(Some(EntityFacts {
        id,
        name,
        kind,
        role: standing(row.team_role.take(), row.team_role_name.take(), row.team_role_adds.take())?,
        hidden: row.hidden.unwrap_or_default(),
        members_invite: row.members_invite.unwrap_or_default(),
        new_projects: new_projects.parse()?,
        quota: row.quota_bytes.map(|limit| (0, limit)),
        created_at: row.entity_created_at.unwrap_or_default(),
    }))
}

fn take_project(entity: &EntityFacts, row: FactRow) -> Result<Option<(ProjectFacts, Project)>, Error> {
    let (Some(id), Some(name), Some(visibility)) = (row.project_id, row.project, row.visibility) else {
        return Ok(None);
    };
    let visibility: Visibility = visibility.parse()?;
    let facts = ProjectFacts {
        id,
        name: name.clone(),
        visibility,
        owner: row.project_owner,
        role: Standing::stronger(
            standing(row.project_role, row.project_role_name, row.project_role_adds)?,
            by_team(row.by_team),
        ),
        archived_at: row.archived_at,
    };
    let project = Project {
        id,
        entity_id: entity.id,
        entity: entity.name.clone(),
        name,
        visibility,
        description: row.description,
        owner: row.project_owner,
        registry: entity.kind == EntityKind::Organization,
        archived_at: row.archived_at,
        requests_per_minute: row.requests_per_minute,
        created_at: row.project_created_at.unwrap_or_default(),
        updated_at: row.project_updated_at.unwrap_or_default(),
    };
    Ok(Some((facts, project)))
}
