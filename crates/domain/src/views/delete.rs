//! Deleting a view.

use crate::db::{Tx, sql};
use crate::policy::{Allowed, Delete, View};
use crate::{Error, audit};

impl Allowed<Delete, View> {
    /// Deletes the view with its earlier versions, comments and links.
    pub async fn delete(&self) -> Result<(), Error> {
        let view = self.resource();
        let mut tx = self.domain().db().begin().await?;
        remove(&mut tx, "$1", view.id).await?;
        audit::done(&mut tx, self.session(), "report:delete", &view.path().to_string()).await?;
        tx.commit().await
    }
}

/// Deletes views and what belongs to them; `which` is SQL for their ids, in terms of `id` as `$1`.
pub(crate) async fn remove(tx: &mut Tx, which: &str, id: i64) -> Result<(), Error> {
    let tokens = format!("SELECT id FROM access_token WHERE view_id IN ({which})");
    for text in [
        format!("DELETE FROM access_token_project WHERE token_id IN ({tokens})"),
        format!("DELETE FROM access_token WHERE view_id IN ({which})"),
        format!("DELETE FROM view_comment WHERE view_id IN ({which}) AND parent_id IS NOT NULL"),
        format!("DELETE FROM view_comment WHERE view_id IN ({which})"),
        format!("DELETE FROM saved_view_version WHERE view_id IN ({which})"),
        format!("DELETE FROM saved_view WHERE id IN ({which})"),
    ] {
        sql(text).bind(id).run(&mut *tx).await?;
    }
    Ok(())
}
