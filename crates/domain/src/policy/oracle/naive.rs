//! Who may do what, written a second time: from the table of the product, over plain words, without the policy's code.

use super::world::{Account, Key, ORGANIZATION, Project, Role, Run, Within, World};

type Path = (String, String, String);

/// Whether the caller may; nobody is signed in without a key.
pub fn may(world: &World, key: Option<&Key>, operation: &str, path: &Path) -> bool {
    let me = key.map(|key| key.account);
    let account = me.map(|me| &world.accounts[me]);
    if account.is_some_and(|a| a.disabled) {
        return false;
    }
    let reads = reads(operation);
    let admin = account.is_some_and(|a| a.admin);
    if key.is_some_and(|key| !key_allows(world, key, operation, path)) {
        return false;
    }
    if world.read_only && !reads && !(operation == "org:update" && admin) {
        return false;
    }
    match operation {
        "org:update" | "audit:read" | "user:create" | "user:disable" => admin,
        "user:read" | "user:update" | "key:create" | "key:revoke" => {
            me.is_some_and(|me| may_account(world, me, operation, &path.0))
        }
        _ if ["team:", "service_account:", "custom_chart:"].iter().any(|of| operation.starts_with(of)) => {
            me.is_some_and(|me| may_team(world, me, operation, &path.0))
        }
        _ => may_project(world, me, operation, path),
    }
}

fn reads(operation: &str) -> bool {
    operation.ends_with(":read") || operation == "artifact:download"
}

/// "Keys may narrow what their owner may do (read only, one team, one project), never widen it." A narrowed key still
/// tells its owner who they are, and which teams there are: the client signs in with it.
fn key_allows(world: &World, key: &Key, operation: &str, path: &Path) -> bool {
    let own = path.0 == world.accounts[key.account].name;
    let sign_in = operation == "team:read" || (operation == "user:read" && own);
    let of_account = ["user:", "key:", "org:", "audit:"].iter().any(|object| operation.starts_with(object));
    let inside = match &key.within {
        Within::Everything => true,
        Within::Entity(name) => path.0 == *name && !of_account,
        Within::Project(n) => {
            let project = &world.projects[*n];
            path.0 == project.entity && path.1 == project.name && !of_account
        }
    };
    (inside || sign_in) && (!key.reads_only || reads(operation))
}

/// Oneself, an organization admin, or who may make service accounts in the team of one; not for one of the organization.
fn may_account(world: &World, me: usize, operation: &str, name: &str) -> bool {
    let (caller, of) = (&world.accounts[me], world.accounts.iter().find(|a| a.name == *name));
    if caller.admin {
        return true;
    }
    let Some(of) = of else { return false };
    if let Some((team, false)) = of.service
        && member(world, me, team).is_some_and(|role| suffices(role, "service_account:create", false))
    {
        return true;
    }
    of.name == caller.name && (operation != "key:create" || world.users_create_keys)
}

fn may_team(world: &World, me: usize, operation: &str, name: &str) -> bool {
    // One's own space: the verbs themselves refuse what only teams have.
    if name == world.accounts[me].name && world.accounts[me].service.is_none() {
        return true;
    }
    if name == ORGANIZATION {
        return world.accounts[me].admin || operation == "team:read";
    }
    let Some(team) = world.teams.iter().position(|team| team.name == *name) else { return false };
    let roles = in_entity(world, Some(me), name);
    let invites = operation == "team:invite" && world.teams[team].members_invite;
    world.accounts[me].admin
        || roles.iter().any(|role| suffices(role, operation, false) || (invites && role.base != "viewer"))
}

fn may_project(world: &World, me: Option<usize>, operation: &str, path: &Path) -> bool {
    let makes = operation.ends_with(":create");
    let Some(n) = world.projects.iter().position(|p| p.entity == path.0 && p.name == path.1) else {
        // A registry is there only when an organization admin made it.
        if path.0 == ORGANIZATION {
            return operation == "project:create" && me.is_some_and(|me| world.accounts[me].admin);
        }
        // "for writes the project is simply created when the caller may"
        return makes && in_entity(world, me, &path.0).iter().any(|role| suffices(role, operation, false));
    };
    let project = &world.projects[n];
    let run = world.runs.iter().find(|r| r.project == n && r.name == path.2);
    let own = me.is_some() && run.is_some_and(|r: &Run| r.owner == me || r.sent_by == me);
    // "a running run may finish after its user's role changed"
    if own && run.is_some_and(|r| r.running) && ["run:read", "run:update", "run:create"].contains(&operation) {
        return true;
    }
    let settings = ["project:update", "project:delete"].contains(&operation);
    if project.archived && !settings && !reads(operation) {
        return false;
    }
    let given = given(world, me, n);
    if project.entity == ORGANIZATION {
        return given.iter().any(|role| suffices(role, operation, own && !settings));
    }
    if settings {
        let admins = in_entity(world, me, &project.entity);
        let admin = project.visibility == "restricted" && admins.iter().any(|role| role.base == "admin");
        let owner = me.is_some() && project.owner == me;
        return admin || given.iter().any(|role| suffices(role, operation, owner));
    }
    let mut roles = given;
    // "open (any signed-in user sees and submits runs), public (anyone sees, the team submits)"
    match project.visibility {
        "open" if me.is_some() => roles.push(role("member")),
        "public" => roles.push(role("viewer")),
        _ => {}
    }
    roles.iter().any(|role| suffices(role, operation, own))
}

