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
