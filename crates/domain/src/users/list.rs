//! Finding accounts.

use super::account::{AccountDetails, COLUMNS};
use crate::Error;
use crate::db::sql;
use crate::policy::{Account, Administer, Allowed, Org, Read, Session};

impl Allowed<Administer, Org> {
    /// Every account, by name.
    pub async fn users(&self) -> Result<Vec<AccountDetails>, Error> {
        sql(format!("SELECT {COLUMNS} FROM account ORDER BY name")).all(self.domain().db()).await
    }
}

impl Allowed<Read, Account> {
    /// The account in full.
    pub async fn details(&self) -> Result<AccountDetails, Error> {
        let text = format!("SELECT {COLUMNS} FROM account WHERE id = $1");
        sql(text).bind(self.id()).one(self.domain().db()).await
    }
}

impl Session {
    /// Accounts whose user name or e-mail address is exactly `query`: any signed-in user may look people up by what
    /// they already know. Service accounts are not people, and only their team knows them. The e-mail address is shown to its owner and to organization admins only.
    pub async fn find_users(&self, query: &str) -> Result<Vec<AccountDetails>, Error> {
        let Some(me) = self.user() else { return Ok(Vec::new()) };
        let text = format!(
            "SELECT {COLUMNS} FROM account WHERE (name = $1 OR email = $2) AND kind = 'user' ORDER BY name LIMIT 50"
        );
        let found: Vec<AccountDetails> = sql(text).bind(query).bind(query.to_lowercase()).all(self.db()).await?;
        let shown = |mut a: AccountDetails| {
            if !me.is_admin && a.id != me.id {
                a.email = None;
            }
            a
        };
        Ok(found.into_iter().map(shown).collect())
    }
}
