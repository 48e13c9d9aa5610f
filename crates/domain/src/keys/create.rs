//! Making a key.

use super::ApiKey;
use super::secret;
use crate::model::KeyScope;
use crate::policy::{Account, Allowed, Project, Read, Update};
use crate::{Error, Problem, Thing, audit, db::sql};

/// What the maker of a key chooses.
#[derive(Debug, Default)]
pub struct NewKeyOptions {
    /// 1–128 characters; empty becomes `key`.
    pub name: String,
    /// Read only, or everything its owner may do (default).
    pub scope: Option<KeyScope>,
    /// Days until it expires.
    pub expires_in_days: Option<u32>,
    /// Narrowed to this project, which the maker must be able to read.
    pub project: Option<Allowed<Read, Project>>,
}

/// A new key with its secret, which is told this once.
pub struct NewKey {
    /// The key as it is listed from now on.
    pub key: ApiKey,
    /// The whole key.
    pub secret: String,
}

impl Allowed<Update, Account> {
    /// Makes a key for the account.
    pub async fn create_key(&self, options: NewKeyOptions) -> Result<NewKey, Error> {
        let name = match options.name.trim() {
            "" => "key",
            name if name.chars().count() > 128 || name.chars().any(char::is_control) => {
                return Err(Error::Invalid(Problem::LabelLength { what: Thing::KeyName, most: 128 }));
            }
            name => name,
        };
        let (domain, clock) = (self.domain(), self.domain().clock());
        let (id, now) = (clock.id()?, clock.now());
        let secret = secret::generate(clock, domain.key_prefix())?;
        let day = 24 * 3600 * 1_000_000;
        let key = ApiKey {
            id,
            name: name.to_owned(),
            hint: secret::hint(&secret),
            scope: options.scope.unwrap_or(KeyScope::Write),
            project: options.project.as_ref().map(|p| p.resource().path().to_string()),
            created_at: now,
            last_used_at: None,
            expires_at: options.expires_in_days.map(|d| now + i64::from(d) * day),
            revoked_at: None,
        };
        let mut tx = domain.db().begin().await?;
        sql("INSERT INTO api_key (id, user_id, name, hash, hint, scope, project_id, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(id)
        .bind(self.resource().id)
        .bind(&key.name)
        .bind(secret::hash(&secret))
        .bind(&key.hint)
        .bind(key.scope.as_str())
        .bind(options.project.map(|p| p.resource().id))
        .bind(now)
        .bind(key.expires_at)
        .run(&mut tx)
        .await?;
        audit::done(&mut tx, self.session(), "key:create", &format!("{}/{}", self.resource().name, key.name)).await?;
        tx.commit().await?;
        Ok(NewKey { key, secret })
    }
}
