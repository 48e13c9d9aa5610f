//! A team's new name. The old one leads there: links, scripts and `wandb.init(entity=OLD)` go on working.

use sqlx::FromRow;

use super::name;
use crate::db::{Tx, sql};
use crate::model::EntityName;
use crate::policy::{Entity, Session};
use crate::{Error, audit, redirects};

#[derive(FromRow)]
struct OfProject {
    project: String,
    target_entity: String,
    target_project: String,
    origin: String,
}

/// Renames the team; what led to the old name leads to the new one, so that no path needs two steps.
pub(super) async fn rename(tx: &mut Tx, session: &Session, team: &Entity, new: &EntityName) -> Result<(), Error> {
    let (old, new) = (team.name.as_str(), new.as_str());
    name::claim(tx, new, Some((team.id, old))).await?;
    sql("UPDATE entity SET name = $1 WHERE id = $2").bind(new).bind(team.id).run(&mut *tx).await?;
    sql("UPDATE redirect SET target_entity = $1 WHERE target_entity = $2").bind(new).bind(old).run(&mut *tx).await?;
    let text =
        "SELECT project, target_entity, target_project, origin FROM redirect WHERE entity = $1 AND project <> ''";
    // Names of projects that lead on do so under both names of the team.
    for row in sql(text).bind(old).all::<OfProject>(&mut *tx).await? {
        let from = (new, row.project.as_str());
        let to = (row.target_entity.as_str(), row.target_project.as_str());
        redirects::put(tx, session, from, to, &row.origin).await?;
    }
    redirects::put(tx, session, (old, ""), (new, ""), redirects::RENAME).await?;
    sql("UPDATE access_request SET entity = $1 WHERE entity = $2").bind(new).bind(old).run(&mut *tx).await?;
    audit::done(tx, session, "team:rename", &format!("{old} to {new}")).await
}
