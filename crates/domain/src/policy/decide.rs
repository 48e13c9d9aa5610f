//! The decision: pure, from facts to yes or to every cause of no.
//!
//! Order of causes: what the caller can mend alone (the key) first, then where the caller stands, then the role.

use super::cause::{Cause, Denied};
use super::facts::{CallerFacts, EntityKind, Facts};
use super::operation::Operation;
use crate::model::{KeyScope, Role, Visibility};

/// One line of the trace shown with a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `key`, `user`, `entity`, `project` or `role`.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
}

/// A verdict: allowed when no cause speaks against it.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Every failing cause, most likely remedy first.
    pub causes: Vec<Cause>,
    /// The checks in the order made.
    pub trace: Vec<Check>,
}

impl Decision {
    /// Whether the policy says yes.
    pub fn is_allowed(&self) -> bool {
        self.causes.is_empty()
    }

    /// The denial, when the policy says no.
    pub fn denied(self) -> Option<Denied> {
        let first = self.causes.first()?;
        let unauthenticated = matches!(first, Cause::KeyMissing { .. });
        Some(Denied { causes: self.causes, trace: self.trace, unauthenticated })
    }

    fn check(&mut self, name: &'static str, failure: Option<Cause>) {
        self.trace.push(Check { name, ok: failure.is_none() });
        self.causes.extend(failure);
    }
}

/// Decides `operation` on the path of `facts`.
pub fn decide(operation: Operation, facts: &Facts) -> Decision {
    let mut decision = Decision::default();
    if facts.caller == CallerFacts::Server {
        decision.check("user", None);
        return decision;
    }
    decision.check("key", key(operation, facts));
    match operation {
        Operation::OrgUpdate => decision.check("role", organization(operation, facts)),
        Operation::UserRead | Operation::UserUpdate => decision.check("user", account(operation, facts)),
        Operation::TeamRead | Operation::TeamUpdate => decision.check("entity", team(operation, facts)),
        _ => project(operation, facts, &mut decision),
    }
    decision
}

/// A key narrows what its owner may do.
fn key(operation: Operation, facts: &Facts) -> Option<Cause> {
    let key = facts.key.as_ref()?;
    let outside = match &key.project {
        // Reading one's own account and entities stays possible, else the client cannot even log in.
        Some(_) if matches!(operation, Operation::UserRead | Operation::TeamRead) => false,
        Some((id, _)) => facts.project.as_ref().is_none_or(|p| p.id != *id),
        None => false,
    };
    let writes = key.scope == KeyScope::Read && !operation.only_reads();
    (outside || writes).then(|| Cause::KeyScope {
        name: key.name.clone(),
        scope: match &key.project {
            Some((_, path)) => format!("{} {path}", key.scope),
            None => key.scope.to_string(),
        },
        action: operation,
        target: target(facts),
    })
}

/// Organization admins only.
fn organization(operation: Operation, facts: &Facts) -> Option<Cause> {
    if facts.user().is_none() {
        return Some(Cause::KeyMissing { host: facts.host.clone() });
    }
    (!facts.is_org_admin()).then(|| admin_only(operation, facts))
}

/// One's own account, or any as an organization admin.
fn account(operation: Operation, facts: &Facts) -> Option<Cause> {
    if facts.user().is_none() {
        return Some(Cause::KeyMissing { host: facts.host.clone() });
    }
    let own = matches!(facts.entity.as_ref().map(|e| e.kind), Some(EntityKind::User(id)) if facts.user() == Some(id));
    (!own && !facts.is_org_admin()).then(|| admin_only(operation, facts))
}

/// A team is listed: any signed-in user may know it, its members read it, its admins and the organization's change it.
fn team(operation: Operation, facts: &Facts) -> Option<Cause> {
    let is_team = matches!(facts.entity.as_ref().map(|e| e.kind), Some(EntityKind::Team));
    match facts.entity_role() {
        _ if is_team && facts.is_org_admin() => None,
        Some(role) if role >= operation.role() => None,
        Some(role) => Some(role_too_low(operation, facts, role)),
        None => Some(no_standing(operation, facts)),
    }
}

fn project(operation: Operation, facts: &Facts, decision: &mut Decision) {
    let makes = matches!(operation, Operation::RunCreate | Operation::ProjectCreate);
    let standing = if facts.project.is_some() { facts.project_role() } else { facts.entity_role() };
    let entity_ok = standing.is_some() || facts.entity_role().is_some();
    decision.check("entity", (!entity_ok).then(|| no_standing(operation, facts)));
    let Some(role) = standing else {
        if entity_ok && !may_administer(operation, facts) {
            decision.check("project", Some(restricted(operation, facts)));
        }
        return;
    };
    if facts.project.is_none() && !makes {
        decision.check("project", Some(project_unknown(facts)));
        return;
    }
    decision.check("project", None);
    decision.check("role", role_failure(operation, facts, role));
}

