//! Disabling and enabling accounts.

use crate::db::sql;
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem, Thing, audit};

impl Allowed<Administer, Org> {
    /// Nothing the account presents is accepted any more; its runs stay. The last organization admin cannot be disabled.
    pub async fn disable_user(&self, name: &str) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT COUNT(*) FROM account WHERE is_admin = $1 AND disabled_at IS NULL AND name <> $2";
        let (others,): (i64,) = sql(text).bind(true).bind(name).one(&mut tx).await?;
        if others == 0 {
            return Err(Error::Conflict(Problem::LastAdmin { name: name.to_owned() }));
        }
        let now = self.domain().clock().now();
        let text = "UPDATE account SET disabled_at = COALESCE(disabled_at, $1) WHERE name = $2";
        if sql(text).bind(now).bind(name).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::User, name));
        }
        sql("DELETE FROM web_session WHERE user_id IN (SELECT id FROM account WHERE name = $1)")
            .bind(name)
            .run(&mut tx)
            .await?;
        audit::done(&mut tx, self.session(), "user:disable", name).await?;
        tx.commit().await
    }

    /// Lets the account in again.
    pub async fn enable_user(&self, name: &str) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        if sql("UPDATE account SET disabled_at = NULL WHERE name = $1").bind(name).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::User, name));
        }
        audit::done(&mut tx, self.session(), "user:enable", name).await?;
        tx.commit().await
    }
}
