//! Project-level roles.

use crate::db::{Tx, sql};
use crate::model::RegistryRole;
use crate::policy::{Allowed, Project, Update};
use crate::roles::{self, Given};
use crate::{Error, audit, registry};

impl Allowed<Update, Project> {
    /// Adds a user or service account to the project, or changes the role of one. `None` takes the role away.
    pub async fn set_member(&self, user: &str, role: Option<impl AsRef<str>>) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        self.set_member_in(&mut tx, user, role.as_ref().map(AsRef::as_ref)).await?;
        tx.commit().await
    }

    /// The same in a transaction that does more.
    pub(crate) async fn set_member_in(&self, tx: &mut Tx, user: &str, role: Option<&str>) -> Result<(), Error> {
        let user_id = crate::teams::user_id(tx, user).await?;
        let project = self.resource();
        let words = match role {
            Some(role) if project.registry => {
                let role: RegistryRole = role.parse()?;
                registry::put(tx, project.id, user_id, role, self.session().now()).await?;
                format!("{user} as {role}")
            }
            Some(role) => {
                let role = roles::given(tx, role).await?;
                put(tx, project.id, user_id, &role, self.domain().clock().now()).await?;
                format!("{} as {}", user, role.name)
            }
            None => {
                let text = "DELETE FROM project_member WHERE project_id = $1 AND user_id = $2";
                sql(text).bind(project.id).bind(user_id).run(&mut *tx).await?;
                format!("{user} not any more")
            }
        };
        audit::done(tx, self.session(), "project:set_member", &format!("{}: {words}", project.path())).await
    }
}

/// Writes a project-level role.
pub(super) async fn put(tx: &mut Tx, project: i64, user: i64, role: &Given, now: i64) -> Result<(), Error> {
    sql("INSERT INTO project_member (project_id, user_id, role, custom_role_id, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, custom_role_id = excluded.custom_role_id")
    .bind(project)
    .bind(user)
    .bind(role.base.as_str())
    .bind(role.custom)
    .bind(now)
    .run(tx)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests;
