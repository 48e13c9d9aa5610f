//! Names that lead elsewhere: an old name of a renamed team or project, or an entity that an admin mapped to another.

use sqlx::FromRow;

use super::decide::decide;
use super::facts::{CallerFacts, Facts};
use super::load::{self, Found};
use super::operation::{Concern, Operation};
use super::session::{Asked, Session};
use crate::Error;
use crate::db::sql;
use crate::model::matches;

/// The caller's own space as the target of a redirect.
const ME: &str = "@me";

#[derive(FromRow)]
struct Row {
    entity: String,
    project: String,
    target_entity: String,
    target_project: String,
}

/// Where the path leads, if a redirect matches it. Only names that are nothing to the caller lead on: a redirect never
/// hides what somebody may see, and one that matches a hidden team's name does not tell that the team is there.
pub(super) async fn target(session: &Session, operation: Operation, facts: &Facts) -> Result<Option<Asked>, Error> {
    // Only what is looked at, begun or gone on with: nothing is changed or deleted by a name that means something else.
    let goes_on = matches!(operation, Operation::RunUpdate | Operation::SweepRunAgent);
    let leads = operation.only_reads() || operation.adds() || goes_on;
    let concerned = leads && (operation.concern() == Concern::Project || operation == Operation::TeamRead);
    let seen = may_know(facts, false);
    let (entity, project, object) = &facts.asked;
    // A project that the caller may not know of counts as one that is not there, also in the time that this takes.
    let governs = facts.is_org_admin() || matches!(facts.caller, CallerFacts::Server);
    let sees_project = facts.project.is_some() && (may_know(facts, true) || governs);
    if !concerned || entity.is_empty() || (seen && (sees_project || project.is_empty())) {
        return Ok(None);
    }
    let text = "SELECT entity, project, target_entity, target_project FROM redirect \
                WHERE (entity = $1 AND (project = $2 OR project = '')) OR (project = '' AND entity LIKE '%*%')";
    let rows: Vec<Row> = sql(text).bind(entity).bind(project).all(session.db()).await?;
    let fits = |row: &&Row| match seen {
        true => row.entity == *entity && !row.project.is_empty(),
        false => is_match(&row.entity, entity) && (row.project.is_empty() || row.project == *project),
    };
    // The most exact wins: with a project, then without a star, then the longest.
    let best = rows.iter().filter(fits).max_by_key(|r| (r.project.len(), !r.entity.contains('*'), r.entity.len()));
    let Some(row) = best else { return Ok(None) };
    let to = match row.target_entity.as_str() {
        ME => match session.user() {
            Some(user) => user.home().to_owned(),
            None => return Ok(None),
        },
        name => name.to_owned(),
    };
    let project = if row.target_project.is_empty() { project } else { &row.target_project };
    Ok(Some((to, project.clone(), object.clone())).filter(|target| *target != facts.asked))
}

/// The run that was here before it moved, for who may read the project and do the same where the run is now: links stay
/// good, and a process that still writes to it goes on.
pub(super) async fn moved_run(
    session: &Session,
    operation: Operation,
    facts: &Facts,
) -> Result<Option<(Facts, Found)>, Error> {
    let (Some(project), None) = (&facts.project, &facts.object) else { return Ok(None) };
    let asks = matches!(operation, Operation::RunRead | Operation::RunUpdate) && !facts.asked.2.is_empty();
    if !asks || !decide(Operation::ProjectRead, facts).is_allowed() {
        return Ok(None);
    }
    let text = "SELECT e.name, p.name, r.name FROM run_moved m JOIN run r ON r.id = m.run_id \
                JOIN project p ON p.id = r.project_id JOIN entity e ON e.id = p.entity_id \
                WHERE m.project_id = $1 AND m.name = $2 AND r.deleted_at IS NULL";
    let there: Option<Asked> = sql(text).bind(project.id).bind(&facts.asked.2).optional(session.db()).await?;
    let Some(there) = there else { return Ok(None) };
    let there = load::load(session, operation, there).await?;
    Ok(decide(operation, &there.0).is_allowed().then_some(there))
}

/// Whether the caller may know of the place: of its entity, or also of its project.
pub(super) fn may_know(facts: &Facts, project: bool) -> bool {
    facts.project_role().is_some() || facts.entity_role().is_some() || (!project && facts.is_listed_team())
}

/// Whether a redirect of `pattern` is about `name`. Case does not matter.
pub(crate) fn is_match(pattern: &str, name: &str) -> bool {
    matches(&pattern.to_lowercase(), &name.to_lowercase())
}
