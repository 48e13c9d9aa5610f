//! Deleting a project with everything in it.

use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::policy::{Allowed, Delete, Project};
use crate::{Error, audit};

impl Allowed<Delete, Project> {
    /// Deletes the project, its runs and their rows in one transaction; then their blobs, as far as no crash intervenes
    /// (a blob without a row is never reachable).
    pub async fn delete(&self) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let blobs = remove(&mut tx, self.resource().id, self.domain().clock().now()).await?;
        audit::done(&mut tx, self.session(), "project:delete", &self.resource().path().to_string()).await?;
        tx.commit().await?;
        for blob in blobs {
            self.domain().blobs().delete(&blob).await?;
        }
        Ok(())
    }
}

/// Deletes the rows of a project and of all in it. The names of its blobs, which nothing reaches any more.
pub(crate) async fn remove(tx: &mut Tx, id: i64, now: Micros) -> Result<Vec<String>, Error> {
    let runs = "SELECT id FROM run WHERE project_id = $1";
    let text = format!(
        "SELECT blob FROM segment WHERE run_id IN ({runs}) UNION ALL SELECT blob FROM file WHERE run_id IN ({runs})"
    );
    let blobs: Vec<(String,)> = sql(text).bind(id).all(&mut *tx).await?;
    let artifacts = crate::artifacts::remove_all(tx, id).await?;
    for table in ["tail", "segment", "stream", "file", "alert", "sweep_run"] {
        sql(format!("DELETE FROM {table} WHERE run_id IN ({runs})")).bind(id).run(&mut *tx).await?;
    }
    crate::views::remove(tx, "SELECT id FROM saved_view WHERE project_id = $1", id).await?;
    sql("UPDATE api_key SET project_id = NULL, revoked_at = COALESCE(revoked_at, $2) WHERE project_id = $1")
        .bind(id)
        .bind(now)
        .run(&mut *tx)
        .await?;
    for text in [
        "DELETE FROM run WHERE project_id = $1",
        "DELETE FROM access_token_project WHERE project_id = $1",
        "DELETE FROM sweep_agent WHERE sweep_id IN (SELECT id FROM sweep WHERE project_id = $1)",
        "DELETE FROM sweep WHERE project_id = $1",
        "DELETE FROM run_change WHERE project_id = $1",
        "DELETE FROM project_member WHERE project_id = $1",
        "DELETE FROM project WHERE id = $1",
    ] {
        sql(text).bind(id).run(&mut *tx).await?;
    }
    Ok(blobs.into_iter().map(|(blob,)| blob).chain(artifacts).collect())
}
