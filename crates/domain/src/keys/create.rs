//! Making a key.

use super::secret::{self, Secret};
use super::{ApiKey, list};
use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::KeyScope;
use crate::policy::{Account, Allowed, CreateKey, Entity, Project, Read};
use crate::{Error, Problem, Thing, audit};

/// Microseconds of a day.
const DAY: Micros = 24 * 3600 * 1_000_000;

/// What the maker of a key chooses.
#[derive(Debug, Default)]
pub struct NewKeyOptions {
    /// 1–128 characters; empty becomes `key`.
    pub name: String,
    /// Read only, or everything its owner may do (default).
    pub scope: Option<KeyScope>,
    /// Days until it expires; none: as long as the organization lets keys live.
    pub expires_in_days: Option<u32>,
    /// What it is narrowed to.
    pub within: Option<Within>,
}

/// What a key is narrowed to: something that its maker may see.
#[derive(Debug)]
pub enum Within {
    /// An entity with all its projects.
    Entity(Allowed<Read, Entity>),
    /// One project.
    Project(Allowed<Read, Project>),
}

/// A new key with its secret, which is told this once.
pub struct NewKey {
    /// The key as it is listed from now on.
    pub key: ApiKey,
    /// The whole key.
    pub secret: String,
}

impl Allowed<CreateKey, Account> {
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
        let days = self.days(options.expires_in_days).await?;
        let expires_at = self.not_longer_than_its_maker(days.map(|days| now + i64::from(days) * DAY)).await?;
        let secret = Secret::generate(clock, domain.key_prefix())?;
        let (team, project) = match &options.within {
            None => (None, None),
            Some(Within::Entity(entity)) => (Some(entity.resource().id), None),
            Some(Within::Project(project)) => (None, Some(project.resource().id)),
        };
        let mut tx = domain.db().begin().await?;
        sql("INSERT INTO api_key (id, user_id, name, hash, hint, scope, team_id, project_id, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(id)
        .bind(self.resource().id)
        .bind(name)
        .bind(secret::hash(&secret.text))
        .bind(secret.hint())
        .bind(options.scope.unwrap_or(KeyScope::Write).as_str())
        .bind(team)
        .bind(project)
        .bind(now)
        .bind(expires_at)
        .run(&mut tx)
        .await?;
        self.told(tx, id, secret, "key:create", &format!("{}/{name}", self.resource().name)).await
    }

    /// The key just written, with its secret; writes the audit and ends the transaction.
    pub(super) async fn told(
        &self,
        mut tx: Tx,
        id: i64,
        secret: Secret,
        action: &'static str,
        target: &str,
    ) -> Result<NewKey, Error> {
        let key = list::one(&mut tx, id).await?;
        audit::done(&mut tx, self.session(), action, target).await?;
        tx.commit().await?;
        Ok(NewKey { key, secret: secret.text })
    }

    /// The days that a new key lives, within what the organization has set.
    async fn days(&self, wanted: Option<u32>) -> Result<Option<u32>, Error> {
        let most = self.domain().settings().await?.key_max_days;
        match (wanted, most) {
            (Some(0), _) => {
                Err(Error::Invalid(Problem::KeyDays { most: most.map(|days| days.to_string()).unwrap_or_default() }))
            }
            (Some(days), Some(most)) if days > most => Err(Error::Invalid(Problem::KeyDays { most: most.to_string() })),
            (wanted, most) => Ok(wanted.or(most)),
        }
    }

    /// A key that was made with a key ends with that one at the latest: keys narrow, and never widen.
    pub(super) async fn not_longer_than_its_maker(&self, expires_at: Option<Micros>) -> Result<Option<Micros>, Error> {
        let Some(key) = self.session().key() else { return Ok(expires_at) };
        let text = "SELECT expires_at FROM api_key WHERE id = $1";
        let (ends,): (Option<Micros>,) = sql(text).bind(key.id).one(self.domain().db()).await?;
        Ok(match (expires_at, ends) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        })
    }
}
