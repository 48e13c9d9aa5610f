//! Project-level roles.

use crate::db::{Tx, sql};
use crate::model::Role;
use crate::policy::{Allowed, Project, Update};
use crate::{Error, audit};

impl Allowed<Update, Project> {
    /// Adds a user to the project, or changes the role of one. `None` takes the role away.
    pub async fn set_member(&self, user: &str, role: Option<Role>) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let user_id = crate::teams::user_id(&mut tx, user).await?;
        let project = self.resource();
        match role {
            Some(role) => put(&mut tx, project.id, user_id, role, self.domain().clock().now()).await?,
            None => {
                let text = "DELETE FROM project_member WHERE project_id = $1 AND user_id = $2";
                sql(text).bind(project.id).bind(user_id).run(&mut tx).await?;
            }
        }
        audit::done(&mut tx, self.session(), "project:set_member", &format!("{}: {user}", project.path())).await?;
        tx.commit().await
    }
}

/// Writes a project-level role.
pub(super) async fn put(tx: &mut Tx, project: i64, user: i64, role: Role, now: i64) -> Result<(), Error> {
    sql("INSERT INTO project_member (project_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role")
    .bind(project)
    .bind(user)
    .bind(role.as_str())
    .bind(now)
    .run(tx)
    .await
    .map(drop)
}
