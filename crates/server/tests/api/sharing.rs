//! Reports that a link shows, and what people say about them.

use axum::http::HeaderName;
use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const CREATE: &str = "mutation createAccessToken($viewId: ID!, $projects: [ProjectSpecifier!]!) { \
    createAccessToken(input: {viewId: $viewId, projects: $projects}) { accessToken { token type } } }";
const LIST: &str = "query ViewAccessTokens($reportId: ID!) { view(id: $reportId) { accessTokens { token type revokedAt \
    projects { entityName name } } } }";
const REPORT: &str = "query R($id: ID!) { view(id: $id) { name spec accessTokens { token } comments { body } project { name \
    runs { edges { node { name } } } allViews(viewType: \"runs\") { edges { node { name } } } } } }";

/// ann's report `v1` in `ann/p`, beside `v2`; its id.
async fn report(ann: &Client) -> Value {
    ann.data("mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\"}) { bucket { id } } }", json!({})).await;
    let save = "mutation U($name: String!) { upsertView(input: {entityName: \"ann\", projectName: \"p\", name: $name, \
                type: \"runs\", spec: \"{}\"}) { view { id } } }";
    ann.data(save, json!({ "name": "v2" })).await;
    ann.data(save, json!({ "name": "v1" })).await["upsertView"]["view"]["id"].clone()
}

fn with(client: Client, token: &Value) -> Client {
    client.with_header(HeaderName::from_static("x-access-token"), token.as_str().unwrap())
}

#[tokio::test]
async fn who_has_the_link_reads_the_report_and_its_runs_and_nothing_else() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let id = report(&ann).await;
        let projects = json!([{ "entityName": "ann", "projectName": "p" }]);
        let made = ann.data(CREATE, json!({ "viewId": id, "projects": projects })).await;
        let token = made["createAccessToken"]["accessToken"]["token"].clone();
        assert_eq!(made["createAccessToken"]["accessToken"]["type"], "PUBLIC");
        let listed = ann.data(LIST, json!({ "reportId": id })).await["view"]["accessTokens"].clone();
        let place = json!([{ "entityName": "ann", "name": "p" }]);
        assert_eq!(listed, json!([{ "token": token, "type": "PUBLIC", "revokedAt": null, "projects": place }]));

        let reader = with(server.anonymous(), &token);
        let seen = reader.data(REPORT, json!({ "id": id })).await["view"].clone();
        assert_eq!((&seen["name"], &seen["accessTokens"], &seen["comments"]), (&json!("v1"), &json!([]), &json!([])));
        assert_eq!(seen["project"]["runs"]["edges"], json!([{ "node": { "name": "r1" } }]));
        assert_eq!(seen["project"]["allViews"]["edges"], json!([{ "node": { "name": "v1" } }]));
        let series = reader.post("/api/series/ann/p", json!({ "runs": ["r1"], "keys": ["loss"] })).await;
        assert_eq!(series.status, 200);
        for write in [
            "mutation U($id: ID!) { upsertView(input: {id: $id, spec: \"{}\"}) { view { id } } }",
            "mutation C($id: ID!) { addViewComment(input: {viewId: $id, body: \"x\"}) { comment { id } } }",
            "mutation D($id: ID!) { deleteView(input: {id: $id}) { success } }",
        ] {
            let answer = reader.graphql(write, json!({ "id": id })).await;
            assert!([401, 403].contains(&answer.status), "{write}: {}", answer.text());
        }
        let models = reader.graphql("{ models(entityName: \"ann\") { edges { node { name } } } }", json!({})).await;
        assert_eq!(models.status, 401, "the link opens an address, and lists nothing");

        let revoke =
            "mutation revokeAccessToken($token: String!) { revokeAccessToken(input: {token: $token}) { success } }";
        let mallory = server.user("mallory").await;
        assert_eq!(with(mallory, &token).graphql(revoke, json!({ "token": token })).await.status, 403);
        assert_eq!(ann.data(revoke, json!({ "token": token })).await["revokeAccessToken"]["success"], true);
        assert_eq!(reader.data(REPORT, json!({ "id": id })).await["view"], Value::Null);
        assert!(reader.post("/api/series/ann/p", json!({ "runs": ["r1"], "keys": ["loss"] })).await.status >= 400);
    })
    .await;
}

#[tokio::test]
async fn people_talk_about_a_report() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let id = report(&ann).await;
        let say = "mutation C($id: ID!, $body: String!, $parent: ID) { addViewComment(input: {viewId: $id, body: $body, \
                   anchor: \"b1\", parent: $parent}) { comment { id author parent resolved mayUpdate { allowed } } } }";
        let first = ann.data(say, json!({ "id": id, "body": "why?" })).await["addViewComment"]["comment"].clone();
        assert_eq!((&first["author"], &first["mayUpdate"]["allowed"]), (&json!("ann"), &json!(true)));
        let answer = ann.data(say, json!({ "id": id, "body": "because", "parent": first["id"] })).await;
        assert_eq!(answer["addViewComment"]["comment"]["parent"], first["id"]);
        let change = "mutation U($id: ID!) { updateViewComment(input: {id: $id, body: \"how?\", resolved: true}) { comment { \
                      body resolved } } }";
        let changed = ann.data(change, json!({ "id": first["id"] })).await["updateViewComment"]["comment"].clone();
        assert_eq!(changed, json!({ "body": "how?", "resolved": true }));
        let (stranger, none) = (server.user("mallory").await, json!("Vmlld0NvbW1lbnQ6MTIz"));
        let mut answers = Vec::new();
        for id in [&first["id"], &none] {
            let answer = stranger.graphql(change, json!({ "id": id })).await;
            answers.push((answer.status, answer.text().split("\"message\"").count()));
        }
        assert_eq!(answers[0], answers[1], "what is hidden is not there");
        let delete = "mutation D($id: ID!) { deleteViewComment(input: {id: $id}) { success } }";
        assert_eq!(ann.data(delete, json!({ "id": first["id"] })).await["deleteViewComment"]["success"], true);
        assert_eq!(ann.data(REPORT, json!({ "id": id })).await["view"]["comments"], json!([]));
    })
    .await;
}
