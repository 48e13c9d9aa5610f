//! What `/metrics` prints, and that the page for operators lists exactly that.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::support::{Client, PASSWORD, TestServer, on_every_database};

/// A measurement: kind, labels, help.
type Described = BTreeMap<String, (String, BTreeSet<String>, String)>;

#[tokio::test]
async fn the_page_for_operators_lists_what_is_measured() {
    on_every_database(async |server: TestServer| {
        server::http::metrics::recorder().unwrap();
        a_little_traffic(&server).await;
        let printed = printed(&server.anonymous().get("/metrics").await.text());
        assert_eq!(printed, listed(include_str!("../../../../docs/operations.md")));
    })
    .await;
}

#[tokio::test]
async fn what_happened_is_counted_once() {
    on_every_database(async |server: TestServer| {
        let before = values(&server).await;
        a_little_traffic(&server).await;
        let after = values(&server).await;
        let rise = |name: &str| after.get(name).unwrap_or(&0.0) - before.get(name).unwrap_or(&0.0);
        assert_eq!(rise(r#"runstead_lines_total{stream="history"}"#), 2.0, "a line that is sent again is not counted");
        assert_eq!(rise(r#"runstead_lines_total{stream="console"}"#), 1.0);
        assert_eq!(rise(r#"runstead_denials_total{reason="KEY_MALFORMED"}"#), 1.0);
        assert_eq!(rise("runstead_sign_ins_failed_total"), 1.0);
        assert_eq!(rise(r#"runstead_jobs_total{job="compact",outcome="done"}"#), 3.0);
        assert_eq!(rise(r#"runstead_compactions_total{stream="history"}"#), 1.0);
        assert!(rise(r#"runstead_stored_bytes_total{in="blobs"}"#) > 100.0);
        assert!(rise(r#"runstead_stored_bytes_total{in="database"}"#) > 10.0);
        assert_eq!(after[r#"runstead_jobs_waiting{job="compact"}"#], 0.0);
        let open = |(name, value): (&String, &f64)| name.starts_with("runstead_database_connections") && *value > 0.0;
        assert!(after.iter().any(open), "{after:?}");
        assert!(after["process_start_time_seconds"] > 1.7e9);
    })
    .await;
}

/// A run from its beginning to its end and the work after it, a bad key, a wrong password.
async fn a_little_traffic(server: &TestServer) {
    let ann = server.user("ann").await;
    let text = r#"mutation { upsertBucket(input: {name: "r1", modelName: "p", host: "vm"}) { inserted } }"#;
    assert!(ann.post("/graphql", json!({ "query": text })).await.json()["data"].is_object());
    let rows = |content: &[&str]| json!({ "files": { "wandb-history.jsonl": { "offset": 0, "content": content } } });
    stream(&ann, rows(&[r#"{"_step":0,"a":1}"#])).await;
    stream(&ann, rows(&[r#"{"_step":0,"a":1}"#, r#"{"_step":1,"a":2}"#])).await;
    let line =
        json!({ "files": { "output.log": { "offset": 0, "content": ["hello"] } }, "complete": true, "exitcode": 0 });
    stream(&ann, line).await;
    while server.domain.run_due_jobs().await.unwrap() > 0 {}
    assert_eq!(server.anonymous().with_key(&"x".repeat(40)).get("/api/session").await.status, 401);
    let wrong = json!({ "username": "ann", "password": format!("not {PASSWORD}") });
    assert_eq!(server.anonymous().post("/api/login", wrong).await.status, 401);
}

async fn stream(client: &Client, body: serde_json::Value) {
    assert_eq!(client.post("/files/ann/p/r1/file_stream", body).await.status, 200);
}

/// What the text form describes, with the labels of its samples.
fn printed(text: &str) -> Described {
    let mut all = Described::new();
    for line in text.lines() {
        if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
            all.entry(name.to_owned()).or_default().2 = help.to_owned();
        } else if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            all.entry(name.to_owned()).or_default().0 = kind.to_owned();
        } else if let Some((name, _)) = line.rsplit_once(' ') {
            let (name, labels) = name.split_once('{').unwrap_or((name, ""));
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
            let labels = labels.split(',').filter_map(|label| label.split_once('=')).map(|(label, _)| label.to_owned());
            all.entry(family.to_owned()).or_default().1.extend(labels.filter(|label| label != "le"));
        }
    }
    all
}

/// The rows of the page's table.
fn listed(page: &str) -> Described {
    let names = |cell: &str| cell.split('`').filter(|part| !part.trim().is_empty()).map(str::to_owned).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [name, kind, labels, help] = cells[..] else { return None };
        let name = name.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.to_owned(), (kind.to_owned(), names(labels), help.to_owned())))
    };
    page.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

/// The samples by name and labels.
async fn values(server: &TestServer) -> BTreeMap<String, f64> {
    let text = server.anonymous().get("/metrics").await.text();
    let samples = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
    samples.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}
