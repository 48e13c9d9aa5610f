//! Which identity tokens may act as which service account, as the team's admins say.

use std::collections::BTreeMap;

use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Account, AddService, Administer, Allowed, Entity, Org, Read};
use crate::{Domain, Error, Problem, Thing, audit};

/// A rule: tokens of this issuer, for this audience, with these claims.
#[derive(Clone, Debug)]
pub struct IdentityRule {
    /// Rule id.
    pub id: i64,
    /// The service account.
    pub account: i64,
    /// Issuer of the tokens.
    pub issuer: String,
    /// Audience that they must name.
    pub audience: String,
    /// Claims that they must have; `*` stands for any text.
    pub claims: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Micros,
    /// When a token was last exchanged by it.
    pub last_used_at: Option<Micros>,
}

/// What a new rule says.
#[derive(Clone, Debug)]
pub struct NewIdentityRule {
    /// Name of the service account.
    pub service_account: String,
    /// Issuer of the tokens: an address.
    pub issuer: String,
    /// Audience that they must name.
    pub audience: String,
    /// Claims that they must have.
    pub claims: BTreeMap<String, String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    user_id: i64,
    issuer: String,
    audience: String,
    claims: String,
    created_at: i64,
    last_used_at: Option<i64>,
}

const SELECT: &str = "SELECT id, user_id, issuer, audience, claims, created_at, last_used_at FROM identity_rule";

impl TryFrom<Row> for IdentityRule {
    type Error = Error;

    fn try_from(r: Row) -> Result<Self, Error> {
        let claims = serde_json::from_str(&r.claims).map_err(|e| Error::internal("reading an identity rule", e))?;
        let Row { id, user_id: account, issuer, audience, created_at, last_used_at, .. } = r;
        Ok(Self { id, account, issuer, audience, claims, created_at, last_used_at })
    }
}

impl Allowed<AddService, Entity> {
    /// Makes a rule for one of the team's service accounts. One that belongs to the organization may write everywhere:
    /// a rule for it takes an organization admin.
    pub async fn create_identity_rule(&self, new: NewIdentityRule) -> Result<IdentityRule, Error> {
        let text = "SELECT id, org_wide FROM account WHERE name = $1 AND kind = 'service' AND home_id = $2";
        let row: Option<(i64, bool)> =
            sql(text).bind(&new.service_account).bind(self.resource().id).optional(self.domain().db()).await?;
        let (account, org_wide) = row.ok_or_else(|| Error::not_found(Thing::ServiceAccount, &new.service_account))?;
        if org_wide {
            self.session().allow::<Administer, Org>(&()).await?;
        }
        let parsed = url::Url::parse(&new.issuer).ok().filter(|url| {
            matches!(url.scheme(), "https" | "http")
                && url.query().is_none()
                && url.fragment().is_none()
                && url.has_host()
        });
        if parsed.is_none_or(|url| !url.username().is_empty() || url.password().is_some()) {
            return Err(Error::Invalid(Problem::RuleIssuer { issuer: new.issuer }));
        }
        if new.audience.trim().is_empty() {
            return Err(Error::Invalid(Problem::RuleAudience));
        }
        // Many issuers serve everybody: without a claim, everybody would be this service account.
        if !new.claims.values().any(|value| value.chars().any(|c| c != '*')) {
            return Err(Error::Invalid(Problem::RuleClaims));
        }
        let claims = serde_json::to_string(&new.claims).map_err(|e| Error::internal("writing an identity rule", e))?;
        let (id, created_at) = (self.domain().clock().id()?, self.session().now());
        let mut tx = self.domain().db().begin().await?;
        sql("INSERT INTO identity_rule (id, user_id, issuer, audience, claims, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(account)
            .bind(&new.issuer)
            .bind(&new.audience)
            .bind(claims)
            .bind(created_at)
            .run(&mut tx)
            .await?;
        let target = format!("{}/{} for {}", self.resource().name, new.service_account, new.issuer);
        audit::done(&mut tx, self.session(), "service_account:create_rule", &target).await?;
        tx.commit().await?;
        let NewIdentityRule { issuer, audience, claims, .. } = new;
        Ok(IdentityRule { id, account, issuer, audience, claims, created_at, last_used_at: None })
    }

    /// Deletes a rule; the tokens that were given by it end at once.
    pub async fn delete_identity_rule(&self, id: i64) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let text = "DELETE FROM identity_rule WHERE id = $1 AND user_id IN \
                    (SELECT id FROM account WHERE kind = 'service' AND home_id = $2) RETURNING user_id";
        let row: Option<(i64,)> = sql(text).bind(id).bind(self.resource().id).optional(&mut tx).await?;
        let (account,) = row.ok_or_else(|| Error::not_found(Thing::IdentityRule, id.to_string()))?;
        sql("UPDATE api_key SET revoked_at = $1, revoked_by = $2 WHERE user_id = $3 AND kind = 'token' AND name = $4")
            .bind(self.session().now())
            .bind(self.session().name())
            .bind(account)
            .bind(token_name(id))
            .run(&mut tx)
            .await?;
        let target = format!("{}/{id}", self.resource().name);
        audit::done(&mut tx, self.session(), "service_account:delete_rule", &target).await?;
        tx.commit().await
    }
}

/// Name of the tokens that are given by a rule.
pub(super) fn token_name(rule: i64) -> String {
    format!("identity token by rule {rule}")
}

impl Allowed<Read, Account> {
    /// The account's rules, oldest first.
    pub async fn identity_rules(&self) -> Result<Vec<IdentityRule>, Error> {
        let text = format!("{SELECT} WHERE user_id = $1 ORDER BY id");
        let rows: Vec<Row> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        rows.into_iter().map(IdentityRule::try_from).collect()
    }
}

impl Domain {
    /// Every rule about the tokens of an issuer.
    pub(super) async fn rules_of(&self, issuer: &str) -> Result<Vec<IdentityRule>, Error> {
        let rows: Vec<Row> = sql(format!("{SELECT} WHERE issuer = $1 ORDER BY id")).bind(issuer).all(self.db()).await?;
        rows.into_iter().map(IdentityRule::try_from).collect()
    }
}
