//! Chart presets: as the client makes them, and as the web app reads and changes them.

use serde_json::{Value, json};

use crate::support::{TestServer, on_every_database};

const CREATE: &str =
    "mutation C($input: CreateCustomChartInput!) { createCustomChart(input: $input) { chart { id } } }";
const READ: &str =
    "query Q($id: ID!) { customChart(id: $id) { id name displayName type access spec mayUpdate { allowed } } }";
const UPDATE: &str = "mutation U($input: UpdateCustomChartInput!) { updateCustomChart(input: $input) { chart { displayName access spec } } }";
const DELETE: &str = "mutation D($id: ID!) { deleteCustomChart(input: {id: $id}) { success } }";

fn bars(entity: &str, access: &str) -> Value {
    json!({ "input": { "entity": entity, "name": "bars", "displayName": "Bars", "type": "vega2", "access": access,
        "spec": "{\"mark\": \"bar\"}" } })
}

#[tokio::test]
async fn a_preset_is_made_found_changed_and_deleted() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let made = ann.data(CREATE, bars("ann", "PRIVATE")).await;
        assert_eq!(made["createCustomChart"]["chart"]["id"], "ann/bars");
        // A script makes its preset each time it runs.
        assert_eq!(ann.data(CREATE, bars("ann", "PRIVATE")).await, made);
        let other = ann.graphql(CREATE, bars("ann", "PUBLIC")).await;
        assert_eq!(other.status, 409, "{}", other.text());
        assert!(other.message().contains("another chart preset ann/bars"), "{}", other.message());
        let id = json!({ "id": "ann/bars" });
        let expected = json!({ "id": "ann/bars", "name": "bars", "displayName": "Bars", "type": "vega2", "access": "PRIVATE",
            "spec": "{\"mark\": \"bar\"}", "mayUpdate": { "allowed": true } });
        assert_eq!(ann.data(READ, id.clone()).await["customChart"], expected);
        let change = json!({ "input": { "id": "ann/bars", "spec": "{\"mark\": \"line\"}" } });
        let changed = ann.data(UPDATE, change).await["updateCustomChart"]["chart"].clone();
        assert_eq!(changed, json!({ "displayName": "Bars", "access": "PRIVATE", "spec": "{\"mark\": \"line\"}" }));
        let list = "{ entity(name: \"ann\") { customCharts { id } mayCreateCustomChart { allowed } } }";
        let listed = json!({ "entity": { "customCharts": [{ "id": "ann/bars" }], "mayCreateCustomChart": { "allowed": true } } });
        assert_eq!(ann.data(list, json!({})).await, listed);
        assert_eq!(ann.data(DELETE, id.clone()).await["deleteCustomChart"]["success"], true);
        assert_eq!(ann.graphql(READ, id.clone()).await.status, 404);
        assert_eq!(ann.graphql(DELETE, id).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_preset_is_refused() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        for (field, value) in [
            ("spec", "[]"),
            ("spec", "{"),
            ("name", "a/b"),
            ("name", ""),
            ("displayName", " "),
            ("type", "vega9"),
            ("access", "x"),
        ] {
            let mut bad = bars("ann", "PRIVATE");
            bad["input"][field] = json!(value);
            let answer = ann.graphql(CREATE, bad).await;
            assert_eq!(answer.status, 400, "{field}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_private_preset_is_the_teams_and_a_public_one_everybodys() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let (ben, vic, mallory) = (server.user("ben").await, server.user("vic").await, server.user("mallory").await);
        server.team("vision", "ann", &["ben", "vic"]).await;
        let weaken = "mutation { setTeamMember(input: {entityName: \"vision\", userName: \"vic\", role: \"viewer\"}) { entity { id } } }";
        ann.data(weaken, json!({})).await;
        ben.data(CREATE, bars("vision", "PRIVATE")).await;
        let id = json!({ "id": "vision/bars" });
        assert_eq!(vic.data(READ, id.clone()).await["customChart"]["mayUpdate"]["allowed"], false);
        for (query, variables) in [(CREATE, bars("vision", "PRIVATE")), (DELETE, id.clone())] {
            let refused = vic.graphql(query, variables).await;
            assert_eq!(refused.status, 403, "{}", refused.text());
            assert!(refused.message().contains("save chart presets of vision"), "{}", refused.message());
        }
        let mut answers = Vec::new();
        for name in ["bars", "nothing"] {
            let answer = mallory.graphql(READ, json!({ "id": format!("vision/{name}") })).await;
            answers.push((answer.status, answer.message()));
        }
        assert_eq!(answers[0], answers[1]);
        ann.data(UPDATE, json!({ "input": { "id": "vision/bars", "access": "PUBLIC" } })).await;
        assert_eq!(mallory.data(READ, id.clone()).await["customChart"]["displayName"], "Bars");
        assert_eq!(server.anonymous().data(READ, id).await["customChart"]["mayUpdate"]["allowed"], false);
        ann.data("mutation { deleteTeam(input: {entityName: \"vision\"}) { success } }", json!({})).await;
    })
    .await;
}
