//! The one read that loads a path, the caller's standing on it, and the rows that a proof will carry.

use sqlx::FromRow;

use super::facts::{CallerFacts, EntityFacts, EntityKind, Evidence, Facts, ProjectFacts, RunFacts};
use super::resource::{Project, Run};
use super::session::Session;
use crate::Error;
use crate::db::sql;
use crate::model::Visibility;

/// The rows at a path, as far as they exist.
#[derive(Debug, Default)]
pub struct Found {
    pub(super) project: Option<Project>,
    pub(super) run: Option<Run>,
}

/// One row of [`SELECT`]. Columns of missing things are null.
#[derive(FromRow)]
struct FactRow {
    entity_id: i64,
    entity: String,
    kind: String,
    entity_created_at: i64,
    personal_of: Option<i64>,
    team_role: Option<String>,
    project_id: Option<i64>,
    project: Option<String>,
    visibility: Option<String>,
    description: Option<String>,
    project_owner: Option<i64>,
    project_created_at: Option<i64>,
    project_updated_at: Option<i64>,
    project_role: Option<String>,
}

#[derive(FromRow)]
struct RunRow {
    id: i64,
    name: String,
    user_id: Option<i64>,
    owner_name: Option<String>,
    state: String,
    generation: i64,
}

const SELECT: &str = "SELECT e.id AS entity_id, e.name AS entity, e.kind, e.created_at AS entity_created_at, \
    a.id AS personal_of, m.role AS team_role, \
    p.id AS project_id, p.name AS project, p.visibility, p.description, p.owner_id AS project_owner, \
    p.created_at AS project_created_at, p.updated_at AS project_updated_at, pm.role AS project_role \
    FROM entity e \
    LEFT JOIN account a ON a.entity_id = e.id \
    LEFT JOIN membership m ON m.team_id = e.id AND m.user_id = $1 ";

/// Loads the facts about `asked` for the session's caller, and the rows found.
pub(super) async fn load(session: &Session, asked: (String, String, String)) -> Result<(Facts, Found), Error> {
    let mut facts = session.bare_facts(asked);
    let mut found = Found::default();
    if facts.asked.0.is_empty() {
        return Ok((facts, found));
    }
    let text = format!(
        "{SELECT} LEFT JOIN project p ON p.entity_id = e.id AND p.name = $2 \
         LEFT JOIN project_member pm ON pm.project_id = p.id AND pm.user_id = $1 WHERE e.name = $3"
    );
    let user = facts.user().unwrap_or(-1);
    let query = sql(text).bind(user).bind(&facts.asked.1).bind(&facts.asked.0);
    let Some(row) = query.optional::<FactRow>(session.db()).await? else { return Ok((facts, found)) };
    found.project = take_row(&mut facts, row)?;
    if let Some(project) = found.project.clone().filter(|_| !facts.asked.2.is_empty()) {
        found.run = load_run(session, &mut facts, project).await?;
    }
    Ok((facts, found))
}

/// Facts about every project that the caller has any standing in, in one entity or in all.
pub(super) async fn load_projects(session: &Session, entity: Option<&str>) -> Result<Vec<(Facts, Project)>, Error> {
    let caller = session.bare_facts(Default::default());
    let user = caller.user().unwrap_or(-1);
    // Only leaves out what the decision would refuse anyway; the server's own command line is refused nothing.
    let readable = match caller.caller {
        CallerFacts::Server => "1 = 1",
        _ => "a.id = $1 OR m.role IS NOT NULL OR pm.role IS NOT NULL OR p.visibility IN ('open', 'public')",
    };
    let text = format!(
        "{SELECT} JOIN project p ON p.entity_id = e.id \
         LEFT JOIN project_member pm ON pm.project_id = p.id AND pm.user_id = $1 \
         WHERE ({readable}) {} \
         ORDER BY p.updated_at DESC, p.id DESC",
        if entity.is_some() { "AND e.name = $2" } else { "" }
    );
    let query = sql(text).bind(user).bind_all(entity);
    let rows: Vec<FactRow> = query.all(session.db()).await?;
    let mut projects = Vec::with_capacity(rows.len());
    for row in rows {
        let asked = (row.entity.clone(), row.project.clone().unwrap_or_default(), String::new());
        let mut facts = session.bare_facts(asked);
        if let Some(project) = take_row(&mut facts, row)? {
            projects.push((facts, project));
        }
    }
    Ok(projects)
}

