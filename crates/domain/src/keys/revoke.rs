//! Revoking a key, and finding whose it is.

use super::{ApiKey, list};
use crate::model::EntityPath;
use crate::policy::{Account, Allowed, Caller, On, RevokeKey, Session};
use crate::{Error, Thing, audit, db::sql};

impl Allowed<RevokeKey, Account> {
    /// Makes one of the account's keys useless from the next request on. Revoking twice changes nothing.
    pub async fn revoke_key(&self, id: i64) -> Result<ApiKey, Error> {
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
        let key = list::one(&mut tx, id).await?;
        tx.commit().await?;
        Ok(key)
    }
}

impl Session {
    /// The account that key `id` belongs to, for callers who hold only the id. A key that the caller may not manage is
    /// answered like one that is not there.
    pub async fn holder_of_key<A: On<Account>>(&self, id: i64) -> Result<Allowed<A, Account>, Error> {
        if *self.caller() == Caller::Anonymous {
            return self.me::<A>().await;
        }
        let text = "SELECT a.name FROM api_key k JOIN account a ON a.id = k.user_id WHERE k.id = $1 AND k.kind = 'key'";
        let owner: Option<(String,)> = sql(text).bind(id).optional(self.db()).await?;
        let unknown = || Error::not_found(Thing::Key, id.to_string());
        let (owner,) = owner.ok_or_else(unknown)?;
        let mine = self.user().is_some_and(|user| user.name == owner);
        match self.allow::<A, Account>(&EntityPath(owner)).await {
            Err(Error::Denied(_)) if !mine => Err(unknown()),
            other => other,
        }
    }
}
