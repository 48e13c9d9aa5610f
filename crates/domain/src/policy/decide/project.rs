//! Decisions on a project and what is in it.

use super::{Decision, why};
use crate::model::{Role, Visibility};
use crate::policy::cause::Cause;
use crate::policy::facts::{Facts, Standing};
use crate::policy::operation::Operation;

/// Decides; a run that has begun may finish even when its user could not begin it now.
pub fn decide(operation: Operation, facts: &Facts, decision: &mut Decision) {
    let mut now = Decision::default();
    judge(operation, facts, &mut now);
    if let Some(cause) = now.causes.first().filter(|_| under_grace(operation, facts)) {
        decision.grace = Some(cause.code());
        decision.pass("grace", vec![("user", facts.user_name()), ("target", facts.target(operation))]);
        return;
    }
    decision.trace.append(&mut now.trace);
    decision.causes.append(&mut now.causes);
}

fn judge(operation: Operation, facts: &Facts, decision: &mut Decision) {
    if let Some(sweep) = facts.sweep.as_ref().filter(|_| facts.user().is_some()) {
        decision.fail("sweep", why::sweep_elsewhere(operation, facts, sweep));
        return;
    }
    let standing = if facts.project.is_some() { facts.project_role() } else { facts.entity_role() };
    let entity_ok = standing.is_some() || facts.entity_role().is_some();
    decision.check("entity", (!entity_ok).then(|| why::no_standing(operation, facts)), why::standing_args(facts));
    let Some(standing) = standing else {
        if entity_ok && !may_administer(operation, facts) {
            decision.fail("project", why::restricted(operation, facts));
        }
        return;
    };
    // Registries are made by themselves, not by what is put into them.
    let makes = operation.adds() && (!facts.is_registry() || operation == Operation::ProjectCreate);
    if facts.project.is_none() && !makes {
        decision.fail("project", why::project_unknown(operation, facts));
        return;
    }
    decision.check("project", archived(operation, facts), why::project_args(facts));
    decision.check("role", role_failure(operation, facts, &standing), why::role_args(operation, facts, &standing));
    if operation.adds() {
        quota(operation, facts, decision);
    }
}

/// Whether the caller's own run is still going on: its user may finish it, because the client shows no text of ours for a
/// denial in the middle of a run, and would drop what it has measured.
fn under_grace(operation: Operation, facts: &Facts) -> bool {
    matches!(operation, Operation::RunRead | Operation::RunUpdate | Operation::RunCreate)
        && facts.object.as_ref().is_some_and(|run| run.running)
        && owns_object(facts)
}

fn owns_object(facts: &Facts) -> bool {
    let user = facts.user();
    user.is_some() && facts.object.as_ref().is_some_and(|object| object.owner == user || object.submitted_by == user)
}

/// A registry is managed by its admins, whoever made it. Elsewhere the owner must still be a member: that everybody may submit to an open project does not let one who left delete it.
fn owns_project(facts: &Facts) -> bool {
    let is_member = facts.given_project_role().is_some_and(|given| given.role >= Role::Member);
    is_member
        && !facts.is_registry()
        && facts.project.as_ref().is_some_and(|p| p.owner.is_some() && p.owner == facts.user())
}

/// An archived project is read, and taken out of the archive, by those who may; nothing else.
fn archived(operation: Operation, facts: &Facts) -> Option<Cause> {
    let at = facts.project.as_ref()?.archived_at?;
    let settings = matches!(operation, Operation::ProjectUpdate | Operation::ProjectDelete);
    (!settings && !operation.only_reads()).then(|| why::archived(operation, facts, at))
}

/// Whether the role is not enough, given what the caller owns.
fn role_failure(operation: Operation, facts: &Facts, standing: &Standing) -> Option<Cause> {
    let owns = match operation {
        Operation::ProjectUpdate | Operation::ProjectDelete => owns_project(facts),
        _ => operation.own_suffices() && owns_object(facts) && standing.role >= Role::Member,
    };
    if standing.may(operation) || owns || may_administer(operation, facts) {
        return None;
    }
    // Somebody else's open or public project: the way in is the team, not a higher role.
    if facts.entity_role().is_none() && facts.project.as_ref().is_some_and(|p| p.role.is_none()) {
        return Some(why::no_standing(operation, facts));
    }
    Some(match operation {
        Operation::RunStop | Operation::RunDelete if standing.role >= Role::Member => {
            why::run_not_yours(operation, facts)
        }
        _ if operation.adds() && facts.project.is_none() && !facts.is_registry() => {
            why::project_create_forbidden(operation, facts, standing)
        }
        _ => why::role_too_low(operation, facts, standing),
    })
}

/// A team admin may change a restricted project (and so add themselves) without seeing into it.
fn may_administer(operation: Operation, facts: &Facts) -> bool {
    matches!(operation, Operation::ProjectUpdate | Operation::ProjectDelete)
        && facts.project.as_ref().is_some_and(|p| p.visibility == Visibility::Restricted)
        && facts.entity_role().is_some_and(|standing| standing.role == Role::Admin)
}

/// What is new is refused while the entity keeps more than it may.
fn quota(operation: Operation, facts: &Facts, decision: &mut Decision) {
    let Some((used, limit)) = facts.entity.as_ref().and_then(|e| e.quota) else { return };
    let failure = (used >= limit).then(|| why::quota(operation, facts, used, limit));
    let args = vec![("used", why::size(used)), ("limit", why::size(limit))];
    decision.check("quota", failure, args);
}
