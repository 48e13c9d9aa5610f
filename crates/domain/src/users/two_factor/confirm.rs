//! Confirming: the authenticator has the secret, since it shows a code of it.

use super::{codes, seconds};
use crate::db::sql;
use crate::keys::secret::hash;
use crate::policy::{Account, Allowed, Update};
use crate::{Error, Problem, audit};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;

impl Allowed<Update, Account> {
    /// From now on a password alone does not sign in. Answers with the recovery codes, which are told this once; earlier
    /// ones end. Other web sessions end too: they were begun with the password alone.
    pub async fn confirm_two_factor(&self, code: &str) -> Result<Vec<String>, Error> {
        let (domain, id) = (self.domain(), self.resource().id);
        let text = "SELECT totp_pending FROM account WHERE id = $1";
        let (pending,): (Option<String>,) = sql(text).bind(id).one(domain.db()).await?;
        let pending = pending.ok_or(Error::Conflict(Problem::TwoFactorNotBegun))?;
        let step = codes(&pending)?.check(code.trim(), seconds(domain.clock().now()));
        let step = step.ok_or(Error::Invalid(Problem::WrongCode))?;
        let recovery = (0..RECOVERY_CODES)
            .map(|_| Ok(format!("{}-{}", domain.clock().token::<5>()?, domain.clock().token::<5>()?)))
            .collect::<Result<Vec<_>, Error>>()?;
        let mut tx = domain.db().begin().await?;
        let text = "UPDATE account SET totp_secret = $1, totp_pending = NULL, totp_step = $2 \
                    WHERE id = $3 AND totp_pending = $1";
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        if sql(text).bind(&pending).bind(step).bind(id).run(&mut tx).await? == 0 {
            return Err(Error::Conflict(Problem::TwoFactorNotBegun));
        }
        sql("DELETE FROM recovery_code WHERE user_id = $1").bind(id).run(&mut tx).await?;
        for code in &recovery {
            let text = "INSERT INTO recovery_code (user_id, hash) VALUES ($1, $2)";
            sql(text).bind(id).bind(hash(code)).run(&mut tx).await?;
        }
        let keep = self.session().cookie_hash().unwrap_or_default();
        let text = "DELETE FROM web_session WHERE user_id = $1 AND hash <> $2";
        sql(text).bind(id).bind(keep).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "user:confirm_two_factor", &self.resource().name).await?;
        tx.commit().await?;
        Ok(recovery)
    }
}
