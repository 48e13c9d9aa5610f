//! Putting a project into the archive, where it is read and nothing is added, and taking it out again.

use crate::db::sql;
use crate::policy::{Allowed, Project, Update};
use crate::{Error, audit};

impl Allowed<Update, Project> {
    /// Archives the project, or takes it out. Doing it twice changes nothing.
    pub async fn archive(&self, archived: bool) -> Result<(), Error> {
        let at = archived.then(|| self.session().now());
        let text = if archived {
            "UPDATE project SET archived_at = COALESCE(archived_at, $1) WHERE id = $2"
        } else {
            "UPDATE project SET archived_at = $1 WHERE id = $2"
        };
        let mut tx = self.domain().db().begin().await?;
        sql(text).bind(at).bind(self.resource().id).run(&mut tx).await?;
        let action = if archived { "project:archive" } else { "project:unarchive" };
        audit::done(&mut tx, self.session(), action, &self.resource().path().to_string()).await?;
        tx.commit().await
    }
}
