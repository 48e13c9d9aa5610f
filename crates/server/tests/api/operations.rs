//! Health, measurements, unknown addresses, limits and headers.

use std::io::Write;

use axum::http::{HeaderName, Method, header};
use serde_json::json;

use crate::support::{TestServer, on_every_database, on_every_database_with};

#[tokio::test]
async fn the_server_says_how_it_is() {
    on_every_database(async |server: TestServer| {
        let nobody = server.anonymous();
        assert_eq!(nobody.get("/healthz").await.text(), "ok");
        assert_eq!(nobody.get("/ready").await.json()["ready"], true);
        let metrics = nobody.get("/metrics").await;
        assert!(metrics.header("content-type").starts_with("text/plain"));
        server.domain.close().await;
        let ready = nobody.get("/ready").await;
        assert_eq!((ready.status, &ready.json()["ready"]), (503, &json!(false)));
    })
    .await;
}

#[tokio::test]
async fn unknown_addresses_of_programs_are_not_pages() {
    on_every_database(async |server: TestServer| {
        let nobody = server.anonymous();
        for path in
            ["/api", "/api/x", "/graphql/x", "/files/a/b", "/blob/x/y", "/sdk/x", "/artifacts/x", "/artifactsV2/x"]
        {
            let answer = nobody.get(path).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.message(), format!("Nothing is at {path}."));
        }
        for path in ["/", "/authorize?ref=models", "/ann/p/runs/r1", "/apis", "/setup?token=x"] {
            let answer = nobody.get(path).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        }
        assert_eq!(nobody.get("/assets/missing.js").await.status, 404);
        assert_eq!(nobody.post("/sdk/otel/v1/metrics", json!({})).await.status, 404);
        assert_eq!(nobody.post("/ann/p", json!({})).await.status, 404);
        assert_eq!(nobody.get("/graphql").await.status, 405);
    })
    .await;
}

#[tokio::test]
async fn every_answer_is_guarded() {
    on_every_database(async |server: TestServer| {
        for path in ["/", "/api/session", "/api/nothing", "/healthz", "/graphql"] {
            let answer = server.anonymous().get(path).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
            assert_eq!(answer.header("x-request-id").len(), 12, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn bodies_are_limited_after_decompression() {
    let small = |config: &mut server::config::Config| config.graphql_body_limit = 100_000;
    on_every_database_with(small, async |server: TestServer| {
        let gzip = |bytes: &[u8]| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let client = server.anonymous().with_header(header::CONTENT_ENCODING, "gzip");
        let query = json!({ "query": "{ serverInfo { features { name } } }" }).to_string();
        let answer = client.send(Method::POST, "/graphql", gzip(query.as_bytes())).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let bomb = gzip(&vec![b' '; 50_000_000]);
        assert!(bomb.len() < 100_000);
        let answer = client.send(Method::POST, "/graphql", bomb).await;
        assert_eq!(answer.status, 413, "{}", answer.text());
        assert!(answer.message().contains("100000 bytes"), "{}", answer.text());
    })
    .await;
}

#[tokio::test]
async fn answers_are_compressed_for_who_can_read_it() {
    on_every_database(async |server: TestServer| {
        let query = json!({ "query": "{ __schema { types { name fields { name } } } }" });
        let plain = server.anonymous().post("/graphql", query.clone()).await;
        let packed = server.anonymous().with_header(header::ACCEPT_ENCODING, "gzip").post("/graphql", query).await;
        assert_eq!(packed.header("content-encoding"), "gzip");
        assert!(packed.body.len() * 3 < plain.body.len());
    })
    .await;
}

#[tokio::test]
async fn the_language_follows_the_request() {
    on_every_database(async |server: TestServer| {
        let asked = server.anonymous().with_header(HeaderName::from_static("accept-language"), "xx, en;q=0.5");
        assert_eq!(asked.get("/api/nothing").await.message(), "Nothing is at /api/nothing.");
    })
    .await;
}
