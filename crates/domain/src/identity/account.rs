//! From an ID token to an account.

use super::token::{Claims, Keys, verify};
use super::{Finished, GroupRole};
use crate::db::{Tx, sql};
use crate::model::UserName;
use crate::users::{NewUser, Ready};
use crate::{Domain, Error, Problem};

/// What the server's configuration says about signing in by the identity provider.
#[derive(Clone, Debug)]
pub struct SignInRules {
    /// The provider, as its tokens name it.
    pub issuer: String,
    /// Who this server is to the provider.
    pub client_id: String,
    /// Who has no account yet gets one.
    pub create_accounts: bool,
    /// The claim with the groups.
    pub group_claim: String,
    /// What groups give.
    pub groups: Vec<GroupRole>,
}

impl Domain {
    /// The account of whoever the ID token is about: the one that came by the provider before; else the one of the
    /// e-mail address that the provider has verified; else, where that is switched on, a new one. Its roles follow its
    /// groups.
    pub async fn sign_in_by_provider(
        &self,
        token: &str,
        keys: &Keys,
        flow: &Finished,
        rules: &SignInRules,
    ) -> Result<i64, Error> {
        let claims = verify(token, &rules.issuer, keys, self.clock().now())?;
        let wrong = |claim| Err(Error::Invalid(Problem::TokenClaim { claim }));
        let audience = claims.list("aud").unwrap_or_default();
        let party = claims.text("azp");
        if !audience.contains(&rules.client_id.as_str()) {
            return wrong("aud");
        }
        if party.map_or(audience.len() > 1, |party| party != rules.client_id) {
            return wrong("azp");
        }
        if claims.text("nonce") != Some(&flow.nonce) {
            return wrong("nonce");
        }
        let Some(subject) = claims.text("sub").filter(|sub| !sub.is_empty()) else { return wrong("sub") };
        let subject = format!("{} {subject}", rules.issuer);
        let account = self.account_of(&subject, &claims, rules).await?;
        // A token without the claim says nothing about groups.
        if let Some(groups) = claims.list(&rules.group_claim) {
            self.follow_groups(account, &groups, &rules.groups).await?;
        }
        Ok(account)
    }

    async fn account_of(&self, subject: &str, claims: &Claims, rules: &SignInRules) -> Result<i64, Error> {
        let mut tx = self.db().begin().await?;
        let text = "SELECT id FROM account WHERE subject = $1";
        let known: Option<(i64,)> = sql(text).bind(subject).optional(&mut tx).await?;
        if let Some((id,)) = known {
            return Ok(id);
        }
        let verified = match claims.0.get("email_verified") {
            Some(serde_json::Value::Bool(verified)) => *verified,
            Some(serde_json::Value::String(text)) => text == "true",
            _ => false,
        };
        let email = claims.text("email").map(str::to_lowercase).filter(|email| !email.is_empty());
        let text = "SELECT id, subject FROM account WHERE email = $1 AND kind = 'user'";
        let same: Option<(i64, Option<String>)> = sql(text).bind(email.clone()).optional(&mut tx).await?;
        let id = match same {
            Some((id, None)) if verified => id,
            // Somebody else's address, or one that the provider does not vouch for.
            Some(_) => return Err(Error::Conflict(Problem::EmailUnverified { user: claims.person() })),
            None if rules.create_accounts => {
                let name = free_name(&mut tx, claims, email.as_deref()).await?;
                let full_name =
                    claims.text("name").map(|name| name.chars().filter(|c| !c.is_control()).take(128).collect());
                let email = email.filter(|_| verified);
                let ready = Ready::check(NewUser { name, email, full_name, ..NewUser::default() }).await?;
                ready.insert(&self.system(), &mut tx).await?
            }
            None => return Err(Error::Conflict(Problem::NoAccount { user: claims.person() })),
        };
        sql("UPDATE account SET subject = $1 WHERE id = $2").bind(subject).bind(id).run(&mut tx).await?;
        crate::audit::done(&mut tx, &self.system(), "user:link_provider", subject).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// A valid user name that nobody has, as near as can be to what the provider calls the user.
async fn free_name(tx: &mut Tx, claims: &Claims, email: Option<&str>) -> Result<String, Error> {
    let local = email.and_then(|email| email.split('@').next());
    let wish = claims.text("preferred_username").or(local).unwrap_or("user");
    // A user name may be an address.
    let wish = wish.split('@').next().unwrap_or_default();
    let plain: String =
        wish.chars().map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '-' }).collect();
    let plain = plain.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let plain = if plain.is_empty() { "user" } else { plain };
    for number in 1..10_000 {
        let short: String = plain.chars().take(56).collect();
        let name = if number == 1 { short } else { format!("{short}-{number}") };
        let text = "SELECT id FROM entity WHERE LOWER(name) = LOWER($1)";
        let taken: Option<(i64,)> = sql(text).bind(&name).optional(&mut *tx).await?;
        if taken.is_none() && UserName::new(name.as_str()).is_ok() {
            return Ok(name);
        }
    }
    Err(Error::Conflict(Problem::NameTaken { name: plain.to_owned() }))
}
