//! Web sessions: from somebody known to a cookie, and out again.

use super::password;
use crate::db::sql;
use crate::domain::Domain;
use crate::keys::secret;
use crate::policy::ClientInfo;
use crate::{Error, audit};

impl Domain {
    /// Checks a password; the account's id when it fits. Says nothing about which part was wrong, and takes the same time.
    /// Throttling is the caller's.
    pub async fn check_password(&self, name_or_email: &str, password: &str) -> Result<Option<i64>, Error> {
        let text = "SELECT id, password_hash FROM account WHERE (name = $1 OR email = $2) AND kind = 'user' AND disabled_at IS NULL";
        let who = name_or_email.trim();
        let row: Option<(i64, Option<String>)> =
            sql(text).bind(who).bind(who.to_lowercase()).optional(self.db()).await?;
        let (id, hash) = row.map_or((None, None), |(id, hash)| (Some(id), hash));
        let fits = password::verify(password, hash).await?;
        Ok(id.filter(|_| fits))
    }

    /// Starts a web session of `seconds` for an account that was found to be who it says; the cookie's value, which is
    /// stored only as a hash. A disabled account is a denial.
    pub async fn start_web_session(&self, account: i64, seconds: i64, client: &ClientInfo) -> Result<String, Error> {
        let session = self.session_of(account, client.clone()).await?;
        let cookie = self.clock().token::<50>()?;
        let now = self.clock().now();
        let mut tx = self.db().begin().await?;
        sql("DELETE FROM web_session WHERE expires_at < $1").bind(now).run(&mut tx).await?;
        sql("INSERT INTO web_session (hash, user_id, created_at, expires_at, address, client, last_seen_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $3)")
        .bind(secret::hash(&cookie))
        .bind(account)
        .bind(now)
        .bind(now.saturating_add(seconds.saturating_mul(1_000_000)))
        .bind(client.address.clone())
        .bind(client.agent.clone())
        .run(&mut tx)
        .await?;
        audit::done(&mut tx, &session, "user:sign_in", session.name()).await?;
        tx.commit().await?;
        Ok(cookie)
    }

    /// Ends a web session; one that is not there is already ended.
    pub async fn end_web_session(&self, cookie: &str) -> Result<(), Error> {
        sql("DELETE FROM web_session WHERE hash = $1").bind(secret::hash(cookie)).run(self.db()).await.map(drop)
    }
}
