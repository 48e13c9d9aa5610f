//! From an identity token to a short-lived key.

use super::rule::{IdentityRule, token_name};
use super::token::{Claims, Keys, verify};
use crate::db::sql;
use crate::keys::secret::{self, Secret};
use crate::model::matches;
use crate::policy::ClientInfo;
use crate::{Domain, Error, Problem, audit};

/// Longest life of a short-lived key, in seconds.
const LONGEST: i64 = 3600;

/// A short-lived key.
pub struct Exchanged {
    /// The whole key.
    pub token: String,
    /// Seconds until it ends.
    pub seconds: i64,
}

impl Domain {
    /// Whether any rule is about the tokens of an issuer: nothing is asked of one that no rule names.
    pub async fn knows_issuer(&self, issuer: &str) -> Result<bool, Error> {
        Ok(!self.rules_of(issuer).await?.is_empty())
    }

    /// A key for the service account whose rule fits the token: for an hour, and no longer than the token is good.
    pub async fn exchange_token(
        &self,
        token: &str,
        issuer: &str,
        keys: &Keys,
        client: &ClientInfo,
    ) -> Result<Exchanged, Error> {
        let now = self.clock().now();
        let claims = verify(token, issuer, keys, now)?;
        let fitting: Vec<_> = self.rules_of(issuer).await?.into_iter().filter(|rule| rule.fits(&claims)).collect();
        let Some(rule) = fitting.first() else {
            let said = ["aud", "sub"].map(|name| format!("{name}={}", claims.list(name).unwrap_or_default().join(",")));
            return Err(Error::Invalid(Problem::TokenNoRule { issuer: issuer.to_owned(), claims: said.join(" ") }));
        };
        // Of two teams that claim one token, neither gets it: what it logs could end up at the wrong one.
        if fitting.iter().any(|other| other.account != rule.account) {
            return Err(Error::Invalid(Problem::TokenManyRules { issuer: issuer.to_owned() }));
        }
        let session = self.session_of(rule.account, client.clone()).await?;
        let seconds = (claims.ends()? - now / 1_000_000).min(LONGEST);
        if seconds < 1 {
            return Err(Error::Invalid(Problem::TokenExpired));
        }
        let secret = Secret::generate(self.clock(), self.key_prefix())?;
        let mut tx = self.db().begin().await?;
        sql("INSERT INTO api_key (id, user_id, name, hash, hint, scope, created_at, expires_at, kind) \
             VALUES ($1, $2, $3, $4, $5, 'write', $6, $7, 'token')")
        .bind(self.clock().id()?)
        .bind(rule.account)
        .bind(token_name(rule.id))
        .bind(secret::hash(&secret.text))
        .bind(secret.hint())
        .bind(now)
        .bind(now + seconds * 1_000_000)
        .run(&mut tx)
        .await?;
        let text = "UPDATE identity_rule SET last_used_at = $1 WHERE id = $2";
        // A rule that was deleted meanwhile gives nothing.
        if sql(text).bind(now).bind(rule.id).run(&mut tx).await? == 0 {
            return Err(Error::Invalid(Problem::TokenNoRule { issuer: issuer.to_owned(), claims: String::new() }));
        }
        audit::done(&mut tx, &session, "key:exchange", &format!("{}/{}", session.name(), token_name(rule.id))).await?;
        tx.commit().await?;
        Ok(Exchanged { token: secret.text, seconds })
    }
}

impl IdentityRule {
    /// Whether a verified token of the rule's issuer has its audience and claims.
    fn fits(&self, claims: &Claims) -> bool {
        claims.list("aud").unwrap_or_default().contains(&self.audience.as_str())
            && self.claims.iter().all(|(name, wanted)| match claims.0.get(name) {
                Some(serde_json::Value::String(text)) => matches(wanted, text),
                Some(value @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_))) => {
                    matches(wanted, &value.to_string())
                }
                _ => false,
            })
    }
}
