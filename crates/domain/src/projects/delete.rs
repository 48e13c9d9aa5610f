//! Deleting a project with everything in it.

use crate::db::{Tx, sql};
use crate::policy::{Allowed, Delete, Project};
use crate::{Clock, Error, audit, trash};

impl Allowed<Delete, Project> {
    /// Deletes the project, its runs and their rows in one transaction; a job then deletes their blobs.
    pub async fn delete(&self) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        remove(&mut tx, self.domain().clock(), self.resource().id).await?;
        audit::done(&mut tx, self.session(), "project:delete", &self.resource().path().to_string()).await?;
        tx.commit().await
    }
}

/// Deletes the rows of a project and of all in it, and has their blobs deleted.
pub(crate) async fn remove(tx: &mut Tx, clock: &Clock, id: i64) -> Result<(), Error> {
    trash::remove_parts(tx, clock, "SELECT id FROM run WHERE project_id = $1", &[id]).await?;
    for blob in crate::artifacts::remove_all(tx, id).await? {
        sql("INSERT INTO garbage (blob) VALUES ($1) ON CONFLICT (blob) DO NOTHING").bind(blob).run(&mut *tx).await?;
    }
    crate::views::remove(tx, "SELECT id FROM saved_view WHERE project_id = $1", id).await?;
    sql("UPDATE api_key SET project_id = NULL, revoked_at = COALESCE(revoked_at, $2) WHERE project_id = $1")
        .bind(id)
        .bind(clock.now())
        .run(&mut *tx)
        .await?;
    for text in [
        "DELETE FROM run_moved WHERE project_id = $1",
        "DELETE FROM run WHERE project_id = $1",
        "DELETE FROM access_token_project WHERE project_id = $1",
        "DELETE FROM sweep_agent WHERE sweep_id IN (SELECT id FROM sweep WHERE project_id = $1)",
        "DELETE FROM sweep WHERE project_id = $1",
        "DELETE FROM run_change WHERE project_id = $1",
        "DELETE FROM project_member WHERE project_id = $1",
        "DELETE FROM project_team WHERE project_id = $1",
        "DELETE FROM project WHERE id = $1",
    ] {
        sql(text).bind(id).run(&mut *tx).await?;
    }
    Ok(())
}
