//! The one read that loads a path, the caller's standing on it, and the rows that a proof will carry.

use sqlx::FromRow;

use super::facts::{CallerFacts, EntityFacts, EntityKind, Evidence, Facts, ObjectFacts, ProjectFacts, Standing};
use super::operation::{Object, Operation};
use super::resource::{Artifact, Collection, Project, Run, Sweep, View};
use super::session::Session;
use crate::Error;
use crate::db::sql;
use crate::model::{RunState, Visibility};

/// A running run that was silent for longer is not let finish any more when its user's role has changed: one day.
const GRACE: i64 = 24 * 3600 * 1_000_000;

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

/// One row of [`COLUMNS`]. Those of missing things are null.
#[derive(FromRow)]
struct FactRow {
    entity_id: Option<i64>,
    entity: Option<String>,
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
    project: Option<String>,
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
}

/// A run's row, as far as decisions and proofs need it; see [`RUN`].
#[derive(FromRow)]
pub(super) struct RunRow {
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

const COLUMNS: &str = "e.id AS entity_id, e.name AS entity, e.kind, e.created_at AS entity_created_at, \
    a.id AS account_id, e.hidden, e.members_invite, e.new_projects, e.quota_bytes, e.requests_per_minute, \
    m.role AS team_role, mc.name AS team_role_name, mc.adds AS team_role_adds, \
    p.id AS project_id, p.name AS project, p.visibility, p.description, p.owner_id AS project_owner, \
    p.created_at AS project_created_at, p.updated_at AS project_updated_at, p.archived_at, \
    pm.role AS project_role, pc.name AS project_role_name, pc.adds AS project_role_adds";

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
        _ => "a.id = $1 OR m.role IS NOT NULL OR pm.role IS NOT NULL OR p.visibility IN ('open', 'public')",
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

/// Adds what makes an explanation helpful. Asked only after a decision said no, and always all of it, so that an
/// entity that is hidden and one that is not there take the same time.
pub(super) async fn load_evidence(session: &Session, facts: &mut Facts) -> Result<(), Error> {
    let settings = session.domain().settings().await?;
    let entity = facts.entity.as_ref().map_or(-1, |e| e.id);
    // Whoever may not know of the entity is told no admins: none are looked up, as where there is no entity.
    let known = if super::redirect::may_know(facts, false) { entity } else { -1 };
    let user = facts.user().unwrap_or(-1);
    let own = "SELECT e.name FROM account a JOIN entity e ON e.id = a.entity_id WHERE a.id = $1 AND e.kind = 'user'";
    let teams = "SELECT e.name FROM membership m JOIN entity e ON e.id = m.team_id \
                 WHERE m.user_id = $1 AND m.role <> 'viewer' ORDER BY e.name LIMIT 50";
    let org = "SELECT name FROM account WHERE is_admin = $1 AND disabled_at IS NULL ORDER BY name LIMIT 5";
    let mut own = names(sql(own).bind(user).all(session.db()).await?);
    own.extend(names(sql(teams).bind(user).all(session.db()).await?));
    let shown = |admins: Vec<String>| if settings.hide_admins { Vec::new() } else { admins };
    let mut admins = team_admins(session, known).await?;
    if let (Some(EntityKind::User(_)), Some(_)) = (facts.entity.as_ref().map(|e| e.kind), facts.project_role()) {
        admins.push(facts.asked.0.clone());
    }
    facts.evidence = Evidence {
        admins: shown(admins),
        own,
        org_admins: shown(names(sql(org).bind(true).all(session.db()).await?)),
        projects: match facts.entity_role() {
            Some(_) => session.readable_project_names(&facts.asked.0).await?,
            None => Vec::new(),
        },
        invitation: load_invitation(session, entity).await?,
    };
    Ok(())
}

fn names(rows: Vec<(String,)>) -> Vec<String> {
    rows.into_iter().map(|(name,)| name).collect()
}

/// The admins of a team, by name.
pub(super) async fn team_admins(session: &Session, team: i64) -> Result<Vec<String>, Error> {
    let text = "SELECT a.name FROM membership m JOIN account a ON a.id = m.user_id \
                WHERE m.team_id = $1 AND m.role = 'admin' AND a.disabled_at IS NULL ORDER BY a.name LIMIT 5";
    Ok(names(sql(text).bind(team).all(session.db()).await?))
}

/// The link to the newest invitation to the entity that waits for the caller: one made for the account. Not one for its
/// address alone, which nobody has proved to be theirs.
async fn load_invitation(session: &Session, entity: i64) -> Result<Option<String>, Error> {
    let Some(user) = session.user() else { return Ok(None) };
    let text = "SELECT id FROM invitation WHERE team_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL \
                AND expires_at > $2 AND user_id = $3 ORDER BY id DESC LIMIT 1";
    let query = sql(text).bind(entity).bind(session.now()).bind(user.id);
    let row: Option<(i64,)> = query.optional(session.db()).await?;
    Ok(row.map(|(id,)| format!("{}/invite?id={id}", session.domain().base_url())))
}

/// A role as the database has it.
fn standing(role: Option<String>, custom: Option<String>, adds: Option<String>) -> Result<Option<Standing>, Error> {
    let Some(role) = role else { return Ok(None) };
    let adds: Vec<String> = match adds {
        Some(text) => serde_json::from_str(&text).map_err(|e| Error::internal("reading a custom role", e))?,
        None => Vec::new(),
    };
    let adds = adds.iter().map(|action| action.parse::<Operation>()).collect::<Result<_, _>>()?;
    Ok(Some(Standing { role: role.parse()?, custom, adds }))
}

/// The entity and the project of a row.
type Taken = (Option<EntityFacts>, Option<(ProjectFacts, Project)>);

fn take_row(mut row: FactRow) -> Result<Taken, Error> {
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
        role: standing(row.project_role, row.project_role_name, row.project_role_adds)?,
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
        archived_at: row.archived_at,
        requests_per_minute: row.requests_per_minute,
        created_at: row.project_created_at.unwrap_or_default(),
        updated_at: row.project_updated_at.unwrap_or_default(),
    };
    Ok(Some((facts, project)))
}

