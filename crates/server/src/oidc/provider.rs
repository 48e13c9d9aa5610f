//! The identity provider by which people sign in.

use std::sync::Arc;

use domain::Micros;
use domain::identity::{Flow, Keys, SignInRules};
use serde::Deserialize;

use super::Issuers;
use crate::config::{Config, Secret};
use crate::{Error, Problem};

/// The provider that the configuration names.
pub struct Provider {
    /// Name on the button.
    pub name: String,
    /// How its users become accounts.
    pub rules: SignInRules,
    secret: Option<Secret>,
    scopes: String,
    redirect: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Provider {
    /// The provider of `config`, if it names one.
    pub fn of(config: &Config, base_url: &str) -> Result<Option<Self>, Error> {
        let Some(issuer) = config.oidc_issuer.clone() else { return Ok(None) };
        let Some(client_id) = config.oidc_client_id.clone() else {
            return Err(Error::Usage(Problem::OidcClient));
        };
        let rules = SignInRules {
            issuer,
            client_id,
            create_accounts: config.oidc_create_accounts,
            group_claim: config.oidc_group_claim.clone(),
            groups: config.oidc_group_roles.clone().unwrap_or_default().0,
        };
        Ok(Some(Self {
            name: config.oidc_name.clone(),
            rules,
            secret: config.oidc_client_secret.clone(),
            scopes: config.oidc_scopes.clone(),
            redirect: format!("{base_url}/api/oidc/callback"),
        }))
    }

    /// Where the browser goes to sign in.
    pub async fn authorize(&self, issuers: &Issuers, flow: &Flow, now: Micros) -> Result<String, String> {
        let description = issuers.description(&self.rules.issuer, now).await?;
        let mut url = url::Url::parse(&description.authorization_endpoint).map_err(|e| e.to_string())?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.rules.client_id)
            .append_pair("redirect_uri", &self.redirect)
            .append_pair("scope", &self.scopes)
            .append_pair("state", &flow.state)
            .append_pair("nonce", &flow.nonce)
            .append_pair("code_challenge", &flow.challenge)
            .append_pair("code_challenge_method", "S256");
        Ok(url.into())
    }

    /// Whether an answer that names its issuer names the right one (RFC 9207).
    pub async fn is_from(&self, issuers: &Issuers, issuer: Option<&str>, now: Micros) -> Result<bool, String> {
        let must = issuers.description(&self.rules.issuer, now).await?.authorization_response_iss_parameter_supported;
        Ok(issuer.map_or(!must, |issuer| issuer == self.rules.issuer))
    }

    /// The ID token for a code, with the keys to judge it by.
    pub async fn redeem(
        &self,
        issuers: &Issuers,
        code: &str,
        verifier: &str,
        now: Micros,
    ) -> Result<(String, Arc<Keys>), String> {
        let issuer = &self.rules.issuer;
        let description = issuers.description(issuer, now).await?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect),
            ("code_verifier", verifier),
            ("client_id", &self.rules.client_id),
        ];
        let methods = &description.token_endpoint_auth_methods_supported;
        let basic = methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic");
        // RFC 6749, 2.3.1: both are form-encoded before they are joined.
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let name = encode(&self.rules.client_id);
        let secret = self.secret.as_ref().map(|secret| encode(secret.expose()));
        let user = secret.as_deref().filter(|_| basic).map(|secret| (name.as_str(), secret));
        if let Some(secret) = self.secret.as_ref().filter(|_| !basic) {
            form.push(("client_secret", secret.expose()));
        }
        let answer = issuers.post(&description.token_endpoint, &form, user).await?;
        let tokens: Tokens = serde_json::from_slice(&answer).map_err(|e| format!("the token answer: {e}"))?;
        let key = domain::identity::wanted_key(&tokens.id_token);
        let keys = issuers.keys(issuer, key.as_deref(), now).await?;
        Ok((tokens.id_token, keys))
    }
}
