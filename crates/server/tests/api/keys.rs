//! Keys: what they are narrowed to, how long they live, who manages them.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const CREATE: &str = "mutation M($input: CreateKeyInput!) { createKey(input: $input) { secret key { id hint within scope expiresAt } } }";
const ROTATE: &str = "mutation M($input: RotateKeyInput!) { rotateKey(input: $input) { secret key { id within scope createdAt expiresAt } } }";
const REVOKE: &str = "mutation M($id: ID!) { revokeKey(input: {id: $id}) { key { revokedBy } } }";
const INIT: &str = "mutation M($entity: String, $project: String) { upsertBucket(input: {entityName: $entity, modelName: $project, name: \"r\"}) { bucket { id } } }";

async fn create(who: &Client, input: Value) -> Value {
    who.data(CREATE, json!({ "input": input })).await["createKey"].take()
}

/// Whether `key` may log to a project; else the reason.
async fn logs(server: &TestServer, key: &Value, entity: &str, project: &str) -> String {
    let client = server.anonymous().with_key(key["secret"].as_str().unwrap());
    let answer = client.graphql(INIT, json!({ "entity": entity, "project": project })).await;
    if answer.status == 200 { "logs".to_owned() } else { answer.reason() }
}

#[tokio::test]
async fn a_narrowed_key_stays_inside_and_makes_no_others() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        server.team("lab", "ann", &[]).await;
        ann.data(INIT, json!({ "entity": "lab", "project": "p" })).await;
        let team = create(&ann, json!({ "name": "t", "within": "lab" })).await;
        let project = create(&ann, json!({ "name": "p", "within": "lab/p" })).await;
        assert_eq!((&team["key"]["within"], &project["key"]["within"]), (&json!("lab"), &json!("lab/p")));
        for (key, entity, name, outcome) in [
            (&team, "lab", "p", "logs"),
            (&team, "lab", "q", "logs"),
            (&team, "ann", "p", "KEY_SCOPE"),
            (&project, "lab", "p", "logs"),
            (&project, "lab", "q", "KEY_SCOPE"),
        ] {
            assert_eq!(logs(&server, key, entity, name).await, outcome, "{entity}/{name}");
            let client = server.anonymous().with_key(key["secret"].as_str().unwrap());
            assert_eq!(client.graphql(CREATE, json!({ "input": { "name": "x" } })).await.reason(), "KEY_SCOPE");
        }
        let stranger = server.user("mallory").await;
        let answer = stranger.graphql(CREATE, json!({ "input": { "name": "x", "within": "lab/p" } })).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
    })
    .await;
}

#[tokio::test]
async fn a_rotated_key_keeps_scope_narrowing_and_lifetime() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        ann.data(INIT, json!({ "entity": "ann", "project": "p" })).await;
        let wish = json!({ "name": "ci", "scope": "read", "within": "ann/p", "expiresInDays": 90 });
        let old = create(&ann, wish).await;
        let input = json!({ "input": { "id": old["key"]["id"], "overlapHours": 0 } });
        let new = ann.data(ROTATE, input.clone()).await["rotateKey"].take();
        assert_eq!((&new["key"]["scope"], &new["key"]["within"]), (&json!("read"), &json!("ann/p")));
        assert_eq!(old["key"]["expiresAt"].as_str().unwrap()[..10], new["key"]["expiresAt"].as_str().unwrap()[..10]);
        let viewer = "{ viewer { username } }";
        let with = |key: &Value| server.anonymous().with_key(key["secret"].as_str().unwrap());
        assert_eq!(with(&old).graphql(viewer, json!({})).await.reason(), "KEY_EXPIRED");
        with(&new).data(viewer, json!({})).await;
        // Of a stranger's and of no key the answer is the same.
        let stranger = server.user("mallory").await;
        let answer = stranger.graphql(ROTATE, input).await;
        let nothing = stranger.graphql(ROTATE, json!({ "input": { "id": "QXBpS2V5Ojc=" } })).await;
        assert_eq!((answer.status, nothing.status), (404, 404), "{} {}", answer.text(), nothing.text());
        let revoked = ann.data(REVOKE, json!({ "id": new["key"]["id"] })).await;
        assert_eq!(revoked["revokeKey"]["key"]["revokedBy"], "ann");
        assert_eq!(with(&new).graphql(viewer, json!({})).await.reason(), "KEY_REVOKED");
    })
    .await;
}

#[tokio::test]
async fn the_organization_limits_keys() {
    on_every_database(async |server: TestServer| {
        let (root, ann) = (server.admin("root").await, server.user("ann").await);
        let set = "mutation M($input: UpdateServerInput!) { updateServer(input: $input) { administration { settings { keyMaxDays } } } }";
        root.data(set, json!({ "input": { "keyMaxDays": 30 } })).await;
        assert!(create(&ann, json!({ "name": "x" })).await["key"]["expiresAt"].is_string(), "the most by default");
        let long = ann.graphql(CREATE, json!({ "input": { "name": "x", "expiresInDays": 31 } })).await;
        assert_eq!(long.status, 400, "{}", long.text());
        assert!(long.message().contains("30"), "{}", long.text());
        // A key made with one that ends does not outlive it.
        let short = create(&ann, json!({ "name": "x", "expiresInDays": 1 })).await;
        let with = server.anonymous().with_key(short["secret"].as_str().unwrap());
        let child = create(&with, json!({ "name": "y", "expiresInDays": 30 })).await;
        assert_eq!(child["key"]["expiresAt"], short["key"]["expiresAt"]);

        root.data(set, json!({ "input": { "usersCreateKeys": false } })).await;
        let refused = ann.graphql(CREATE, json!({ "input": { "name": "x" } })).await;
        assert_eq!((refused.status, refused.reason().as_str()), (403, "ADMIN_ONLY"), "{}", refused.text());
        let may = ann.data("{ viewer { mayCreateKey { allowed reason } keyMaxDays } }", json!({})).await;
        assert_eq!((&may["viewer"]["mayCreateKey"]["allowed"], &may["viewer"]["keyMaxDays"]), (&json!(false), &json!(30)));
        create(&root, json!({ "name": "for ann", "userName": "ann" })).await;
        let all = root.data("{ administration { keys(search: \"for ann\") { user key { name } } } }", json!({})).await;
        assert_eq!(all["administration"]["keys"], json!([{ "user": "ann", "key": { "name": "for ann" } }]));
    })
    .await;
}

#[tokio::test]
async fn a_mistyped_key_is_told_from_an_unknown_one() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let secret = create(&ann, json!({ "name": "x" })).await["secret"].as_str().unwrap().to_owned();
        let last = if secret.ends_with('a') { "b" } else { "a" };
        let wrong = format!("{}{last}", &secret[..secret.len() - 1]);
        let answer = server.anonymous().with_key(&wrong).graphql("{ viewer { id } }", json!({})).await;
        assert_eq!((answer.status, answer.reason().as_str()), (401, "KEY_MALFORMED"), "{}", answer.text());
    })
    .await;
}
