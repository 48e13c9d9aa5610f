//! Limits that somebody set: for one account, and for the runs of a team.

use serde_json::json;

use crate::support::{TestServer, on_every_database};

const STREAM: &str = "/files/lab/p/r1/file_stream";

#[tokio::test]
async fn requests_over_a_limit_wait_and_are_told_how_long() {
    on_every_database(async |server: TestServer| {
        let (admin, ann) = (server.admin("olga").await, server.user("ann").await);
        server.team("lab", "ann", &[]).await;
        let init = "mutation { upsertBucket(input: {entityName: \"lab\", modelName: \"p\", name: \"r1\"}) { inserted } }";
        ann.data(init, json!({})).await;
        let free = ann.post(STREAM, json!({})).await;
        assert_eq!((free.status, free.headers.get("ratelimit-limit")), (200, None), "off by default");

        let team = "mutation { updateTeam(input: {entityName: \"lab\", requestsPerMinute: 2}) { entity { teamSettings { \
                    requestsPerMinute usedBytes trashBytes } } } }";
        let set = ann.data(team, json!({})).await["updateTeam"]["entity"]["teamSettings"].take();
        assert_eq!(set["requestsPerMinute"], 2);
        let first = ann.post(STREAM, json!({})).await;
        assert_eq!((first.status, first.header("ratelimit-remaining")), (200, "1"));
        assert_eq!(ann.post(STREAM, json!({})).await.status, 200);
        let over = ann.post(STREAM, json!({})).await;
        assert_eq!(over.status, 429, "{}", over.text());
        assert!(over.text().contains("lab may make 2 requests a minute"), "{}", over.text());
        let wait: u64 = over.header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&wait), "{wait}");
        ann.data("mutation { updateTeam(input: {entityName: \"lab\", requestsPerMinute: -1}) { entity { name } } }", json!({})).await;
        assert_eq!(ann.post(STREAM, json!({})).await.status, 200);

        let server_wide = "mutation { updateServer(input: {requestsPerMinute: 3}) { administration { settings { requestsPerMinute trashDays } } } }";
        let set = admin.data(server_wide, json!({})).await["updateServer"]["administration"]["settings"].take();
        assert_eq!(set, json!({ "requestsPerMinute": 3, "trashDays": 7 }));
        let mut last = 200;
        for _ in 0..4 {
            let answer = ann.graphql("{ viewer { username } }", json!({})).await;
            last = answer.status;
        }
        assert_eq!(last, 429);
        let other = admin.graphql("{ viewer { username } }", json!({})).await;
        assert_eq!(other.status, 200, "everybody has their own: {}", other.text());
    })
    .await;
}
