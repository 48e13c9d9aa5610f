//! Charts: answers that a browser keeps.

use axum::http::header;
use serde_json::json;

use crate::support::{TestServer, on_every_database};

#[tokio::test]
async fn an_answer_that_has_not_changed_is_not_sent_again() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        ann.data("mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }", json!({}))
            .await;
        let send = async |offset: usize| {
            let row = format!("{{\"_step\":{offset},\"loss\":0.5}}");
            let files = json!({"wandb-history.jsonl": {"offset": offset, "content": [row]}});
            let answer = ann.post("/files/ann/p/r1/file_stream", json!({ "files": files })).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        };
        let ask = async |buckets: usize, tag: Option<&str>| {
            let question = format!("%7B%22runs%22:[%22r1%22],%22keys%22:[%22loss%22],%22buckets%22:{buckets}%7D");
            let asker = ann.clone().with_header(header::IF_NONE_MATCH, tag.unwrap_or("\"none\""));
            asker.get(&format!("/api/series/ann/p?q={question}")).await
        };
        send(0).await;
        let first = ask(10, None).await;
        let tag = first.header("etag").to_owned();
        assert_eq!((first.status, first.header("cache-control")), (200, "private, no-cache"));
        let again = ask(10, Some(&tag)).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(ask(20, Some(&tag)).await.status, 200, "another question");
        send(1).await;
        let later = ask(10, Some(&tag)).await;
        assert_eq!(later.status, 200, "another row");
        assert!(later.body.len() > first.body.len());
    })
    .await;
}

#[tokio::test]
async fn parts_are_whole_answers_in_the_order_asked() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let names: Vec<String> = (0..20).map(|n| format!("r{n}")).collect();
        for name in &names {
            let row = json!({ "_step": 0, "loss": 0.5 }).to_string();
            let files = json!({"wandb-history.jsonl": {"offset": 0, "content": [row]}});
            let make = format!(
                "mutation {{ upsertBucket(input: {{modelName: \"p\", name: \"{name}\"}}) {{ bucket {{ id }} }} }}"
            );
            ann.data(&make, json!({})).await;
            ann.post(&format!("/files/ann/p/{name}/file_stream"), json!({ "files": files })).await;
        }
        let runs = [&["gone".to_owned()], &names[..]].concat();
        let question = json!({ "runs": runs, "keys": ["loss"], "parts": true });
        let answer = ann.post("/api/series/ann/p", question).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let (mut rest, mut headers) = (&answer.body[..], Vec::new());
        loop {
            let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
            let (part, more) = rest[8..].split_at(length);
            rest = more;
            if part.is_empty() {
                break;
            }
            assert_eq!((&part[..4], length % 8), (&b"RSER"[..], 0));
            let head = u32::from_le_bytes(part[8..12].try_into().unwrap()) as usize;
            headers.push(serde_json::from_slice::<serde_json::Value>(&part[12..12 + head]).unwrap());
        }
        assert!(rest.is_empty() && headers.len() > 2, "{} parts", headers.len());
        assert_eq!(headers[0]["denied"], json!([{ "run": "gone", "reason": "NOT_FOUND" }]));
        let lines = headers.iter().flat_map(|header| header["series"].as_array().unwrap());
        let runs: Vec<&str> = lines.map(|line| line["run"].as_str().unwrap()).collect();
        assert_eq!(runs, names);
        let many = json!({ "runs": vec!["r0"; 2000], "keys": ["loss"], "parts": true });
        assert_eq!(ann.post("/api/series/ann/p", many).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn runs_with_the_same_config_are_one_line() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        for (run, lr, loss) in [("a", 1, 2.0), ("b", 1, 6.0), ("c", 2, 9.0)] {
            let make = "mutation($run: String, $config: JSONString) { upsertBucket(input: {modelName: \"p\", name: $run, config: $config}) { bucket { id } } }";
            let config = json!({ "lr": { "value": lr } }).to_string();
            ann.data(make, json!({ "run": run, "config": config })).await;
            let row = json!({ "_step": 0, "loss": loss }).to_string();
            let files = json!({"wandb-history.jsonl": {"offset": 0, "content": [row]}});
            ann.post(&format!("/files/ann/p/{run}/file_stream"), json!({ "files": files })).await;
        }
        let answer = ann.post("/api/series/ann/p", json!({ "by": ["config.lr"], "keys": ["loss"] })).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let length = u32::from_le_bytes(answer.body[8..12].try_into().unwrap()) as usize;
        let header: serde_json::Value = serde_json::from_slice(&answer.body[12..12 + length]).unwrap();
        let group = |at: usize| (header["groups"][at]["values"].clone(), header["groups"][at]["runs"].clone());
        assert_eq!((group(0), group(1)), ((json!([1]), json!(2)), (json!([2]), json!(1))));
        let columns: Vec<f64> =
            answer.body[12 + length..].chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect();
        assert_eq!(columns, [0.0, 2.0, 4.0, 2.0, 6.0, 8_f64.sqrt(), 2.0, 4.0, 0.0, 1.0, 9.0, 9.0, 9.0, 0.0, 0.0, 9.0]);
        let question = |tree| json!({ "by": [], "keys": [], "formulas": [["half", tree]] });
        let answer = ann.post("/api/series/ann/p", question(json!(["/", "loss", 2]))).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains(r#""key":"half""#));
        let mean = answer.body.len() - 6 * 8;
        let mean = f64::from_le_bytes(answer.body[mean..mean + 8].try_into().unwrap());
        assert!((mean - 17.0 / 6.0).abs() < 1e-12, "{mean}");
        assert_eq!(ann.post("/api/series/ann/p", question(json!(["eval", "loss"]))).await.status, 400);
        let mallory = server.user("mallory").await;
        let denied = mallory.post("/api/series/ann/p", json!({ "by": [], "keys": ["loss"] })).await;
        assert_eq!(denied.status, 403);
    })
    .await;
}
