//! An issuer of tokens in the test's own process, which signs whatever it is asked to.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// Keys that are made for tests alone.
const KEYS: [&[u8]; 2] = [include_bytes!("issuer-key-1.der"), include_bytes!("issuer-key-2.der")];

/// A running issuer.
#[derive(Clone)]
pub struct Issuer {
    /// Its address.
    pub url: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// The key that is published and used.
    key: usize,
    /// What the token endpoint answers with.
    id_token: String,
    /// What was last sent to the token endpoint.
    form: String,
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Self { url, inner: Arc::default() };
        let app = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .with_state(issuer.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        issuer
    }

    /// A token with these claims and the issuer's own `iss`, good for `seconds`.
    pub fn sign(&self, claims: Value, seconds: i64) -> String {
        let mut header = Header::new(Algorithm::RS256);
        let key = self.inner.lock().unwrap().key;
        header.kid = Some(format!("key-{key}"));
        self.sign_with(header, claims, seconds, key)
    }

    /// A token with any header, signed by any key.
    pub fn sign_with(&self, header: Header, claims: Value, seconds: i64, key: usize) -> String {
        jsonwebtoken::encode(&header, &self.claims(claims, seconds), &private(key)).unwrap()
    }

    /// Claims with what every token has.
    pub fn claims(&self, claims: Value, seconds: i64) -> Value {
        let now = domain::Clock::system().now() / 1_000_000;
        let mut all = json!({ "iss": self.url, "iat": now, "exp": now + seconds });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        all
    }

    /// Signs with another key from now on, and publishes only that.
    pub fn rotate(&self) {
        self.inner.lock().unwrap().key = 1;
    }

    /// The token endpoint answers every code with this.
    pub fn answer_with(&self, id_token: String) {
        self.inner.lock().unwrap().id_token = id_token;
    }

    /// What was last sent to the token endpoint.
    pub fn form(&self) -> String {
        self.inner.lock().unwrap().form.clone()
    }

    /// The public key, as bytes that a confused verifier would take for a shared secret.
    pub fn public_key(&self) -> Vec<u8> {
        serde_json::to_vec(&public(0)).unwrap()
    }
}

fn private(key: usize) -> EncodingKey {
    EncodingKey::from_rsa_der(KEYS[key])
}

fn public(key: usize) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(&private(key), Algorithm::RS256).unwrap();
    jwk.common.key_id = Some(format!("key-{key}"));
    jwk
}

async fn describe(State(issuer): State<Issuer>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", issuer.url);
    Json(json!({
        "issuer": issuer.url, "jwks_uri": at("/jwks"),
        "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
    }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<Value> {
    let key = issuer.inner.lock().unwrap().key;
    let shared = json!({ "kty": "oct", "kid": "shared", "k": "c2VjcmV0" });
    Json(json!({ "keys": [public(key), shared, { "kty": "unheard-of" }] }))
}

async fn token(State(issuer): State<Issuer>, form: String) -> Json<Value> {
    let mut inner = issuer.inner.lock().unwrap();
    inner.form = form;
    Json(json!({ "access_token": "unused", "token_type": "Bearer", "id_token": inner.id_token }))
}
