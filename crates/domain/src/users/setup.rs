//! The first user: made by whoever holds the one-time link that the first start prints.

use super::create::{NewUser, Ready};
use crate::db::sql;
use crate::domain::Domain;
use crate::keys::secret;
use crate::{Error, Problem};

/// Whether somebody has set this server up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetupState {
    /// No account exists yet.
    Needed,
    /// Done.
    Done,
}

impl Domain {
    /// Whether a first user is still to be made.
    pub async fn setup_state(&self) -> Result<SetupState, Error> {
        let (accounts,): (i64,) = sql("SELECT COUNT(*) FROM account").one(self.db()).await?;
        Ok(if accounts == 0 { SetupState::Needed } else { SetupState::Done })
    }

    /// A fresh one-time token, replacing any earlier one; `None` when the server is set up. Only its hash is stored.
    pub async fn setup_token(&self) -> Result<Option<String>, Error> {
        if self.setup_state().await? == SetupState::Done {
            return Ok(None);
        }
        let token = self.clock().token::<32>()?;
        let text = "INSERT INTO meta (name, value) VALUES ('setup_token', $1) \
                    ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        sql(text).bind(secret::hash(&token)).run(self.db()).await?;
        Ok(Some(token))
    }

    /// Makes the first user, an organization admin, and uses the token up. Returns the account's id.
    pub async fn set_up(&self, token: &str, mut first: NewUser) -> Result<i64, Error> {
        first.is_admin = true;
        if first.password.is_none() {
            return Err(Error::Invalid(Problem::PasswordMissing));
        }
        let ready = Ready::check(first).await?;
        let mut tx = self.db().begin().await?;
        let (accounts,): (i64,) = sql("SELECT COUNT(*) FROM account").one(&mut tx).await?;
        if accounts > 0 {
            return Err(Error::Conflict(Problem::SetUpAlready));
        }
        let text = "DELETE FROM meta WHERE name = 'setup_token' AND value = $1";
        if sql(text).bind(secret::hash(token)).run(&mut tx).await? == 0 {
            return Err(Error::Invalid(Problem::SetupLinkOld));
        }
        let id = ready.insert(&self.system(), &mut tx).await?;
        tx.commit().await?;
        Ok(id)
    }
}
