//! Removing the second step.

use crate::db::{Tx, sql};
use crate::policy::{Account, Allowed, DisableUser, Org, Update};
use crate::{Error, Thing, audit};

impl Allowed<Update, Account> {
    /// From now on the password alone signs in again; for whoever knows it.
    pub async fn remove_two_factor(&self, password: &str) -> Result<(), Error> {
        self.knows_password(password).await?;
        let mut tx = self.domain().db().begin().await?;
        forget(&mut tx, self.resource().id).await?;
        audit::done(&mut tx, self.session(), "user:remove_two_factor", &self.resource().name).await?;
        tx.commit().await
    }
}

impl Allowed<DisableUser, Org> {
    /// The same for somebody who has lost authenticator and recovery codes. Where there is no second step, nothing happens.
    pub async fn reset_two_factor(&self, name: &str) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT id FROM account WHERE name = $1 AND kind = 'user'";
        let found: Option<(i64,)> = sql(text).bind(name).optional(&mut tx).await?;
        let (id,) = found.ok_or_else(|| Error::not_found(Thing::User, name))?;
        if forget(&mut tx, id).await? {
            audit::done(&mut tx, self.session(), "user:reset_two_factor", name).await?;
        }
        tx.commit().await
    }
}

/// Whether there was anything to forget.
async fn forget(tx: &mut Tx, id: i64) -> Result<bool, Error> {
    let text = "UPDATE account SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL \
                WHERE id = $1 AND (totp_secret IS NOT NULL OR totp_pending IS NOT NULL)";
    let changed = sql(text).bind(id).run(&mut *tx).await?;
    sql("DELETE FROM recovery_code WHERE user_id = $1").bind(id).run(tx).await?;
    Ok(changed > 0)
}
