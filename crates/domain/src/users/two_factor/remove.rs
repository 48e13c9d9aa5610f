//! Removing the second step.

use crate::db::sql;
use crate::policy::{Account, Allowed, Update};
use crate::{Error, audit};

impl Allowed<Update, Account> {
    /// From now on the password alone signs in again; for whoever knows it.
    pub async fn remove_two_factor(&self, password: &str) -> Result<(), Error> {
        self.knows_password(password).await?;
        self.forget_two_factor().await
    }

    /// The same for an admin, when authenticator and recovery codes are lost.
    pub async fn forget_two_factor(&self) -> Result<(), Error> {
        let id = self.resource().id;
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE account SET totp_secret = NULL, totp_pending = NULL, totp_step = NULL WHERE id = $1";
        sql(text).bind(id).run(&mut tx).await?;
        sql("DELETE FROM recovery_code WHERE user_id = $1").bind(id).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "user:remove_two_factor", &self.resource().name).await?;
        tx.commit().await
    }
}
