//! Workspaces and reports as `wandb-workspaces` and the web app ask for them.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const UPSERT: &str = "mutation U($input: UpsertViewInput!) { upsertView(input: $input) { inserted view { id name type \
    displayName description spec updatedAt updatedBy project { name entityName } user { username } mayUpdate { allowed reason } } } }";

async fn save(client: &Client, input: Value) -> Value {
    client.data(UPSERT, json!({ "input": input })).await["upsertView"].clone()
}

fn workspace(name: &str, spec: &str) -> Value {
    json!({ "entityName": "ann", "projectName": "p", "name": name, "type": "project-view", "spec": spec, "displayName": "Mine" })
}

async fn project(ann: &Client) {
    ann.data("mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }", json!({})).await;
}

#[tokio::test]
async fn a_workspace_is_saved_found_and_restored() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        project(&ann).await;
        let first = save(&ann, workspace("nw-abc-v", "{\"a\": 1}")).await;
        assert_eq!((&first["inserted"], &first["view"]["type"]), (&json!(true), &json!("project-view")));
        assert_eq!(first["view"]["mayUpdate"], json!({ "allowed": true, "reason": null }));
        let again = save(&ann, workspace("nw-abc-v", "{\"a\": 2}")).await;
        assert_eq!((&again["inserted"], &again["view"]["id"]), (&json!(false), &first["view"]["id"]));
        let by_id = json!({ "id": first["view"]["id"], "spec": "{\"a\": 3}", "ifUpdatedAt": again["view"]["updatedAt"] });
        assert_eq!(save(&ann, by_id).await["view"]["spec"], "{\"a\": 3}");
        // The very question of the package.
        let find = "query View($entityName: String, $name: String, $viewType: String = \"runs\", $userName: String, $viewName: String) \
            { project(name: $name, entityName: $entityName) { allViews(viewType: $viewType, viewName: $viewName, userName: $userName) \
            { edges { node { id displayName spec versions { author spec } } } } } }";
        let variables = json!({ "entityName": "ann", "name": "p", "viewType": "project-view", "viewName": "nw-abc-v" });
        let found = ann.data(find, variables).await["project"]["allViews"]["edges"].clone();
        assert_eq!(found[0]["node"]["spec"], "{\"a\": 3}");
        assert_eq!(found[0]["node"]["versions"], json!([{ "author": "ann", "spec": "{\"a\": 1}" }]));
        let reports = ann.data(find, json!({ "entityName": "ann", "name": "p" })).await;
        assert_eq!(reports["project"]["allViews"]["edges"], json!([]));
        let delete = "mutation D($id: ID!) { deleteView(input: {id: $id}) { success pendingDrafts } }";
        let id = json!({ "id": first["view"]["id"] });
        assert_eq!(ann.data(delete, id.clone()).await["deleteView"], json!({ "success": true, "pendingDrafts": false }));
        assert_eq!(ann.data("query V($id: ID!) { view(id: $id) { id } }", id).await["view"], Value::Null);
    })
    .await;
}

#[tokio::test]
async fn a_save_over_a_newer_one_is_a_conflict_that_names_who_saved() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        project(&ann).await;
        let first = save(&ann, workspace("nw-abc-v", "{}")).await;
        save(&ann, workspace("nw-abc-v", "{\"theirs\": 1}")).await;
        let mut late = workspace("nw-abc-v", "{\"mine\": 1}");
        late["ifUpdatedAt"] = first["view"]["updatedAt"].clone();
        let answer = ann.graphql(UPSERT, json!({ "input": late })).await;
        assert_eq!(answer.status, 409, "{}", answer.text());
        assert!(answer.message().starts_with("ann has saved this view"), "{}", answer.message());
        for bad in ["yesterday", ""] {
            late["ifUpdatedAt"] = json!(bad);
            assert_eq!(ann.graphql(UPSERT, json!({ "input": late })).await.status, 400, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn strangers_get_the_same_answer_for_a_view_and_for_none() {
    on_every_database(async |server: TestServer| {
        let (ann, stranger) = (server.user("ann").await, server.user("mallory").await);
        project(&ann).await;
        let id = save(&ann, workspace("nw-abc-v", "{}")).await["view"]["id"].clone();
        let none = json!("VmlldzoxMjM=");
        for ask in [
            "query V($id: ID!) { view(id: $id) { id spec } }",
            "mutation D($id: ID!) { deleteView(input: {id: $id}) { success } }",
            "mutation U($id: ID!) { upsertView(input: {id: $id, spec: \"{}\"}) { view { id } } }",
        ] {
            let mut answers = Vec::new();
            for id in [&id, &none] {
                let answer = stranger.graphql(ask, json!({ "id": id })).await;
                answers.push((answer.status, answer.text().replace(id.as_str().unwrap(), "ID")));
            }
            assert_eq!(answers[0], answers[1]);
            assert!(!answers[0].1.contains("nw-abc"), "{}", answers[0].1);
        }
    })
    .await;
}
