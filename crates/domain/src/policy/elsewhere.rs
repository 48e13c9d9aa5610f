//! Where a sweep is that is not in the project asked.

use super::facts::{Facts, SweepElsewhere};
use super::load;
use super::operation::Operation;
use super::session::Session;
use crate::Error;
use crate::db::sql;

/// The sweep of this name in another project that the caller may read, when there is none in the project asked. The
/// database is asked the same whether there is such a sweep or not.
pub(super) async fn find(session: &Session, facts: &Facts, sweep: &str) -> Result<Option<SweepElsewhere>, Error> {
    if sweep.is_empty() {
        return Ok(None);
    }
    let rows: Vec<(i64,)> =
        sql("SELECT project_id FROM sweep WHERE name = $1 ORDER BY id").bind(sweep).all(session.db()).await?;
    let has = |project: i64| rows.iter().any(|(id,)| *id == project);
    let readable = session.readable_projects(None).await?;
    if facts.project.as_ref().is_some_and(|project| has(project.id)) {
        return Ok(None);
    }
    let Some(there) = readable.iter().map(|p| p.resource()).find(|p| has(p.id)) else { return Ok(None) };
    let asked = (there.entity.clone(), there.name.clone(), sweep.to_owned());
    let may_run = session.may_exactly(Operation::SweepRunAgent, asked).await?;
    let hidden = session.domain().settings().await?.hide_admins || may_run;
    let admins = if hidden { Vec::new() } else { load::team_admins(session, there.entity_id).await? };
    Ok(Some(SweepElsewhere { sweep: sweep.to_owned(), place: there.path().to_string(), may_run, admins }))
}
