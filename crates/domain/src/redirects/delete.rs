//! Deleting a redirect.

use crate::db::sql;
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Thing, audit};

impl Allowed<Administer, Org> {
    /// The name leads nowhere from then on; the old name of something that was renamed may be taken again.
    pub async fn delete_redirect(&self, id: i64) -> Result<(), Error> {
        let found = self.redirects().await?.into_iter().find(|redirect| redirect.id == id);
        let redirect = found.ok_or_else(|| Error::not_found(Thing::Redirect, id.to_string()))?;
        let mut tx = self.domain().db().begin().await?;
        sql("DELETE FROM redirect WHERE id = $1").bind(id).run(&mut tx).await?;
        let target = format!("{} to {}", redirect.pattern, redirect.target);
        audit::done(&mut tx, self.session(), "redirect:delete", &target).await?;
        tx.commit().await
    }
}
