//! Giving a project to somebody else.

use super::members;
use crate::db::sql;
use crate::model::{Role, Visibility};
use crate::policy::{Allowed, Project, Update};
use crate::{Error, Thing, audit};

impl Allowed<Update, Project> {
    /// Makes a person who is in the team or in the project its owner: a member who owns a project changes its settings.
    pub async fn set_owner(&self, user: &str) -> Result<(), Error> {
        let project = self.resource();
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT a.id FROM account a WHERE a.name = $1 AND a.kind = 'user' AND a.disabled_at IS NULL AND ( \
                    a.entity_id = $2 OR EXISTS (SELECT 1 FROM membership m WHERE m.user_id = a.id AND m.team_id = $2) \
                    OR EXISTS (SELECT 1 FROM project_member m WHERE m.user_id = a.id AND m.project_id = $3))";
        let found: Option<(i64,)> =
            sql(text).bind(user).bind(project.entity_id).bind(project.id).optional(&mut tx).await?;
        let (owner,) = found.ok_or_else(|| Error::not_found(Thing::Member, format!("{user} of {}", project.path())))?;
        let text = "UPDATE project SET owner_id = $1, updated_at = $2 WHERE id = $3";
        sql(text).bind(owner).bind(self.session().now()).bind(project.id).run(&mut tx).await?;
        if project.visibility == Visibility::Restricted {
            members::put(&mut tx, project.id, owner, &Role::Admin.into(), self.session().now()).await?;
        }
        audit::done(&mut tx, self.session(), "project:set_owner", &format!("{}: {user}", project.path())).await?;
        tx.commit().await
    }
}

impl Allowed<crate::policy::Read, Project> {
    /// The name of the account that owns the project.
    pub async fn owner_name(&self) -> Result<Option<String>, Error> {
        let Some(owner) = self.resource().owner else { return Ok(None) };
        let row: Option<(String,)> =
            sql("SELECT name FROM account WHERE id = $1").bind(owner).optional(self.domain().db()).await?;
        Ok(row.map(|(name,)| name))
    }
}
