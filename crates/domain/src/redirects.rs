//! Names that lead elsewhere: made by organization admins, and left behind by renaming.

mod create;
mod delete;
mod list;

use crate::Error;
use crate::db::{Tx, sql};
use crate::policy::Session;

pub use list::Redirect;

/// Made by an organization admin.
const ADMIN: &str = "admin";

/// Left behind by a team or project that was renamed.
pub(crate) const RENAME: &str = "rename";

/// Writes that `from` leads to `to` (entity, and project or nothing), whatever it led to before.
pub(crate) async fn put(
    tx: &mut Tx,
    session: &Session,
    from: (&str, &str),
    to: (&str, &str),
    origin: &str,
) -> Result<i64, Error> {
    let id = session.domain().clock().id()?;
    sql("INSERT INTO redirect (id, entity, project, target_entity, target_project, origin, created_by, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (entity, project) DO UPDATE SET \
         target_entity = excluded.target_entity, target_project = excluded.target_project, origin = excluded.origin")
    .bind(id)
    .bind(from.0)
    .bind(from.1)
    .bind(to.0)
    .bind(to.1)
    .bind(origin)
    .bind(session.name())
    .bind(session.now())
    .run(tx)
    .await?;
    Ok(id)
}

#[cfg(test)]
mod tests;
