//! Changing a project's settings.

use crate::db::sql;
use crate::model::{Role, Visibility};
use crate::policy::{Allowed, Project, Update};
use crate::registry::RegistryDraft;
use crate::{Error, audit};

/// What to change; `None` leaves a field.
#[derive(Debug, Default)]
pub struct ProjectChange {
    /// Text under the title; empty clears it.
    pub description: Option<String>,
    /// Who sees it.
    pub visibility: Option<Visibility>,
}

impl Allowed<Update, Project> {
    /// Changes the project. Whoever restricts it is added to it, and so is its owner: nobody locks
    /// themselves out.
    pub async fn edit(&self, change: ProjectChange) -> Result<(), Error> {
        if self.resource().registry {
            let ProjectChange { description, visibility } = change;
            return self.edit_registry(RegistryDraft { description, visibility, ..Default::default() }).await;
        }
        let (id, now) = (self.resource().id, self.domain().clock().now());
        let mut tx = self.domain().db().begin().await?;
        if let Some(text) = change.description {
            let text = Some(text).filter(|t| !t.is_empty());
            sql("UPDATE project SET description = $1, updated_at = $2 WHERE id = $3")
                .bind(text)
                .bind(now)
                .bind(id)
                .run(&mut tx)
                .await?;
        }
        if let Some(visibility) = change.visibility {
            let text = "UPDATE project SET visibility = $1, updated_at = $2 WHERE id = $3";
            sql(text).bind(visibility.as_str()).bind(now).bind(id).run(&mut tx).await?;
            if visibility == Visibility::Restricted {
                let changer = self.session().user().map(|me| me.id);
                for account in changer.into_iter().chain(self.resource().owner) {
                    super::members::put(&mut tx, id, account, &Role::Admin.into(), now).await?;
                }
            }
        }
        audit::done(&mut tx, self.session(), "project:update", &self.resource().path().to_string()).await?;
        tx.commit().await
    }
}
