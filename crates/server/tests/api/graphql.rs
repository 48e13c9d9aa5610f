//! How GraphQL requests are answered, whatever they ask.

use axum::http::{Method, header};
use serde_json::{Value, json};

use crate::support::{BASE_URL, TestServer, on_every_database};

const UPSERT: &str = "mutation UpsertBucket($entity: String, $project: String, $name: String, $config: JSONString) { \
    upsertBucket(input: {entityName: $entity, modelName: $project, name: $name, config: $config}) { \
    bucket { name project { name entity { name } } } inserted } }";

fn upsert(version: &str) -> Value {
    let config = json!({ "_wandb": { "value": { "cli_version": version } } }).to_string();
    let variables = json!({ "entity": "lab", "project": "p", "name": "r1", "host": "vm", "config": config });
    json!({ "query": UPSERT, "variables": variables, "operationName": "UpsertBucket" })
}

#[tokio::test]
async fn requests_as_the_client_sends_them() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let body = json!({ "query": "#graphql\nquery Viewer { viewer { username entity } }", "operationName": "" });
        let answer = ann.post("/graphql", body).await;
        assert_eq!(answer.text(), r#"{"data":{"viewer":{"username":"ann","entity":"ann"}}}"#);
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        let anonymous = server.anonymous().data("{ viewer { id } }", json!({})).await;
        assert_eq!(anonymous, json!({ "viewer": null }));
    })
    .await;
}

#[tokio::test]
async fn a_denial_is_encoded_for_the_client_that_asks() {
    on_every_database(async |server: TestServer| {
        let (_, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &[]).await;
        let new = bob.post("/graphql", upsert("0.31.0")).await;
        let old = bob.post("/graphql", upsert("0.22.3")).await;
        assert_eq!((new.status, old.status), (403, 200));
        assert_eq!(new.text(), old.text());
        assert_eq!(new.reason(), "NOT_MEMBER");
        let first = new.message().lines().next().unwrap().to_owned();
        assert_eq!(first, "bob may not write to lab/p: bob is not a member of the team lab. You can write to bob.");
        assert!(!new.text().ends_with('\n') && new.text().len() <= 1024 && !new.text().contains("\"path\""));

        let agent = bob.clone().with_header(header::USER_AGENT, "W&B Internal Client 0.16.6");
        assert_eq!(agent.post("/graphql", upsert("")).await.status, 200);
        let mut later = upsert("0.31.0");
        later["variables"]["host"] = Value::Null;
        let later = bob.post("/graphql", later).await;
        assert_eq!((later.status, later.header("content-type")), (403, "text/plain; charset=utf-8"));
        assert_eq!(later.text().lines().next(), Some(first.as_str()));
        let mut resume = upsert("0.31.0");
        resume["operationName"] = json!("RewindRun");
        resume["query"] = json!(UPSERT.replace("UpsertBucket(", "RewindRun("));
        assert_eq!(bob.post("/graphql", resume).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_log_artifacts_is_told_why() {
    on_every_database(async |server: TestServer| {
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &[]).await;
        let artifact = "mutation CreateArtifact { createArtifact(input: {entityName: \"lab\", projectName: \"p\", digest: \"d\", \
             artifactTypeName: \"model\", artifactCollectionName: \"m\", digestAlgorithm: MANIFEST_MD5}) { artifact { id } } }";
        let refusal = "bob may not log artifacts to lab/p: bob is not a member of the team lab.";
        let refused = bob.graphql(artifact, json!({})).await;
        assert_eq!(refused.reason(), "NOT_MEMBER");
        assert!(refused.message().starts_with(refusal), "{}", refused.message());
        let made = ann.data(artifact, json!({})).await;
        assert!(made["createArtifact"]["artifact"]["id"].is_string(), "{made}");
    })
    .await;
}

#[tokio::test]
async fn a_client_that_would_forget_where_it_goes_on_is_told_no_count() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let text = "mutation Resume($id: String, $config: JSONString) { upsertBucket(input: { \
                    id: $id, name: \"r1\", modelName: \"p\", host: \"vm\", config: $config}) { bucket { id historyLineCount } } }";
        let made = ann.data(text, json!({})).await;
        let rows = json!({ "files": { "wandb-history.jsonl": { "offset": 0, "content": ["{}", "{}"] } } });
        assert_eq!(ann.post("/files/ann/p/r1/file_stream", rows).await.status, 200);
        let id = &made["upsertBucket"]["bucket"]["id"];
        for (version, count) in [("0.19.11", 2), ("0.20.0", 0), ("0.25.1", 0), ("0.28.1", 0), ("0.28.2", 2), ("0.31.0", 2)] {
            let config = json!({ "_wandb": { "value": { "cli_version": version } } }).to_string();
            let resumed = ann.data(text, json!({ "id": id, "config": config })).await;
            assert_eq!(resumed["upsertBucket"]["bucket"]["historyLineCount"], count, "{version}");
        }
    })
    .await;
}

