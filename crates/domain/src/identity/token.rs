//! Whether a token (JWT) is what it claims to be.
//!
//! Only the issuer's own keys count, as they were fetched from the issuer: `jku`, `x5u`, `jwk` and `x5c` in a token are
//! not looked at. Only signatures with a private key are accepted, so neither `none` nor a public key used as a shared
//! secret gets anywhere.

use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use crate::clock::Micros;
use crate::{Error, Problem};

/// Clocks may differ by so much, in seconds.
const LEEWAY: i64 = 60;

/// Longest token that is looked at.
const LONGEST: usize = 16 << 10;

/// Algorithms that are accepted.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// The public keys of an issuer, as it publishes them.
#[derive(Clone, Debug)]
pub struct Keys(JwkSet);

/// What a verified token says.
#[derive(Clone, Debug)]
pub struct Claims(pub(super) Map<String, Value>);

impl Keys {
    /// Reads a JSON Web Key Set; keys of kinds that are not known are left out.
    pub fn read(text: &[u8]) -> Option<Self> {
        let all: Value = serde_json::from_slice(text).ok()?;
        let keys = all.get("keys")?.as_array()?.iter();
        let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok());
        Some(Self(JwkSet { keys: keys.filter(signs).collect() }))
    }

    /// Whether there is a key of this id.
    pub fn has(&self, id: Option<&str>) -> bool {
        match id {
            Some(id) => self.0.find(id).is_some(),
            None => !self.0.keys.is_empty(),
        }
    }
}

/// A public key that is made for signatures.
fn signs(key: &Jwk) -> bool {
    let public = matches!(
        key.algorithm,
        AlgorithmParameters::RSA(_) | AlgorithmParameters::EllipticCurve(_) | AlgorithmParameters::OctetKeyPair(_)
    );
    public && matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature))
}

/// The issuer that a token names, before anything is known to be true.
pub fn unverified_issuer(token: &str) -> Result<String, Error> {
    let unreadable = || Error::Invalid(Problem::TokenUnreadable);
    if token.len() > LONGEST {
        return Err(unreadable());
    }
    let claims: Map<String, Value> = payload(token).ok_or_else(unreadable)?;
    claims.get("iss").and_then(Value::as_str).map(str::to_owned).ok_or_else(unreadable)
}

fn payload(token: &str) -> Option<Map<String, Value>> {
    use base64::Engine;
    let mut parts = token.split('.');
    let (_, middle, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else { return None };
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(middle).ok()?).ok()
}

/// Id of the key that a token says it was signed with.
pub fn wanted_key(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// The claims of a token that `issuer` signed with one of `keys`, and that is good now.
pub(super) fn verify(token: &str, issuer: &str, keys: &Keys, now: Micros) -> Result<Claims, Error> {
    let wrong = |problem| Err(Error::Invalid(problem));
    if token.len() > LONGEST {
        return wrong(Problem::TokenUnreadable);
    }
    let Ok(header) = jsonwebtoken::decode_header(token) else { return wrong(Problem::TokenUnreadable) };
    if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
        return wrong(Problem::TokenAlgorithm { algorithm: format!("{:?}", header.alg) });
    }
    let candidates: Vec<&Jwk> = match &header.kid {
        Some(id) => keys.0.keys.iter().filter(|key| key.common.key_id.as_deref() == Some(id)).collect(),
        None => keys.0.keys.iter().collect(),
    };
    if candidates.is_empty() {
        return wrong(Problem::TokenKey { issuer: issuer.to_owned() });
    }
    let mut validation = Validation::new(header.alg);
    // Times, issuer and audience are judged below: by this server's clock, and with a sentence for each.
    (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
    validation.required_spec_claims.clear();
    let claims = candidates.into_iter().find_map(|key| {
        let key = DecodingKey::from_jwk(key).ok()?;
        Some(jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation).ok()?.claims)
    });
    let Some(claims) = claims else { return wrong(Problem::TokenSignature { issuer: issuer.to_owned() }) };
    let claims = Claims(claims);
    if claims.text("iss") != Some(issuer) {
        return wrong(Problem::TokenClaim { claim: "iss" });
    }
    claims.good_at(now / 1_000_000)?;
    Ok(claims)
}

impl Claims {
    /// A claim that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Who it is about, in the words that people know best.
    pub(super) fn person(&self) -> String {
        let names = ["email", "preferred_username", "sub"];
        names.into_iter().find_map(|name| self.text(name)).unwrap_or_default().to_owned()
    }

    /// The texts of a claim that is a list of them, or one; none when it is not there.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        match self.0.get(name)? {
            Value::String(one) => Some(vec![one]),
            Value::Array(many) => Some(many.iter().filter_map(Value::as_str).collect()),
            _ => Some(Vec::new()),
        }
    }

    /// When it ends, in seconds.
    pub(super) fn ends(&self) -> Result<i64, Error> {
        self.time("exp").ok_or(Error::Invalid(Problem::TokenClaim { claim: "exp" }))
    }

    /// A claim that is a time, in whole seconds.
    fn time(&self, name: &str) -> Option<i64> {
        let value = self.0.get(name)?;
        value.as_i64().or_else(|| value.as_f64().filter(|v| v.is_finite() && v.abs() < 1e15).map(|v| v as i64))
    }

    fn good_at(&self, now: i64) -> Result<(), Error> {
        if self.ends()? <= now - LEEWAY {
            return Err(Error::Invalid(Problem::TokenExpired));
        }
        let early = |name| self.time(name).is_some_and(|from| from > now + LEEWAY);
        if early("nbf") || early("iat") {
            return Err(Error::Invalid(Problem::TokenEarly));
        }
        Ok(())
    }
}
