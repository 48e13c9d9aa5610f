//! Web sessions: from a password to a cookie, and out again.

use super::password;
use crate::Error;
use crate::db::sql;
use crate::domain::Domain;
use crate::keys::secret;

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

    /// Starts a web session of `seconds`; the cookie's value, which is stored only as a hash.
    pub async fn start_web_session(&self, account: i64, seconds: i64) -> Result<String, Error> {
        let cookie = self.clock().token::<50>()?;
        let now = self.clock().now();
        sql("DELETE FROM web_session WHERE expires_at < $1").bind(now).run(self.db()).await?;
        sql("INSERT INTO web_session (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(secret::hash(&cookie))
            .bind(account)
            .bind(now)
            .bind(now + seconds * 1_000_000)
            .run(self.db())
            .await?;
        Ok(cookie)
    }

    /// Ends a web session; one that is not there is already ended.
    pub async fn end_web_session(&self, cookie: &str) -> Result<(), Error> {
        sql("DELETE FROM web_session WHERE hash = $1").bind(secret::hash(cookie)).run(self.db()).await.map(drop)
    }
}
