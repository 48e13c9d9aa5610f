//! Issuers of tokens: what they say of themselves, and their public keys, kept for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Micros;
use domain::identity::Keys;
use serde::Deserialize;

use super::client::{Clients, body, read};
use crate::Error;

/// Descriptions and keys are fetched again after an hour.
const FRESH: Micros = 3600 * 1_000_000;

/// A key that is not known makes the keys be fetched again, at most once in so long: half a minute.
const PAUSE: Micros = 30 * 1_000_000;

/// What an issuer says of itself.
#[derive(Clone, Debug, Deserialize)]
pub struct Description {
    issuer: String,
    pub jwks_uri: String,
    #[serde(default)]
    pub authorization_endpoint: String,
    #[serde(default)]
    pub token_endpoint: String,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

#[derive(Clone)]
struct Kept {
    at: Micros,
    description: Arc<Description>,
    keys: Arc<Keys>,
}

/// All issuers asked so far.
pub struct Issuers {
    clients: Clients,
    /// Those that the operator names.
    trusted: Vec<String>,
    kept: Mutex<HashMap<String, Kept>>,
}

impl Issuers {
    /// None asked yet.
    pub fn new(trusted: Vec<String>) -> Result<Self, Error> {
        Ok(Self { clients: Clients::new()?, trusted, kept: Mutex::default() })
    }

    /// The issuer's description.
    pub async fn description(&self, issuer: &str, now: Micros) -> Result<Arc<Description>, String> {
        Ok(self.get(issuer, None, now).await?.description)
    }

    /// The issuer's keys; fetched again when `key` is not among those kept, since issuers change them.
    pub async fn keys(&self, issuer: &str, key: Option<&str>, now: Micros) -> Result<Arc<Keys>, String> {
        Ok(self.get(issuer, key, now).await?.keys)
    }

    /// Sends a form to an issuer that the operator names; the body of the answer.
    pub async fn post(&self, url: &str, form: &[(&str, &str)], user: Option<(&str, &str)>) -> Result<Vec<u8>, String> {
        let mut request = self.clients.of(true).post(url).form(form).header("accept", "application/json");
        if let Some((name, password)) = user {
            request = request.basic_auth(name, Some(password));
        }
        read(request.send().await.map_err(|e| format!("{url}: {e:?}"))?, url).await
    }

    async fn get(&self, issuer: &str, key: Option<&str>, now: Micros) -> Result<Kept, String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        if let Some(kept) = kept {
            let age = now - kept.at;
            let known = key.is_none() || kept.keys.has(key);
            if age < PAUSE || (age < FRESH && known) {
                return Ok(kept);
            }
        }
        let fresh = self.fetch(issuer, now).await?;
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.to_owned(), fresh.clone());
        Ok(fresh)
    }

    async fn fetch(&self, issuer: &str, now: Micros) -> Result<Kept, String> {
        let trusted = self.trusted.iter().any(|known| known == issuer);
        let client = self.clients.of(trusted);
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let text = body(client, &url, trusted).await?;
        let description: Description = serde_json::from_slice(&text).map_err(|e| format!("{url}: {e}"))?;
        // Else one issuer could speak for another.
        if description.issuer != issuer {
            return Err(format!("{url} describes {}, not {issuer}", description.issuer));
        }
        let text = body(client, &description.jwks_uri, trusted).await?;
        let keys = Keys::read(&text).ok_or_else(|| format!("{} is not a set of keys", description.jwks_uri))?;
        Ok(Kept { at: now, description: Arc::new(description), keys: Arc::new(keys) })
    }
}
