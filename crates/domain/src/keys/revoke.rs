//! Revoking a key.

use crate::policy::{Account, Allowed, Update};
use crate::{Error, Thing, audit, db::sql};

impl Allowed<Update, Account> {
    /// Makes one of the account's keys useless from the next request on. Revoking twice changes nothing.
    pub async fn revoke_key(&self, id: i64) -> Result<(), Error> {
        let domain = self.domain();
        let mut tx = domain.db().begin().await?;
        let text = "UPDATE api_key SET revoked_at = COALESCE(revoked_at, $1), revoked_by = COALESCE(revoked_by, $2) \
                    WHERE id = $3 AND user_id = $4";
        let touched = sql(text)
            .bind(domain.clock().now())
            .bind(self.session().name())
            .bind(id)
            .bind(self.resource().id)
            .run(&mut tx)
            .await?;
        if touched == 0 {
            return Err(Error::not_found(Thing::Key, id.to_string()));
        }
        audit::done(&mut tx, self.session(), "key:revoke", &format!("{}/{id}", self.resource().name)).await?;
        tx.commit().await
    }
}

impl crate::policy::Session {
    /// The name of the account that a key belongs to, for callers who hold only the key's id (organization admins).
    pub async fn key_owner(&self, id: i64) -> Result<String, Error> {
        self.allow::<crate::policy::Administer, crate::policy::Org>(&()).await?;
        let text = "SELECT a.name FROM api_key k JOIN account a ON a.id = k.user_id WHERE k.id = $1";
        let row: Option<(String,)> = sql(text).bind(id).optional(self.domain().db()).await?;
        row.map(|(name,)| name).ok_or_else(|| Error::not_found(Thing::Key, id.to_string()))
    }
}
