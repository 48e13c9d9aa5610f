//! The console of a run as a file.

use serde_json::json;

use crate::support::{TestServer, on_every_database};

#[tokio::test]
async fn the_console_is_downloaded_by_who_may_read_the_run() {
    on_every_database(async |server: TestServer| {
        let (ann, stranger) = (server.user("ann").await, server.user("mallory").await);
        ann.data("mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }", json!({}))
            .await;
        let lines = ["2026-11-21T22:24:34 one", "ERROR 2026-11-21T22:24:35 \u{1b}[31mtwo\u{1b}[0m"];
        let body = json!({ "files": { "output.log": { "offset": 0, "content": lines } } });
        assert_eq!(ann.post("/files/ann/p/r1/file_stream", body).await.status, 200);

        let file = ann.get("/api/logs/ann/p/r1").await;
        assert_eq!((file.status, file.text().as_str()), (200, "one\ntwo\n"));
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"r1.log\"");
        assert_eq!(file.header("content-type"), "text/plain; charset=utf-8");
        let found = ann.get("/api/logs/ann/p/r1?search=T.O&times=true").await;
        assert_eq!(found.text(), "2026-11-21T22:24:35 two\n");
        assert_eq!(ann.get("/api/logs/ann/p/r1?errors=true").await.text(), "two\n");
        assert_eq!(ann.get("/api/logs/ann/p/r1?search=(").await.status, 400);
        assert_eq!(ann.get("/api/logs/ann/p/r2").await.status, 404);
        assert_eq!(stranger.get("/api/logs/ann/p/r1").await.status, 403);
        assert_eq!(server.anonymous().get("/api/logs/ann/p/r1").await.status, 401);
    })
    .await;
}
