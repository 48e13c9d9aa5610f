//! Tables that runs logged, asked for over HTTP, by who may and who may not.

use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{BASE_URL, Client, TestServer, on_every_database};

const FILE: &str = "media/table/t.table.json";

/// Uploads a file of run `r1`, and says in the summary that it is the table `t`.
async fn log(ann: &Client, content: &str) {
    let run = "mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }";
    ann.data(run, json!({})).await;
    let urls = "mutation C($f: [String!]!) { createRunFiles(input: {entityName: \"ann\", projectName: \"p\", \
                runName: \"r1\", files: $f}) { files { uploadUrl } } }";
    let url = ann.data(urls, json!({ "f": [FILE] })).await["createRunFiles"]["files"][0]["uploadUrl"].clone();
    let path = url.as_str().unwrap().strip_prefix(BASE_URL).unwrap().to_owned();
    assert_eq!(ann.put(&path, content.to_owned()).await.status, 200);
    let summary = json!({ "t": { "_type": "table-file", "path": FILE, "ncols": 99, "nrows": -5 } }).to_string();
    let files = json!({ "wandb-summary.json": { "offset": 0, "content": [summary] } });
    assert_eq!(ann.post("/files/ann/p/r1/file_stream", json!({ "files": files })).await.status, 200);
}

async fn ask(who: &Client, question: Value) -> Value {
    let answer = who.post("/api/tables/ann/p", question).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_logged_table_is_paged_and_taken_away_as_a_file() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        log(&ann, r#"{"columns": ["n", "s"], "data": [[1, "b"], [NaN, "=a"], [3, null]]}"#).await;
        for source in [json!({ "run": "r1", "key": "t" }), json!({ "run": "r1", "file": FILE })] {
            let sort = json!([{ "column": "n", "descending": true }]);
            let page = ask(&ann, json!({ "sources": [source], "sort": sort, "limit": 2 })).await;
            assert_eq!((page["total"].as_u64(), page["rows"].as_u64()), (Some(3), Some(3)));
            assert_eq!(page["cells"], json!([["NaN", "=a"], [3, null]]));
            assert_eq!(page["columns"][0]["mean"], 2.0);
        }
        let missing = ask(&ann, json!({ "sources": [{ "run": "r1", "key": "u" }, { "run": "r2", "key": "t" }] })).await;
        assert_eq!(missing["sources"][0]["rows"], Value::Null);
        let question = "%7B%22sources%22:[%7B%22run%22:%22r1%22,%22key%22:%22t%22%7D]%7D";
        let csv = ann.get(&format!("/api/tables/ann/p/rows.csv?q={question}")).await;
        assert_eq!(csv.text(), "\"n\",\"s\"\r\n1,\"b\"\r\nNaN,\"'=a\"\r\n3,\r\n");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_table_is_told_in_words() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        for (content, word) in [
            ("{\"columns\": [\"a\"], \"data\": [[1, 2]]}", "row 1 has 2 cells"),
            ("{\"columns\": [\"a\"], \"data\": [[1", "cannot be read as a table"),
            ("not json", "cannot be read as a table"),
        ] {
            log(&ann, content).await;
            let answer = ann.post("/api/tables/ann/p", json!({ "sources": [{ "run": "r1", "key": "t" }] })).await;
            assert_eq!(answer.status, 400, "{content}");
            assert!(answer.text().contains(word), "{}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_stranger_sees_no_table() {
    on_every_database(async |server: TestServer| {
        let (ann, mallory) = (server.user("ann").await, server.user("mallory").await);
        log(&ann, r#"{"columns": ["n"], "data": [[1]]}"#).await;
        let question = json!({ "sources": [{ "run": "r1", "key": "t" }], "limit": 1 });
        assert_eq!(ask(&ann, question.clone()).await["cells"], json!([[1]]));
        // Also now that the copy is there.
        let refused = mallory.post("/api/tables/ann/p", question.clone()).await;
        assert_eq!(refused.status, 403);
        let run = "mutation { upsertBucket(input: {modelName: \"q\", name: \"r1\"}) { bucket { id } } }";
        mallory.data(run, json!({})).await;
        let own = mallory.post("/api/tables/mallory/q", question).await.json();
        assert_eq!((&own["sources"][0]["rows"], own["total"].as_u64()), (&Value::Null, Some(0)));
        let address = "/api/tables/ann/p/rows.csv?q=%7B%22sources%22:[]%7D";
        assert_eq!(mallory.send(Method::GET, address, String::new()).await.status, 403);
    })
    .await;
}
