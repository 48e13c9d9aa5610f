//! The decision: pure, from facts to yes or to every cause of no.
//!
//! Order of causes: what the caller can mend alone (the key) first, then the server, then where the caller stands, then the role.

mod project;
mod why;

use super::cause::{Args, Cause, Denied};
use super::facts::{CallerFacts, EntityKind, Facts};
use super::operation::{Concern, Operation};
use crate::model::{KeyScope, Role};
pub use why::is_placeholder;

/// One line of the trace shown with a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// `key`, `user`, `server`, `sweep`, `entity`, `project`, `role`, `quota` or `grace`.
    pub name: &'static str,
    /// Whether it passed.
    pub ok: bool,
    /// What it was decided on: of a check that failed, the arguments of its cause.
    pub args: Args,
}

impl Check {
    /// Every check that can pass, with the evidence it then has. (`server` and `sweep` are only in a trace when they fail.)
    pub const PASSED: &'static [(&'static str, &'static [&'static str])] = &[
        ("key", &["name", "scope"]),
        ("user", &["user"]),
        ("entity", &["user", "entity", "role", "kind"]),
        ("project", &["project", "visibility"]),
        ("role", &["role", "needed"]),
        ("quota", &["used", "limit"]),
        ("grace", &["user", "target"]),
    ];
}

/// A verdict: allowed when no cause speaks against it.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Every failing cause, most likely remedy first.
    pub causes: Vec<Cause>,
    /// The checks in the order made.
    pub trace: Vec<Check>,
    /// Code of the cause that would refuse it, had the run not begun when it was allowed.
    pub grace: Option<&'static str>,
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
        Some(Denied { causes: self.causes, trace: self.trace, unauthenticated, reference: None })
    }

    fn pass(&mut self, name: &'static str, args: Args) {
        self.trace.push(Check { name, ok: true, args });
    }

    fn fail(&mut self, name: &'static str, cause: Cause) {
        self.trace.push(Check { name, ok: false, args: cause.args() });
        self.causes.push(cause);
    }

    /// A check that fails when there is a cause.
    fn check(&mut self, name: &'static str, failure: Option<Cause>, args: Args) {
        match failure {
            Some(cause) => self.fail(name, cause),
            None => self.pass(name, args),
        }
    }
}

/// Decides `operation` on the path of `facts`.
pub fn decide(operation: Operation, facts: &Facts) -> Decision {
    let mut decision = Decision::default();
    let user = || vec![("user", facts.user_name())];
    if facts.caller == CallerFacts::Server {
        decision.pass("user", user());
        return decision;
    }
    if let Some(key) = &facts.key {
        decision.check("key", key_failure(operation, facts), vec![("name", key.name.clone()), ("scope", key.words())]);
    }
    let about_project = matches!(operation.concern(), Concern::Project | Concern::Team);
    if facts.user().is_some() && about_project {
        decision.pass("user", user());
    }
    if let Some(reason) =
        facts.server.read_only.as_ref().filter(|_| !operation.only_reads() && !mends_server(operation, facts))
    {
        let (user, reason) = (facts.user_name(), reason.clone());
        decision.fail("server", Cause::ReadOnly { user, action: operation, target: facts.target(operation), reason });
    }
    match operation.concern() {
        Concern::Org => decision.check("user", organization(operation, facts), user()),
        Concern::Account => decision.check("user", account(operation, facts), user()),
        Concern::Team => decision.check("entity", team(operation, facts), why::standing_args(facts)),
        Concern::Project => project::decide(operation, facts, &mut decision),
    }
    decision
}

/// An organization admin may still change the organization of a read-only server, else nobody could end that.
fn mends_server(operation: Operation, facts: &Facts) -> bool {
    operation == Operation::OrgUpdate && facts.is_org_admin()
}

/// A key narrows what its owner may do.
fn key_failure(operation: Operation, facts: &Facts) -> Option<Cause> {
    let key = facts.key.as_ref()?;
    // Reading one's own account and entities stays possible, else the client cannot even log in.
    let about_oneself = operation == Operation::TeamRead || (operation == Operation::UserRead && is_oneself(facts));
    // A narrowed key that could change its owner's account, or make another key, would widen itself.
    let of_account = matches!(operation.concern(), Concern::Account | Concern::Org);
    let narrowed = key.project.is_some() || key.entity.is_some();
    let outside_project =
        key.project.as_ref().is_some_and(|(id, _)| facts.project.as_ref().is_none_or(|p| p.id != *id));
    let outside_entity = key.entity.as_ref().is_some_and(|(id, _)| facts.entity.as_ref().is_none_or(|e| e.id != *id));
    let outside = !about_oneself && (outside_project || outside_entity || (narrowed && of_account));
    let writes = key.scope == KeyScope::Read && !operation.only_reads();
    (outside || writes).then(|| Cause::KeyScope {
        name: key.name.clone(),
        scope: key.words(),
        action: operation,
        target: facts.target(operation),
    })
}

/// Organization admins only.
fn organization(operation: Operation, facts: &Facts) -> Option<Cause> {
    if facts.user().is_none() {
        return Some(why::key_missing(facts));
    }
    (!facts.is_org_admin()).then(|| why::admin_only(operation, facts))
}

/// Whether the path names the caller.
fn is_oneself(facts: &Facts) -> bool {
    let kind = facts.entity.as_ref().map(|e| e.kind);
    matches!(kind, Some(EntityKind::User(id) | EntityKind::Service(id)) if Some(id) == facts.user())
}

/// One's own account, a service account of a team that one administers, or any as an organization admin.
fn account(operation: Operation, facts: &Facts) -> Option<Cause> {
    if facts.user().is_none() {
        return Some(why::key_missing(facts));
    }
    let entity = facts.entity.as_ref();
    let own = is_oneself(facts);
    let employer = entity.is_some_and(|e| {
        let may = |standing: &super::facts::Standing| standing.may(Operation::ServiceAccountCreate);
        matches!(e.kind, EntityKind::Service(_)) && e.role.as_ref().is_some_and(may)
    });
    let switched_off = operation == Operation::KeyCreate && !facts.server.users_create_keys && !employer;
    let allowed = facts.is_org_admin() || employer || (own && !switched_off);
    (!allowed).then(|| why::admin_only(operation, facts))
}

/// A team is listed unless hidden; its members read it, its admins and the organization's change it, and its members may
/// invite where the team lets them.
fn team(operation: Operation, facts: &Facts) -> Option<Cause> {
    let entity = facts.entity.as_ref();
    let is_team = entity.is_some_and(|e| e.kind == EntityKind::Team);
    let invites = operation == Operation::TeamInvite && entity.is_some_and(|e| e.members_invite);
    match facts.entity_role() {
        _ if is_team && facts.is_org_admin() => None,
        Some(standing) if standing.may(operation) || (invites && standing.role >= Role::Member) => None,
        Some(standing) => Some(why::role_too_low(operation, facts, &standing)),
        None => Some(why::no_standing(operation, facts)),
    }
}