/// The caller's roles in a project, without what its visibility gives to everybody: "Project-level roles override the team
/// role in team and restricted projects, except that a team viewer cannot be raised."
fn given(world: &World, me: Option<usize>, n: usize) -> Vec<Role> {
    let project: &Project = &world.projects[n];
    if project.entity == ORGANIZATION {
        return me.map(|me| in_registry(world, me, n)).unwrap_or_default();
    }
    let entity = in_entity(world, me, &project.entity);
    let mut added: Vec<_> = world
        .project_members
        .iter()
        .filter(|(p, user, _)| *p == n && Some(*user) == me)
        .map(|(.., r)| r.clone())
        .collect();
    if !added.is_empty() && entity.iter().any(|role| role.base == "viewer") {
        added = entity.clone();
    }
    let personal = world.accounts.iter().any(|a: &Account| a.name == project.entity);
    match project.visibility {
        "restricted" if personal && !entity.is_empty() => entity,
        "restricted" => added,
        // A team admin stays one: "project settings and visibility; delete projects" is the admin's.
        "team" if entity.iter().any(|role| role.base == "admin") => entity,
        "team" if !added.is_empty() => added,
        "team" => entity,
        _ => [entity, added].concat(),
    }
}

/// What was given to the caller and to the caller's teams, of which viewers are nothing more; organization admins are admins,
/// and one that is not restricted is everybody's to read and the organization's service accounts' to write.
fn in_registry(world: &World, me: usize, n: usize) -> Vec<Role> {
    let (account, open) = (&world.accounts[me], world.projects[n].visibility != "restricted");
    let mut roles: Vec<_> =
        world.project_members.iter().filter(|(p, user, _)| (*p, *user) == (n, me)).map(|(.., r)| r.clone()).collect();
    for (_, team, given) in world.project_teams.iter().filter(|(p, ..)| *p == n) {
        match member(world, me, *team) {
            Some(own) if own.base == "viewer" && given.base != "restricted_viewer" => roles.push(role("viewer")),
            Some(_) => roles.push(given.clone()),
            None => {}
        }
    }
    if account.admin {
        roles.push(role("admin"));
    }
    if open {
        roles.push(role("viewer"));
    }
    if open && account.service.is_some_and(|(_, organization)| organization) {
        roles.push(role("member"));
    }
    roles
}

/// What the caller is in a team; everything in the own space. A service account of the organization is a member everywhere.
fn in_entity(world: &World, me: Option<usize>, name: &str) -> Vec<Role> {
    let Some(me) = me else { return Vec::new() };
    let account = &world.accounts[me];
    if let Some(team) = world.teams.iter().position(|team| team.name == *name) {
        return match member(world, me, team) {
            Some(role) => vec![role.clone()],
            None if account.service.is_some_and(|(_, organization)| organization) => vec![role("member")],
            None => Vec::new(),
        };
    }
    if account.name == *name && account.service.is_none() { vec![role("admin")] } else { Vec::new() }
}

fn member(world: &World, me: usize, team: usize) -> Option<&Role> {
    world.members.iter().find(|(t, user, _)| *t == team && *user == me).map(|(.., role)| role)
}

fn role(base: &'static str) -> Role {
    Role { base, custom: None, adds: Vec::new() }
}

/// The table, row by row.
fn suffices(role: &Role, operation: &str, own: bool) -> bool {
    if role.base == "admin" || role.adds.contains(&operation) {
        return true;
    }
    if role.base == "restricted_viewer" {
        return operation.ends_with(":read");
    }
    let member = role.base == "member";
    match operation {
        "run:read" | "project:read" | "artifact:read" | "report:read" | "team:read" => true,
        "artifact:download" => true,
        "run:create" | "artifact:create" | "sweep:create" | "report:create" | "project:create" => member,
        "run:update" | "artifact:update" | "sweep:run_agent" | "custom_chart:save" => member,
        "run:stop" | "run:delete" | "report:update" | "report:delete" | "sweep:update" | "sweep:delete" => {
            member && own
        }
        "artifact:delete" | "project:update" | "project:delete" => member && own,
        _ => false,
    }
}
