//! The trash and moves as the web app asks for them.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const UPSERT: &str = "mutation($name: String) { upsertBucket(input: { entityName: \"lab\", modelName: \"p\", name: $name, \
    summaryMetrics: \"{\\\"a\\\":1}\", state: \"finished\" }) { inserted } }";
const CHANGE: &str =
    "mutation($input: ChangeRunsInput!) { changeRuns(input: $input) { changed refused reasons bytes } }";
const EMPTY: &str = "mutation($names: [String!]) { emptyTrash(input: { entityName: \"lab\", projectName: \"p\", names: $names }) \
    { removed bytes } }";
const TRASH: &str = "query($first: Int, $after: String) { project(entityName: \"lab\", name: \"p\") { runCount \
    totals { trashRuns trashBytes storageBytes } deletedRuns(first: $first, after: $after) { edges { node { name deletedAt purgedAt \
    summaryMetrics } } pageInfo { hasNextPage endCursor } } } }";

async fn change(client: &Client, more: Value) -> Value {
    let mut input = json!({ "entityName": "lab", "projectName": "p" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.data(CHANGE, json!({ "input": input })).await["changeRuns"].take()
}

#[tokio::test]
async fn runs_go_into_the_trash_and_come_back() {
    on_every_database(async |server: TestServer| {
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &["bob"]).await;
        for n in 0..3 {
            ann.data(UPSERT, json!({ "name": format!("r{n}") })).await;
        }
        let dry = change(&ann, json!({ "filters": "{}", "delete": true, "dryRun": true })).await;
        assert_eq!(dry, json!({ "changed": 3, "refused": 0, "reasons": [], "bytes": 0.0 }));
        assert_eq!(change(&ann, json!({ "filters": "{}", "delete": true })).await["changed"], 3);
        let trash = ann.data(TRASH, json!({ "first": 2 })).await["project"].take();
        assert_eq!((&trash["runCount"], &trash["totals"]["trashRuns"]), (&json!(0), &json!(3)));
        let page = &trash["deletedRuns"];
        assert_eq!((page["edges"].as_array().unwrap().len(), &page["pageInfo"]["hasNextPage"]), (2, &json!(true)));
        let run = &page["edges"][0]["node"];
        assert_eq!(run["summaryMetrics"], "{\"a\":1}", "{run}");
        let days: Vec<&str> = ["deletedAt", "purgedAt"].iter().map(|at| &run[*at].as_str().unwrap()[..10]).collect();
        assert_ne!(days[0], days[1]);
        let rest = ann.data(TRASH, json!({ "after": page["pageInfo"]["endCursor"] })).await;
        assert_eq!(rest["project"]["deletedRuns"]["edges"].as_array().unwrap().len(), 1);

        let none = bob.data(TRASH, json!({})).await;
        assert_eq!(none["project"]["deletedRuns"]["edges"], json!([]), "a member sees what they may restore");
        let refused = change(&bob, json!({ "names": ["r0"], "restore": true })).await;
        assert_eq!((&refused["changed"], &refused["refused"]), (&json!(0), &json!(1)));
        assert!(refused["reasons"][0].as_str().unwrap().starts_with("bob may not delete"), "{refused}");
        assert_eq!(bob.graphql(EMPTY, json!({ "names": ["r0"] })).await.status, 403);

        assert_eq!(change(&ann, json!({ "names": ["r0", "r1"], "restore": true })).await["changed"], 2);
        ann.data(UPSERT, json!({ "name": "r2" })).await;
        let taken = change(&ann, json!({ "names": ["r2"], "restore": true })).await;
        assert_eq!(taken["reasons"], json!(["lab/p already has another run with the id r2."]));
        assert_eq!(ann.data(EMPTY, json!({})).await["emptyTrash"]["removed"], 1);
        assert_eq!(ann.data(TRASH, json!({})).await["project"]["totals"]["trashRuns"], 0);
    })
    .await;
}

#[tokio::test]
async fn the_run_table_is_downloaded() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        server.team("lab", "ann", &[]).await;
        ann.data(UPSERT, json!({ "name": "r1" })).await;
        let file = ann.get("/api/export/lab/p/runs.csv?filters=%7B%22summary_metrics.a%22%3A1%7D&order=-name").await;
        assert_eq!(file.status, 200, "{}", file.text());
        assert_eq!(file.text().lines().count(), 2);
        assert!(file.text().lines().next().unwrap().ends_with("\"summary_metrics.a\""));
        assert_eq!(ann.get("/api/export/lab/p/runs.csv?filters=%5B").await.status, 400);
        assert_eq!(ann.get("/api/export/lab/p/history.csv?runs=r1&keys=x").await.text(), "\"_run\",\"_step\"\r\n");
        assert_eq!(ann.get("/api/export/lab/p/other.csv").await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn runs_move_within_their_entity() {
    on_every_database(async |server: TestServer| {
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &["bob"]).await;
        ann.data(UPSERT, json!({ "name": "r1" })).await;
        let refused = change(&bob, json!({ "names": ["r1"], "moveTo": "q" })).await;
        assert_eq!((&refused["changed"], &refused["refused"]), (&json!(0), &json!(1)));
        assert_eq!(change(&ann, json!({ "names": ["r1"], "moveTo": "q" })).await["changed"], 1);
        let there =
            "{ project(entityName: \"lab\", name: \"q\") { run(name: \"r1\") { summaryMetrics project { name } } } }";
        let there = ann.data(there, json!({})).await["project"]["run"].take();
        assert_eq!(there, json!({ "summaryMetrics": "{\"a\":1}", "project": { "name": "q" } }));
        let old = "{ project(entityName: \"lab\", name: \"p\") { runCount run(name: \"r1\") { project { name } } } }";
        let old = ann.data(old, json!({})).await["project"].take();
        assert_eq!(old, json!({ "runCount": 0, "run": { "project": { "name": "q" } } }));
    })
    .await;
}
