//! A server that takes no writes: what is refused, what is kept back by the client, what still works.

use domain::settings::SettingsChange;
use serde_json::json;

use crate::support::{TestServer, on_every_database};

const INIT: &str = "mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }";

#[tokio::test]
async fn nothing_is_written_and_nothing_is_lost() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        ann.data(INIT, json!({})).await;
        let set = async |reason: &str| {
            let change = SettingsChange { read_only: Some(reason.to_owned()), ..Default::default() };
            server.organization().await.change_settings(change).await.unwrap();
        };
        set("backup until 14:00").await;
        let rows =
            json!({ "files": { "wandb-history.jsonl": { "offset": 0, "content": ["{\"_step\": 0, \"loss\": 1}"] } } });
        let waits = ann.post("/files/ann/p/r1/file_stream", rows.clone()).await;
        assert_eq!(waits.status, 503, "a client drops what is refused with 4xx");
        assert!(!waits.header("retry-after").is_empty());
        let refused = ann
            .graphql("mutation { upsertBucket(input: {modelName: \"p\", name: \"r2\"}) { bucket { id } } }", json!({}))
            .await;
        assert!(refused.text().contains("the server is read-only now (backup until 14:00)"), "{}", refused.text());
        assert_eq!(refused.reason(), "READ_ONLY");
        ann.data("{ project(entityName: \"ann\", name: \"p\") { runs { edges { node { name } } } } }", json!({})).await;

        set("").await;
        assert_eq!(ann.post("/files/ann/p/r1/file_stream", rows).await.status, 200);
        let history = "{ project(entityName: \"ann\", name: \"p\") { run(name: \"r1\") { historyLineCount } } }";
        assert_eq!(ann.data(history, json!({})).await["project"]["run"]["historyLineCount"], 1);
    })
    .await;
}