/// Columns for [`RunRow`]s of [`RUN_FROM`].
pub(super) const RUN_COLUMNS: &str = "r.id, r.name, r.user_id, r.submitted_by, a.name AS owner_name, r.state, \
    r.heartbeat_at, r.generation, r.grace IS NOT NULL AS grace_noted";

/// Runs with who they belong to; conditions come after it.
pub(super) const RUN_FROM: &str = "FROM run r LEFT JOIN account a ON a.id = r.user_id";

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

async fn load_run(session: &Session, facts: &mut Facts, project: Option<Project>) -> Result<Option<Run>, Error> {
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
async fn load_view(session: &Session, facts: &mut Facts, project: Option<Project>) -> Result<Option<View>, Error> {
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
    let row: Option<Either<ViewRow>> = query.optional(session.db()).await?;
    let (Some(row), Some(project)) = (row.and_then(Either::there), project) else { return Ok(None) };
    let ViewRow { id, name, user_id: owner, owner_name } = row;
    facts.object = Some(ObjectFacts { id, owner, owner_name, submitted_by: None, running: false, grace_noted: false });
    Ok(Some(View { id, project, name }))
}

#[derive(FromRow)]
struct ViewRow {
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

async fn load_sweep(session: &Session, facts: &mut Facts, project: Option<Project>) -> Result<Option<Sweep>, Error> {
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
async fn load_artifact(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<Artifact>, Error> {
    let (collection, version) = facts.asked.2.rsplit_once(':').unwrap_or_default();
    let number = |text: &str| text.parse::<i64>().ok();
    let (version, id) = (version.strip_prefix('v').and_then(number), number(version));
    let text = "SELECT a.id, a.user_id, u.name AS owner_name, c.id AS collection_id, c.name AS collection, m.version \
                FROM artifact_collection c JOIN artifact a ON a.collection_id = c.id \
                JOIN artifact_membership m ON m.collection_id = c.id AND m.artifact_id = a.id \
                LEFT JOIN account u ON u.id = a.user_id \
                WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL AND a.state <> 'DELETED' \
                AND (m.version = $3 OR a.id = $4)";
    let row: Option<ArtifactRow> = sql(text)
        .bind(project.as_ref().map_or(-1, |p| p.id))
        .bind(collection)
        .bind(version.unwrap_or(-1))
        .bind(id.unwrap_or(-1))
        .optional(session.db())
        .await?;
    let (Some(row), Some(project)) = (row, project) else { return Ok(None) };
    facts.object = Some(object(row.id, row.user_id, row.owner_name));
    let ArtifactRow { id, collection_id, collection, version, .. } = row;
    Ok(Some(Artifact { id, project, collection_id, collection, version }))
}

async fn load_collection(
    session: &Session,
    facts: &mut Facts,
    project: Option<Project>,
) -> Result<Option<Collection>, Error> {
    let text = "SELECT c.id, c.name, c.user_id, u.name AS owner_name FROM artifact_collection c \
                LEFT JOIN account u ON u.id = c.user_id \
                WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL";
    let id = project.as_ref().map_or(-1, |p| p.id);
    let row: Option<(i64, String, Option<i64>, Option<String>)> =
        sql(text).bind(id).bind(&facts.asked.2).optional(session.db()).await?;
    let (Some((id, name, owner, owner_name)), Some(project)) = (row, project) else { return Ok(None) };
    facts.object = Some(object(id, owner, owner_name));
    Ok(Some(Collection { id, project, name }))
}

fn object(id: i64, owner: Option<i64>, owner_name: Option<String>) -> ObjectFacts {
    ObjectFacts { id, owner, owner_name, submitted_by: None, running: false, grace_noted: false }
}
