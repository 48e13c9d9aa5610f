//! Checking a code at sign-in.

use super::{codes, seconds};
use crate::db::sql;
use crate::keys::secret::hash;
use crate::policy::{Account, Allowed, Read};
use crate::{Domain, Error};

/// How the second step of a sign-in went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondStep {
    /// The account has none, or the code was right.
    Done,
    /// A code is needed.
    Needed,
    /// The code is wrong, or was used before.
    Wrong,
}

impl Domain {
    /// The second step for an account whose password was right. Throttling is the caller's. A right code is used up.
    pub async fn second_step(&self, account: i64, code: Option<&str>) -> Result<SecondStep, Error> {
        let text = "SELECT totp_secret FROM account WHERE id = $1";
        let (secret,): (Option<String>,) = sql(text).bind(account).one(self.db()).await?;
        let Some(secret) = secret else { return Ok(SecondStep::Done) };
        let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else { return Ok(SecondStep::Needed) };
        let used = match codes(&secret)?.check(&code.replace(' ', ""), seconds(self.clock().now())) {
            // Of two requests with one code, one finds the step used.
            Some(step) => {
                let text = "UPDATE account SET totp_step = $1 WHERE id = $2 AND (totp_step IS NULL OR totp_step < $1)";
                sql(text).bind(i64::try_from(step).unwrap_or(i64::MAX)).bind(account).run(self.db()).await?
            }
            None => {
                let text = "DELETE FROM recovery_code WHERE user_id = $1 AND hash = $2";
                sql(text).bind(account).bind(hash(&code.to_lowercase())).run(self.db()).await?
            }
        };
        Ok(if used == 1 { SecondStep::Done } else { SecondStep::Wrong })
    }
}

impl Allowed<Read, Account> {
    /// Whether a code is needed to sign in, and how many recovery codes are left.
    pub async fn two_factor(&self) -> Result<(bool, i64), Error> {
        let text = "SELECT totp_secret IS NOT NULL, (SELECT COUNT(*) FROM recovery_code WHERE user_id = $1) \
                    FROM account WHERE id = $1";
        sql(text).bind(self.resource().id).one(self.domain().db()).await
    }
}
