//! What organization admins change of an account: admin or not, disabled or not. The last admin of the organization, and
//! of any team, stays.

use crate::db::{Tx, sql};
use crate::policy::{Allowed, DisableUser, Org};
use crate::{Error, Problem, Thing, audit, teams};

/// What changes; none leaves as it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountUpdate {
    /// Administers the organization.
    pub admin: Option<bool>,
    /// Nothing that it presents is accepted; its runs stay.
    pub disabled: Option<bool>,
}

impl Allowed<DisableUser, Org> {
    /// Changes an account.
    pub async fn update_account(&self, name: &str, update: AccountUpdate) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        // Two that take each other's rights away at once wait for each other here.
        sql("UPDATE counter SET last = last WHERE name = 'account'").run(&mut tx).await?;
        let text = "SELECT id, kind FROM account WHERE name = $1";
        let row: Option<(i64, String)> = sql(text).bind(name).optional(&mut tx).await?;
        let (id, kind) = row.ok_or_else(|| Error::not_found(Thing::User, name))?;
        if update.admin == Some(false) || update.disabled == Some(true) {
            self.keep_an_admin(&mut tx, id, name).await?;
        }
        if update.disabled == Some(true) {
            teams::keep_admins(&mut tx, id, name).await?;
        }
        if let Some(admin) = update.admin {
            if admin && kind != "user" {
                return Err(Error::Invalid(Problem::ServiceAdmin { name: name.to_owned() }));
            }
            sql("UPDATE account SET is_admin = $1 WHERE id = $2").bind(admin).bind(id).run(&mut tx).await?;
            let action = if admin { "user:make_admin" } else { "user:unmake_admin" };
            audit::done(&mut tx, self.session(), action, name).await?;
        }
        match update.disabled {
            Some(true) => {
                let text = "UPDATE account SET disabled_at = COALESCE(disabled_at, $1) WHERE id = $2";
                sql(text).bind(self.session().now()).bind(id).run(&mut tx).await?;
                sql("DELETE FROM web_session WHERE user_id = $1").bind(id).run(&mut tx).await?;
                audit::done(&mut tx, self.session(), "user:disable", name).await?;
            }
            Some(false) => {
                sql("UPDATE account SET disabled_at = NULL WHERE id = $1").bind(id).run(&mut tx).await?;
                audit::done(&mut tx, self.session(), "user:enable", name).await?;
            }
            None => {}
        }
        tx.commit().await
    }

    /// Fails when without this account nobody could administer the organization: disabled accounts and service accounts
    /// do not count, nor do those that cannot sign in while passwords are switched off.
    async fn keep_an_admin(&self, tx: &mut Tx, id: i64, name: &str) -> Result<(), Error> {
        let passwords = self.domain().settings().await?.password_sign_in;
        let text = "SELECT COUNT(*) FROM account WHERE is_admin = $1 AND disabled_at IS NULL AND kind = 'user' \
                    AND ($2 OR subject IS NOT NULL) AND id <> $3";
        let (others,): (i64,) = sql(text).bind(true).bind(passwords).bind(id).one(&mut *tx).await?;
        let (this,): (i64,) =
            sql("SELECT COUNT(*) FROM account WHERE id = $1 AND is_admin = $2").bind(id).bind(true).one(tx).await?;
        if this == 1 && others == 0 {
            return Err(Error::Conflict(Problem::LastAdmin { name: name.to_owned() }));
        }
        Ok(())
    }
}
