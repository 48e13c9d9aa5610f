//! Changing an account: profile, language, password.

use super::password;
use crate::db::sql;
use crate::policy::{Account, Allowed, Update};
use crate::{Error, Problem, Thing, audit};

/// Languages that the catalogue has.
const LANGUAGES: &[&str] = &["en", "es", "fr", "de", "ja"];

/// What to change; `None` leaves a field, an empty text clears it.
#[derive(Debug, Default)]
pub struct AccountChange {
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// Saved language.
    pub language: Option<String>,
}

impl Allowed<Update, Account> {
    /// Changes the profile.
    pub async fn edit(&self, change: AccountChange) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        if let Some(email) = change.email {
            let email = check_email(Some(email))?;
            let taken: Option<(i64,)> = sql("SELECT id FROM account WHERE email = $1 AND id <> $2")
                .bind(email.clone())
                .bind(self.resource().id)
                .optional(&mut tx)
                .await?;
            if let (Some(_), Some(email)) = (taken, &email) {
                return Err(Error::Conflict(Problem::EmailTaken { email: email.clone() }));
            }
            self.set(&mut tx, "email", email).await?;
        }
        if let Some(name) = change.full_name {
            self.set(&mut tx, "full_name", check_full_name(Some(name))?).await?;
        }
        if let Some(language) = change.language {
            self.set(&mut tx, "language", check_language(Some(language))?).await?;
        }
        tx.commit().await
    }

    /// Sets a new password and ends every web session of the account but the one that asks.
    pub async fn set_password(&self, password: &str) -> Result<(), Error> {
        let hash = password::hash(password).await?;
        let mut tx = self.domain().db().begin().await?;
        password::store(&mut tx, self.resource().id, &hash, self.session().cookie_hash()).await?;
        audit::done(&mut tx, self.session(), "user:set_password", &self.resource().name).await?;
        tx.commit().await
    }

    /// Sets a new password for whoever knows the current one.
    pub async fn change_password(&self, current: &str, next: &str) -> Result<(), Error> {
        self.knows_password(current).await?;
        self.set_password(next).await
    }

    /// Fails unless `password` is the account's.
    pub(super) async fn knows_password(&self, password: &str) -> Result<(), Error> {
        let text = "SELECT password_hash FROM account WHERE id = $1";
        let (hash,): (Option<String>,) = sql(text).bind(self.resource().id).one(self.domain().db()).await?;
        match password::verify(password, hash).await? {
            true => Ok(()),
            false => Err(Error::Invalid(Problem::PasswordWrong)),
        }
    }

    /// `column` is one of ours.
    async fn set(&self, tx: &mut crate::db::Tx, column: &'static str, value: Option<String>) -> Result<(), Error> {
        let text = format!("UPDATE account SET {column} = $1 WHERE id = $2");
        sql(text).bind(value).bind(self.resource().id).run(tx).await.map(drop)
    }
}

/// An address with something on both sides of one `@`; empty is none.
pub(crate) fn check_email(email: Option<String>) -> Result<Option<String>, Error> {
    let Some(email) = email.map(|e| e.trim().to_lowercase()).filter(|e| !e.is_empty()) else { return Ok(None) };
    let parts: Vec<_> = email.split('@').collect();
    let plain = |s: &str| !s.is_empty() && !s.chars().any(|c| c.is_control() || c.is_whitespace());
    match parts.as_slice() {
        [local, host] if plain(local) && plain(host) && email.len() <= 254 => Ok(Some(email)),
        _ => Err(Error::Invalid(Problem::BadEmail { email })),
    }
}

/// At most 128 characters; empty is none.
pub(crate) fn check_full_name(name: Option<String>) -> Result<Option<String>, Error> {
    match name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) {
        Some(name) if name.chars().count() > 128 || name.chars().any(char::is_control) => {
            Err(Error::Invalid(Problem::LabelLength { what: Thing::FullName, most: 128 }))
        }
        name => Ok(name),
    }
}

/// One of the catalogue's languages; empty is none.
pub(super) fn check_language(language: Option<String>) -> Result<Option<String>, Error> {
    match language.filter(|l| !l.is_empty()) {
        None => Ok(None),
        Some(l) if LANGUAGES.contains(&l.as_str()) => Ok(Some(l)),
        Some(l) => {
            Err(Error::Invalid(Problem::BadWord { what: Thing::Language, text: l, known: LANGUAGES.join(", ") }))
        }
    }
}