/// Adds what makes an explanation helpful. Asked only after a decision said no, and always all of it, so that an
/// entity that is hidden and one that is not there take the same time.
pub(super) async fn load_evidence(session: &Session, facts: &mut Facts) -> Result<(), Error> {
    let names = |rows: Vec<(String,)>| rows.into_iter().map(|(name,)| name).collect::<Vec<_>>();
    let entity = facts.entity.as_ref().map_or(-1, |e| e.id);
    let user = facts.user().unwrap_or(-1);
    let admins = "SELECT a.name FROM membership m JOIN account a ON a.id = m.user_id \
                  WHERE m.team_id = $1 AND m.role = 'admin' AND a.disabled_at IS NULL ORDER BY a.name LIMIT 5";
    let own = "SELECT e.name FROM account a JOIN entity e ON e.id = a.entity_id WHERE a.id = $1";
    let teams = "SELECT e.name FROM membership m JOIN entity e ON e.id = m.team_id \
                 WHERE m.user_id = $1 AND m.role <> 'viewer' ORDER BY e.name LIMIT 50";
    let org = "SELECT name FROM account WHERE is_admin = $1 AND disabled_at IS NULL ORDER BY name LIMIT 5";
    let mut own = names(sql(own).bind(user).all(session.db()).await?);
    own.extend(names(sql(teams).bind(user).all(session.db()).await?));
    facts.evidence = Evidence {
        admins: names(sql(admins).bind(entity).all(session.db()).await?),
        own,
        org_admins: names(sql(org).bind(true).all(session.db()).await?),
        projects: match facts.entity_role() {
            Some(_) => session.readable_project_names(&facts.asked.0).await?,
            None => Vec::new(),
        },
    };
    Ok(())
}

/// Writes one row into the facts; the project, when the row has one.
fn take_row(facts: &mut Facts, row: FactRow) -> Result<Option<Project>, Error> {
    let kind = match row.personal_of {
        Some(account) if row.kind == "user" => EntityKind::User(account),
        _ => EntityKind::Team,
    };
    let role = |word: Option<String>| word.map(|w| w.parse()).transpose();
    facts.entity = Some(EntityFacts {
        id: row.entity_id,
        name: row.entity.clone(),
        kind,
        role: role(row.team_role)?,
        created_at: row.entity_created_at,
    });
    let (Some(id), Some(name), Some(visibility)) = (row.project_id, row.project, row.visibility) else {
        return Ok(None);
    };
    let visibility: Visibility = visibility.parse()?;
    facts.project = Some(ProjectFacts {
        id,
        name: name.clone(),
        visibility,
        owner: row.project_owner,
        role: role(row.project_role)?,
    });
    Ok(Some(Project {
        id,
        entity_id: row.entity_id,
        entity: row.entity,
        name,
        visibility,
        description: row.description,
        owner: row.project_owner,
        created_at: row.project_created_at.unwrap_or_default(),
        updated_at: row.project_updated_at.unwrap_or_default(),
    }))
}

async fn load_run(session: &Session, facts: &mut Facts, project: Project) -> Result<Option<Run>, Error> {
    let text = "SELECT r.id, r.name, r.user_id, a.name AS owner_name, r.state, r.generation FROM run r \
                LEFT JOIN account a ON a.id = r.user_id WHERE r.project_id = $1 AND r.name = $2 AND r.deleted_at IS NULL";
    let row: Option<RunRow> = sql(text).bind(project.id).bind(&facts.asked.2).optional(session.db()).await?;
    let Some(row) = row else { return Ok(None) };
    facts.run = Some(RunFacts { id: row.id, owner: row.user_id, owner_name: row.owner_name });
    let state = row.state.parse()?;
    Ok(Some(Run { id: row.id, project, name: row.name, owner: row.user_id, state, generation: row.generation }))
}
