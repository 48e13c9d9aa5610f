//! Replacing a key by a new one of the same name, rights and lifetime.

use sqlx::FromRow;

use super::NewKey;
use super::secret::{self, Secret};
use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Account, Allowed, CreateKey};
use crate::{Error, Thing};

#[derive(FromRow)]
struct Old {
    created_at: Micros,
    expires_at: Option<Micros>,
}

impl Allowed<CreateKey, Account> {
    /// Makes a new key like key `id`, which lives as long as that one was to live; the old one ends after
    /// `overlap_seconds`, or when it was to end anyway.
    pub async fn rotate_key(&self, id: i64, overlap_seconds: i64) -> Result<NewKey, Error> {
        let (domain, clock) = (self.domain(), self.domain().clock());
        let (new, now) = (clock.id()?, clock.now());
        let most = domain.settings().await?.key_max_days.map(|days| i64::from(days) * 24 * 3600 * 1_000_000);
        let secret = Secret::generate(clock, domain.key_prefix())?;
        let mut tx = domain.db().begin().await?;
        let text = "SELECT created_at, expires_at FROM api_key \
                    WHERE id = $1 AND user_id = $2 AND kind = 'key' AND revoked_at IS NULL";
        let old: Option<Old> = sql(text).bind(id).bind(self.resource().id).optional(&mut tx).await?;
        let old = old.ok_or_else(|| Error::not_found(Thing::Key, id.to_string()))?;
        let lifetime = old.expires_at.map(|at| at - old.created_at);
        let lifetime = lifetime.map_or(most, |own| Some(most.map_or(own, |most| own.min(most))));
        sql("INSERT INTO api_key (id, user_id, name, hash, hint, scope, team_id, project_id, created_at, expires_at) \
             SELECT $1, user_id, name, $2, $3, scope, team_id, project_id, $4, $5 FROM api_key WHERE id = $6")
        .bind(new)
        .bind(secret::hash(&secret.text))
        .bind(secret.hint())
        .bind(now)
        .bind(lifetime.map(|lifetime| now + lifetime))
        .bind(id)
        .run(&mut tx)
        .await?;
        sql("UPDATE api_key SET expires_at = $1 WHERE id = $2 AND (expires_at IS NULL OR expires_at > $1)")
            .bind(now.saturating_add(overlap_seconds.max(0).saturating_mul(1_000_000)))
            .bind(id)
            .run(&mut tx)
            .await?;
        self.told(tx, new, secret, "key:rotate", &format!("{}/{id}", self.resource().name)).await
    }
}
