//! Every route beside GraphQL, asked by nobody and by a stranger.

use axum::http::Method;
use serde_json::json;

use crate::support::{TestServer, on_every_database};

/// Route, an address of it that names something of ann's, and the status for nobody and for a stranger.
///
/// What is not refused needs a reason: the route is about the caller, or is for everybody.
const ROUTES: &[(&str, &str, Method, u16, u16)] = &[
    ("/graphql", "/graphql", Method::POST, 200, 200), // see denials.rs
    ("/files/{entity}/{project}/{run}/file_stream", "/files/ann/p/r1/file_stream", Method::POST, 401, 403),
    ("/sdk/otel/{*rest}", "/sdk/otel/v1/metrics", Method::POST, 404, 404),
    ("/api/session", "/api/session", Method::GET, 200, 200), // tells the caller who they are
    ("/api/setup", "/api/setup", Method::POST, 409, 409),
    ("/api/invitation", "/api/invitation", Method::POST, 404, 404), // an account for the holder of a link
    ("/api/login", "/api/login", Method::POST, 401, 401),
    ("/api/password", "/api/password", Method::POST, 400, 400), // the token is the credential
    ("/api/oidc/start", "/api/oidc/start", Method::GET, 404, 404), // without a provider
    ("/api/oidc/callback", "/api/oidc/callback", Method::GET, 404, 404),
    ("/oidc/token", "/oidc/token", Method::POST, 401, 401),
    ("/api/logout", "/api/logout", Method::POST, 204, 204), // ends the caller's own session
    ("/api/series/{entity}/{project}", "/api/series/ann/p", Method::POST, 401, 403),
    ("/api/series/{entity}/{project}", "/api/series/ann/p?q=%7B%22runs%22:[],%22keys%22:[]%7D", Method::GET, 401, 403),
    ("/api/tables/{entity}/{project}", "/api/tables/ann/p", Method::POST, 401, 403),
    (
        "/api/tables/{entity}/{project}/{file}",
        "/api/tables/ann/p/rows.csv?q=%7B%22sources%22:[]%7D",
        Method::GET,
        401,
        403,
    ),
    ("/api/live/{entity}/{project}", "/api/live/ann/p", Method::GET, 401, 403),
    ("/api/explain", "/api/explain?action=run:read&target=ann/p", Method::GET, 401, 200), // about the caller
    ("/api/permissions", "/api/permissions", Method::GET, 200, 200),                      // the rules, for everybody
    ("/api/server", "/api/server", Method::GET, 200, 200), // says what this is, for everybody
    ("/healthz", "/healthz", Method::GET, 200, 200),       // for everybody
    ("/ready", "/ready", Method::GET, 200, 200),           // for everybody
    ("/metrics", "/metrics", Method::GET, 200, 200),       // counts only
    ("/admin/audit_logs", "/admin/audit_logs", Method::GET, 401, 403),
    ("/api/export/{entity}/{project}/{file}", "/api/export/ann/p/runs.parquet", Method::GET, 401, 403),
    ("/api/logs/{entity}/{project}/{run}", "/api/logs/ann/p/r1", Method::GET, 401, 403),
    ("/artifacts/{*rest}", "/artifacts/ann/900150983cd24fb0d6963f7d28e17f72", Method::GET, 404, 404),
    ("/artifactsV2/{*rest}", "/artifactsV2/default/ann/p/c//900150983cd24fb0d6963f7d28e17f72/x", Method::GET, 401, 403),
    ("/blob/{ticket}", "/blob/made.up", Method::GET, 404, 404),
];

#[tokio::test]
async fn every_route_is_refused_to_strangers() {
    on_every_database(async |server: TestServer| {
        let (ann, stranger, nobody) = (server.user("ann").await, server.user("mallory").await, server.anonymous());
        let upsert = "mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }";
        ann.data(upsert, json!({})).await;
        for (route, address, method, for_nobody, for_stranger) in ROUTES {
            let body = json!({
                "query": "{ __typename }", "runs": ["r1"], "keys": ["loss"],
                "token": "guess", "name": "eve", "username": "ann", "password": "a long enough guess",
            });
            for (who, client, expected) in [("nobody", &nobody, for_nobody), ("stranger", &stranger, for_stranger)] {
                let answer = client.send(method.clone(), address, body.to_string()).await;
                assert_eq!(answer.status, *expected, "{route} by {who}: {}", answer.text());
            }
        }
    })
    .await;
}

#[test]
fn no_route_is_missing_above() {
    let source = include_str!("../../src/router.rs");
    let routes = source.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let missing: Vec<_> = routes.filter(|route| !ROUTES.iter().any(|(known, ..)| known == route)).collect();
    assert!(missing.is_empty(), "add to ROUTES, with what strangers get: {missing:?}");
}

#[tokio::test]
async fn what_does_not_exist_and_what_is_hidden_look_the_same() {
    on_every_database(async |server: TestServer| {
        let (ann, stranger) = (server.user("ann").await, server.user("mallory").await);
        ann.data("mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }", json!({}))
            .await;
        let body = json!({ "runs": [], "keys": [] });
        let answer = async |path: &str| {
            let answer = stranger.post(path, body.clone()).await;
            let body: serde_json::Value = serde_json::from_str(&answer.text()).unwrap();
            let text = answer.text().replace(body["ref"].as_str().unwrap(), "REF");
            (
                answer.status,
                text.replace("ann", "X").replace("nobody-here", "X").replace("/p", "/P").replace("/q", "/P"),
            )
        };
        let hidden = answer("/api/series/ann/p").await;
        assert_eq!(hidden, answer("/api/series/ann/q").await);
        assert_eq!(hidden, answer("/api/series/nobody-here/p").await);
    })
    .await;
}
