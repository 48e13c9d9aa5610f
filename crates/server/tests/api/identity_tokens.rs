//! Identity tokens (JWT) for service accounts: `/oidc/token`, its rules, and everything that must not work.

use axum::http::{Method, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{Answer, Client, Issuer, TestServer, on_every_database_with};

const RULE: &str = "mutation M($input: CreateIdentityRuleInput!) { createIdentityRule(input: $input) { rule { id issuer claims lastUsedAt } } }";
const INIT: &str =
    "mutation { upsertBucket(input: {entityName: \"lab\", modelName: \"p\", name: \"r\"}) { bucket { id } } }";

async fn exchange(server: &TestServer, token: &str) -> Answer {
    let form = format!("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion={token}");
    let client = server.anonymous().with_header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    client.send(Method::POST, "/oidc/token", form).await
}

/// The team lab of ann with the service account ci and a rule for `repository = lab/*`.
async fn lab(server: &TestServer, issuer: &Issuer) -> (Client, String) {
    let ann = server.user("ann").await;
    server.team("lab", "ann", &[]).await;
    server.service_account("lab", "ci").await;
    let rule = ann.data(RULE, json!({ "input": rule(issuer) })).await;
    (ann, rule["createIdentityRule"]["rule"]["id"].as_str().unwrap().to_owned())
}

fn rule(issuer: &Issuer) -> Value {
    json!({
        "entityName": "lab", "serviceAccount": "ci", "issuer": issuer.url, "audience": "http://runs.test",
        "claims": { "repository": "lab/*" },
    })
}

fn good() -> Value {
    json!({ "aud": "http://runs.test", "sub": "job", "repository": "lab/train" })
}

/// Runs `test` on every database with an issuer that the configuration names.
async fn with_issuer(test: impl AsyncFn(TestServer, Issuer)) {
    let issuer = Issuer::start().await;
    let trusted = issuer.url.clone();
    let options = move |config: &mut server::config::Config| config.trusted_issuers = Some(trusted.clone());
    on_every_database_with(options, async |server| test(server, issuer.clone()).await).await;
}

#[tokio::test]
async fn a_token_becomes_a_key_that_ends_with_it() {
    with_issuer(async |server, issuer| {
        let (ann, id) = lab(&server, &issuer).await;
        let answer = exchange(&server, &issuer.sign(good(), 600)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let seconds = answer.json()["expires_in"].as_i64().unwrap();
        assert!((590..=600).contains(&seconds), "{seconds}");
        let long = exchange(&server, &issuer.sign(good(), 86_400)).await;
        assert_eq!(long.json()["expires_in"], 3600);

        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        let ci = server.anonymous().with_header(header::AUTHORIZATION, &format!("Bearer {token}"));
        ci.data(INIT, json!({})).await;
        let viewer = ci.data("{ viewer { username keys { id } } }", json!({})).await;
        assert_eq!(viewer["viewer"], json!({ "username": "ci", "keys": [] }));
        // What it makes ends with it.
        let made = ci.data("mutation { createKey(input: {name: \"x\"}) { key { expiresAt } } }", json!({})).await;
        assert!(made["createKey"]["key"]["expiresAt"].is_string());

        let delete = "mutation M($id: ID!) { deleteIdentityRule(input: {entityName: \"lab\", id: $id}) { success } }";
        ann.data(delete, json!({ "id": id })).await;
        assert_eq!(ci.graphql(INIT, json!({})).await.reason(), "KEY_REVOKED");
        assert_eq!(exchange(&server, &issuer.sign(good(), 600)).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn forged_and_foreign_tokens_get_nothing() {
    with_issuer(async |server, issuer| {
        lab(&server, &issuer).await;
        let header = |algorithm| {
            let mut header = Header::new(algorithm);
            header.kid = Some("key-0".to_owned());
            header
        };
        let with = |name: &str, value: Value| {
            let mut claims = good();
            claims[name] = value;
            issuer.sign(claims, 600)
        };
        let hmac = |secret: &[u8], kid: &str| {
            let mut header = header(Algorithm::HS256);
            header.kid = Some(kid.to_owned());
            jsonwebtoken::encode(&header, &issuer.claims(good(), 600), &EncodingKey::from_secret(secret)).unwrap()
        };
        let mut jku = header(Algorithm::RS256);
        (jku.jku, jku.x5u) =
            (Some("https://evil.example/jwks".to_owned()), Some("https://evil.example/x5u".to_owned()));
        let base = issuer.sign(good(), 600);
        let parts: Vec<&str> = base.split('.').collect();
        // {"alg":"none"}
        let none = format!("eyJhbGciOiJub25lIn0.{}.", parts[1]);
        let altered = format!(
            "{}.{}.{}",
            parts[0],
            issuer.sign(json!({ "repository": "lab/x" }), 9).split('.').nth(1).unwrap(),
            parts[2]
        );
        let mut no_end = issuer.claims(good(), 600);
        no_end.as_object_mut().unwrap().remove("exp");
        let endless = jsonwebtoken::encode(
            &header(Algorithm::RS256),
            &no_end,
            &EncodingKey::from_rsa_der(include_bytes!("../support/issuer-key-1.der")),
        )
        .unwrap();
        for (what, token) in [
            ("another key", issuer.sign_with(header(Algorithm::RS256), good(), 600, 1)),
            ("another key with jku and x5u", issuer.sign_with(jku, good(), 600, 1)),
            ("alg none", none),
            ("altered", altered),
            ("public key as secret", hmac(&issuer.public_key(), "key-0")),
            ("a shared key that the issuer publishes", hmac(b"secret", "shared")),
            ("expired", issuer.sign(good(), -120)),
            ("without an end", endless),
            ("not yet good", with("nbf", json!(4_000_000_000_i64))),
            ("for another audience", with("aud", json!("http://other.test"))),
            ("without an audience", with("aud", Value::Null)),
            ("of another repository", with("repository", json!("labs/train"))),
            ("with a list where a text belongs", with("repository", json!(["lab/train"]))),
            ("of another issuer", with("iss", json!("https://token.actions.githubusercontent.com"))),
            ("nonsense", "nonsense".to_owned()),
            ("nothing", String::new()),
        ] {
            let answer = exchange(&server, &token).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text());
            assert!(answer.header("content-type").starts_with("text/plain"), "{what}");
            assert!(!answer.text().starts_with('{') && answer.text().lines().count() == 1, "{what}: {}", answer.text());
        }
        assert_eq!(exchange(&server, &base).await.status, 200, "the one that all were made from");
    })
    .await;
}

#[tokio::test]
async fn issuers_change_their_keys() {
    let issuer = Issuer::start().await;
    let trusted = issuer.url.clone();
    let options = move |config: &mut server::config::Config| config.trusted_issuers = Some(trusted.clone());
    on_every_database_with(options, async |server| {
        lab(&server, &issuer).await;
        issuer.rotate();
        assert_eq!(exchange(&server, &issuer.sign(good(), 600)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_issuer_inside_is_asked_only_when_the_operator_says_so() {
    let issuer = Issuer::start().await;
    on_every_database_with(
        |_| {},
        async |server| {
            lab(&server, &issuer).await;
            let answer = exchange(&server, &issuer.sign(good(), 600)).await;
            assert_eq!(answer.status, 401, "{}", answer.text());
            assert!(answer.text().contains("cannot be fetched"), "{}", answer.text());
        },
    )
    .await;
}

#[tokio::test]
async fn rules_are_made_by_team_admins_and_say_enough() {
    with_issuer(async |server, issuer| {
        let (ann, id) = lab(&server, &issuer).await;
        let (bob, mallory) = (server.user("bob").await, server.user("mallory").await);
        server.team("other", "mallory", &[]).await;
        server.service_account("other", "spy").await;
        let wide = |claims: Value| {
            let mut rule = rule(&issuer);
            rule["claims"] = claims;
            json!({ "input": rule })
        };
        for claims in [json!({}), json!({ "repository": "*" }), json!("text"), json!({ "a": 1 })] {
            let answer = ann.graphql(RULE, wide(claims)).await;
            assert_eq!(answer.status, 400, "{}", answer.text());
        }
        for issuer_url in ["", "ftp://x", "https://u:p@x.example", "https://x.example?a=b", "token"] {
            let mut input = wide(json!({ "repository": "lab/*" }));
            input["input"]["issuer"] = json!(issuer_url);
            assert_eq!(ann.graphql(RULE, input).await.status, 400, "{issuer_url}");
        }
        for who in [&bob, &mallory] {
            assert_eq!(who.graphql(RULE, wide(json!({ "repository": "lab/*" }))).await.status, 403);
            let delete =
                "mutation M($id: ID!) { deleteIdentityRule(input: {entityName: \"other\", id: $id}) { success } }";
            let refused = who.graphql(delete, json!({ "id": id })).await.status;
            assert!([403, 404].contains(&refused), "{refused}");
        }
        let mut foreign = wide(json!({ "repository": "lab/*" }));
        (foreign["input"]["entityName"], foreign["input"]["serviceAccount"]) = (json!("other"), json!("ci"));
        assert_eq!(mallory.graphql(RULE, foreign.clone()).await.status, 404, "not of that team");
        // Who claims the tokens of another team does not get them.
        foreign["input"]["serviceAccount"] = json!("spy");
        mallory.data(RULE, foreign).await;
        let answer = exchange(&server, &issuer.sign(good(), 600)).await;
        assert_eq!(answer.status, 401, "{}", answer.text());
    })
    .await;
}