/// Whether the role is not enough, given what the caller owns.
fn role_failure(operation: Operation, facts: &Facts, role: Role) -> Option<Cause> {
    let owns_run = facts.run.as_ref().is_some_and(|r| r.owner.is_some() && r.owner == facts.user());
    let owns_project = facts.project.as_ref().is_some_and(|p| p.owner.is_some() && p.owner == facts.user());
    let owns = match operation {
        Operation::RunStop | Operation::RunDelete => owns_run,
        Operation::ProjectUpdate | Operation::ProjectDelete => owns_project,
        _ => false,
    };
    if role >= operation.role() || (owns && role >= Role::Member) || may_administer(operation, facts) {
        return None;
    }
    // Somebody else's open or public project: the way in is the team, not a higher role.
    if facts.entity_role().is_none() && facts.project.as_ref().is_some_and(|p| p.role.is_none()) {
        return Some(no_standing(operation, facts));
    }
    Some(match operation {
        Operation::RunStop | Operation::RunDelete if role >= Role::Member => Cause::RunNotYours {
            user: facts.user_name(),
            action: operation,
            target: target(facts),
            owner: facts.run.as_ref().and_then(|r| r.owner_name.clone()).unwrap_or_default(),
            admins: facts.evidence.admins.clone(),
        },
        Operation::RunCreate | Operation::ProjectCreate if facts.project.is_none() => Cause::ProjectCreateForbidden {
            user: facts.user_name(),
            entity: facts.asked.0.clone(),
            project: facts.asked.1.clone(),
            role,
            admins: facts.evidence.admins.clone(),
            nearest: nearest(facts),
        },
        _ => role_too_low(operation, facts, role),
    })
}

/// A team admin may change a restricted project (and so add themselves) without seeing into it.
fn may_administer(operation: Operation, facts: &Facts) -> bool {
    matches!(operation, Operation::ProjectUpdate | Operation::ProjectDelete)
        && facts.project.as_ref().is_some_and(|p| p.visibility == Visibility::Restricted)
        && facts.entity_role() == Some(Role::Admin)
}

/// The caller is nothing in the entity: nobody signed in, a team one is not in, or what one may not know of.
fn no_standing(operation: Operation, facts: &Facts) -> Cause {
    let team = matches!(facts.entity.as_ref().map(|e| e.kind), Some(EntityKind::Team));
    if facts.user().is_none() {
        return Cause::KeyMissing { host: facts.host.clone() };
    }
    if team {
        return Cause::NotMember {
            user: facts.user_name(),
            action: operation,
            team: facts.asked.0.clone(),
            target: target(facts),
            admins: facts.evidence.admins.clone(),
            nearest: nearest(facts),
            own: facts.evidence.own.clone(),
        };
    }
    Cause::EntityUnknownOrHidden {
        user: facts.user_name(),
        entity: facts.asked.0.clone(),
        action: operation,
        nearest: nearest(facts),
        own: facts.evidence.own.clone(),
    }
}

fn restricted(operation: Operation, facts: &Facts) -> Cause {
    Cause::ProjectRestricted {
        user: facts.user_name(),
        action: operation,
        target: target(facts),
        admins: facts.evidence.admins.clone(),
    }
}

fn role_too_low(operation: Operation, facts: &Facts, role: Role) -> Cause {
    Cause::RoleTooLow {
        user: facts.user_name(),
        role,
        needed: operation.role(),
        action: operation,
        target: target(facts),
        admins: facts.evidence.admins.clone(),
        nearest: nearest(facts),
    }
}

fn project_unknown(facts: &Facts) -> Cause {
    let asked = facts.asked.1.to_lowercase();
    let near = facts.evidence.projects.iter().find(|p| p.to_lowercase() == asked);
    Cause::ProjectUnknown {
        user: facts.user_name(),
        entity: facts.asked.0.clone(),
        project: facts.asked.1.clone(),
        near: near.cloned().unwrap_or_default(),
        projects: facts.evidence.projects.clone(),
    }
}

fn admin_only(operation: Operation, facts: &Facts) -> Cause {
    Cause::AdminOnly { user: facts.user_name(), action: operation, admins: facts.evidence.org_admins.clone() }
}

/// The entity, project or run as asked.
fn target(facts: &Facts) -> String {
    let (entity, project, run) = &facts.asked;
    [entity, project, run].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join("/")
}

/// Where the caller may write: an entity of nearly the name asked, else the personal one.
fn nearest(facts: &Facts) -> String {
    let asked = facts.asked.0.to_lowercase();
    let own = &facts.evidence.own;
    own.iter().find(|e| e.to_lowercase() == asked).or_else(|| own.first()).cloned().unwrap_or_default()
}