#[tokio::test]
async fn bad_keys_are_encoded_for_the_client_that_asks_and_say_which_server_it_is() {
    on_every_database(async |server: TestServer| {
        let good = server.user("ann").await;
        let cases = [
            ("KEY_MALFORMED", "short".to_owned()),
            ("KEY_OTHER_SERVER", "0123456789abcdef0123456789abcdef01234567".to_owned()),
        ];
        for (reason, key) in cases {
            // Of a 401, clients before 0.26 show the raw body, or only their own words about it.
            for (version, status) in [("0.31.0", 401), ("0.22.3", 200), ("0.16.6", 200)] {
                let answer = server.anonymous().with_key(&key).post("/graphql", upsert(version)).await;
                assert_eq!((answer.status, answer.reason().as_str()), (status, reason), "{}", answer.text());
                assert!(answer.message().contains(BASE_URL), "{}", answer.text());
            }
        }
        assert_eq!(good.post("/graphql", upsert("0.31.0")).await.status, 403);
        let nobody = server.anonymous().post("/graphql", upsert("0.31.0")).await;
        assert_eq!((nobody.status, nobody.reason().as_str()), (401, "KEY_MISSING"), "{}", nobody.text());
    })
    .await;
}

#[tokio::test]
async fn mistakes_have_the_status_that_the_client_expects() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let status = async |query: &str| ann.graphql(query, json!({})).await.status;
        // An unknown operation is 200 with errors: the client echoes anything else raw.
        assert_eq!(status("{ nothing }").await, 200);
        assert_eq!(status("{ viewer {").await, 200);
        assert_eq!(status("mutation { createArtifact(input: {}) { artifact { id } } }").await, 200);
        assert_eq!(ann.send(Method::POST, "/graphql", "{").await.status, 400);
        assert_eq!(ann.send(Method::POST, "/graphql", "[]").await.status, 400);
        let deep =
            format!("{{ viewer {{ {} }} }}", "organizations { orgEntity { ".repeat(20) + "name" + &"} }".repeat(20));
        assert_eq!(status(&deep).await, 400);
        let wide: String = (0..5000).map(|i| format!("a{i}: viewer {{ id }} ")).collect();
        assert_eq!(status(&format!("{{ {wide} }}")).await, 400);
        let unbuilt = "mutation M($i: CreateRunQueueInput!) { createRunQueue(input: $i) { success } }";
        let input = json!({ "i": { "access": "PROJECT", "entityName": "e", "projectName": "p", "queueName": "q" } });
        let answer = ann.graphql(unbuilt, input).await;
        assert_eq!((answer.status, answer.json()["errors"].as_array().map(Vec::len)), (200, Some(1)));
        assert!(answer.message().starts_with("Runstead does not offer \"createRunQueue\" yet."), "{}", answer.text());
    })
    .await;
}

#[tokio::test]
async fn a_run_is_created_logged_to_and_read() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let created = ann.data(UPSERT, json!({ "project": "p", "name": "r1", "config": "{\"lr\":{\"value\":1}}" })).await;
        let bucket = json!({ "name": "r1", "project": { "name": "p", "entity": { "name": "ann" } } });
        assert_eq!(created, json!({ "upsertBucket": { "bucket": bucket, "inserted": true } }));
        let lines = json!([r#"{"_step":0,"loss":1.5}"#, r#"{"_step":1,"loss":NaN}"#]);
        let body = json!({ "files": { "wandb-history.jsonl": { "offset": 0, "content": lines } }, "complete": true, "exitcode": 0 });
        let stream = ann.post("/files/ann/p/r1/file_stream", body).await;
        assert_eq!((stream.status, &stream.json()["stopped"]), (200, &json!(false)), "{}", stream.text());
        let query = "{ project(entityName: \"ann\", name: \"p\") { runCount run(name: \"r1\") { state historyLineCount history } } }";
        let run = ann.data(query, json!({})).await;
        assert_eq!(run["project"]["runCount"], 1);
        assert_eq!((&run["project"]["run"]["state"], &run["project"]["run"]["historyLineCount"]), (&json!("finished"), &json!(2)));
        assert_eq!(run["project"]["run"]["history"].as_array().map(Vec::len), Some(2));
    })
    .await;
}
