//! A link by which somebody chooses the password of an account that an admin made: one use, seven days.

use super::password;
use crate::db::sql;
use crate::keys::secret;
use crate::policy::{Account, Allowed, ClientInfo, Update};
use crate::{Domain, Error, Problem, audit};

/// How long a link is good.
const GOOD_FOR: i64 = 7 * 24 * 3600 * 1_000_000;

impl Allowed<Update, Account> {
    /// The token of a new link, which is told this once.
    pub async fn password_link(&self) -> Result<String, Error> {
        let token = self.domain().clock().token::<40>()?;
        let mut tx = self.domain().db().begin().await?;
        sql("INSERT INTO password_link (hash, user_id, expires_at) VALUES ($1, $2, $3)")
            .bind(secret::hash(&token))
            .bind(self.resource().id)
            .bind(self.session().now() + GOOD_FOR)
            .run(&mut tx)
            .await?;
        audit::done(&mut tx, self.session(), "user:password_link", &self.resource().name).await?;
        tx.commit().await?;
        Ok(token)
    }
}

impl Domain {
    /// Sets the password of the account that the link was made for and uses the link up; the account's id.
    pub async fn choose_password(&self, token: &str, password: &str, client: &ClientInfo) -> Result<i64, Error> {
        let wrong = || Error::Invalid(Problem::PasswordLink);
        let (link, now) = (secret::hash(token), self.clock().now());
        let text = "SELECT user_id FROM password_link WHERE hash = $1 AND expires_at > $2";
        let row: Option<(i64,)> = sql(text).bind(&link).bind(now).optional(self.db()).await?;
        let (account,) = row.ok_or_else(wrong)?;
        let session = self.session_of(account, client.clone()).await?;
        if !self.settings().await?.password_sign_in {
            return Err(Error::Conflict(Problem::PasswordsOff));
        }
        let hash = password::hash(password).await?;
        let mut tx = self.db().begin().await?;
        if sql("DELETE FROM password_link WHERE hash = $1").bind(link).run(&mut tx).await? == 0 {
            return Err(wrong());
        }
        password::store(&mut tx, account, &hash, None).await?;
        audit::done(&mut tx, &session, "user:set_password", session.name()).await?;
        tx.commit().await?;
        Ok(account)
    }
}
