//! Changing what the organization has set.

use crate::db::{Tx, sql};
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem, audit};

/// What changes; none leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// Why nothing can be written from now on; empty makes the server writable again.
    pub read_only: Option<String>,
    /// Users who are not organization admins may make keys.
    pub users_create_keys: Option<bool>,
    /// Every new key expires within so many days; 0 lifts the limit.
    pub key_max_days: Option<u32>,
    /// Denials do not name admins.
    pub hide_admins: Option<bool>,
    /// Users sign in with passwords.
    pub password_sign_in: Option<bool>,
    /// The audit log is kept so many days; 0 keeps it for ever.
    pub audit_retention_days: Option<u32>,
    /// Deleted runs lie in the trash so many days; with 0 they are gone at once.
    pub trash_days: Option<u32>,
    /// The most requests that one account may make in a minute; 0 lifts the limit.
    pub requests_per_minute: Option<u32>,
}

impl Allowed<Administer, Org> {
    /// Changes settings. Other processes follow within half a second.
    pub async fn change_settings(&self, change: SettingsChange) -> Result<(), Error> {
        let yes_or_no = |value: Option<bool>| value.map(|v| Some(v.to_string()));
        let limit = |value: Option<u32>| value.map(|v| (v > 0).then(|| v.to_string()));
        let text = |value: Option<String>| value.map(|v| Some(v.trim().to_owned()).filter(|v| !v.is_empty()));
        let changes = [
            ("read_only", text(change.read_only)),
            ("users_create_keys", yes_or_no(change.users_create_keys)),
            ("key_max_days", limit(change.key_max_days)),
            ("hide_admins", yes_or_no(change.hide_admins)),
            ("password_sign_in", yes_or_no(change.password_sign_in)),
            ("audit_retention_days", limit(change.audit_retention_days)),
            ("trash_days", change.trash_days.map(|days| Some(days.to_string()))),
            ("requests_per_minute", limit(change.requests_per_minute)),
        ];
        let mut tx = self.domain().db().begin().await?;
        if change.password_sign_in == Some(false) {
            keep_an_admin(&mut tx).await?;
        }
        for (name, value) in changes {
            let Some(value) = value else { continue };
            put(&mut tx, name, value.as_deref()).await?;
            let target = format!("{name} = {}", value.as_deref().unwrap_or("default"));
            audit::done(&mut tx, self.session(), "org:update", &target).await?;
        }
        tx.commit().await?;
        self.domain().keep_settings(None);
        Ok(())
    }
}

async fn put(tx: &mut Tx, name: &'static str, value: Option<&str>) -> Result<(), Error> {
    let Some(value) = value else {
        return sql("DELETE FROM setting WHERE name = $1").bind(name).run(tx).await.map(drop);
    };
    let text =
        "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    sql(text).bind(name).bind(value).run(tx).await.map(drop)
}

/// Fails when no organization admin could sign in without a password: one must have come by the identity provider.
async fn keep_an_admin(tx: &mut Tx) -> Result<(), Error> {
    let text = "SELECT COUNT(*) FROM account WHERE is_admin = $1 AND disabled_at IS NULL AND kind = 'user' AND subject IS NOT NULL";
    match sql(text).bind(true).one::<(i64,)>(tx).await? {
        (0,) => Err(Error::Conflict(Problem::PasswordsNeeded)),
        _ => Ok(()),
    }
}
