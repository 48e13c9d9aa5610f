//! Deleting a view.

use crate::db::sql;
use crate::policy::{Allowed, Delete, View};
use crate::{Error, audit};

impl Allowed<Delete, View> {
    /// Deletes the view with its earlier versions.
    pub async fn delete(&self) -> Result<(), Error> {
        let view = self.resource();
        let mut tx = self.domain().db().begin().await?;
        sql("DELETE FROM saved_view_version WHERE view_id = $1").bind(view.id).run(&mut tx).await?;
        sql("DELETE FROM saved_view WHERE id = $1").bind(view.id).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "report:delete", &view.path().to_string()).await?;
        tx.commit().await
    }
}
