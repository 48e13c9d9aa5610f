//! Who may not know of a thing gets the same answer whether it is there or not, from every route and field.

use axum::http::Method;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::model::Role;
use serde_json::{Value, json};

use super::denials::{Ids, Schema};
use crate::support::{Client, TestServer, on_every_database};

/// Entities that nobody below may know of, and one that is not there. `your-entity` is a hidden team too.
const ENTITIES: [&str; 5] = ["qx-hidden", "qx-person", "qx-robots", "qx-moved1", "qx-nobody"];

/// Looked up by exact name, people are found: whoever knows the name may share a project with them.
const FINDS_PEOPLE: &str = "users";

const ROOTS: [(&str, &str); 2] = [("Query", "query"), ("Mutation", "mutation")];

/// Things of theirs, and ones that are not there.
const PROJECTS: [&str; 2] = ["qy-present", "qy-missing"];
const RUNS: [&str; 2] = ["qz-present", "qz-missing"];

/// A hidden team, a person's space and a service account, each project with a run; people elsewhere.
async fn build(server: &TestServer) -> Vec<(&'static str, Client)> {
    let owner = server.user("qx-person").await;
    server.team("qx-hidden", "qx-person", &[]).await;
    server.team("your-entity", "qx-person", &[]).await;
    server.service_account("qx-hidden", "qx-robots").await;
    server.sql("UPDATE entity SET hidden = TRUE WHERE name IN ('qx-hidden', 'your-entity')").await;
    let init = "mutation I($e: String) { upsertBucket(input: {entityName: $e, modelName: \"qy-present\", name: \"qz-present\"}) \
                { bucket { id } } }";
    for entity in ["qx-hidden", "qx-person"] {
        owner.data(init, json!({ "e": entity })).await;
    }
    let columns = "project_id, name, state, method, config, seed, draws, exhausted, created_at, updated_at";
    server
        .sql(format!(
            "INSERT INTO sweep (id, {columns}) SELECT id, id, 'qz-present', 'PENDING', 'grid', '{{}}', config, 0, FALSE, 0, 0 \
             FROM (SELECT id, CAST('x' AS BYTEA) AS config FROM project) p"
        ))
        .await;
    let (stranger, viewer, admin) =
        (server.user("mallory").await, server.user("victor").await, server.user("adele").await);
    server.team("elsewhere", "adele", &[]).await;
    let team = domain::model::EntityPath("elsewhere".to_owned());
    let team =
        server.domain.operator().allow::<domain::policy::Administer, domain::policy::Entity>(&team).await.unwrap();
    team.set_member("victor", Role::Viewer).await.unwrap();
    vec![
        ("a stranger", stranger),
        ("a viewer elsewhere", viewer),
        ("an admin elsewhere", admin),
        ("nobody", server.anonymous()),
    ]
}

fn run_id([entity, project, run]: [&str; 3]) -> String {
    BASE64_STANDARD.encode(format!("Run:v1:{run}:{project}:{entity}"))
}

fn file_id([entity, project, run]: [&str; 3]) -> String {
    BASE64_STANDARD.encode(format!("RunFile:v1:7:{run}:{project}:{entity}"))
}

/// An answer without what differs by right: the names asked, in whatever encoding, and the reference.
fn plain(status: u16, text: &str, names: [&str; 3]) -> (u16, String) {
    let [entity, project, run] = names;
    let mut text = text.to_owned();
    for id in [run_id(names), file_id(names)] {
        text = text.replace(&id, "ID");
    }
    while let Some(at) = text.find("/e/") {
        let reference: String = text[at + 3..].chars().take_while(char::is_ascii_alphanumeric).collect();
        text = text.replace(&format!("/e/{reference}"), "/ref").replace(&reference, "REF");
    }
    for (name, what) in [(entity, "ENTITY"), (project, "PROJECT"), (run, "RUN")] {
        text = text.replace(name, what);
    }
    (status, text)
}

/// What was asked about ann's things, asked about other names.
fn renamed(value: &Value, ids: &Ids, [entity, project, run]: [&str; 3]) -> Value {
    let again = |v: &Value| renamed(v, ids, [entity, project, run]);
    match value {
        Value::Array(all) => all.iter().map(again).collect(),
        Value::Object(all) => all.iter().map(|(k, v)| (k.clone(), again(v))).collect::<serde_json::Map<_, _>>().into(),
        Value::String(text) => match text.as_str() {
            "ann" => json!(entity),
            "p" => json!(project),
            "r1" => json!(run),
            "ann/p" => json!(format!("{entity}/{project}")),
            id if id == ids.run => json!(run_id([entity, project, run])),
            id if id == ids.file => json!(file_id([entity, project, run])),
            id if id == ids.sweep => json!(run),
            id if id == ids.agent => json!(BASE64_STANDARD.encode(format!("Agent:v1:7:{run}:{project}:{entity}"))),
            other => json!(other),
        },
        other => other.clone(),
    }
}

/// Everything there, then only the run missing, then the project too.
fn names() -> Vec<[&'static str; 3]> {
    let deeper = [(PROJECTS[0], RUNS[0]), (PROJECTS[0], RUNS[1]), (PROJECTS[1], RUNS[1])];
    ENTITIES.into_iter().flat_map(|entity| deeper.map(|(project, run)| [entity, project, run])).collect()
}

/// Every field and route, as everybody, about names of which they may not know which are there.
async fn compare(ann: &Client, callers: &[(&str, Client)], roots: &[(&str, &str)], names: &[[&'static str; 3]]) {
    let (schema, ids) = (Schema::read(ann).await, Ids::make(ann).await);
    for (who, client) in callers {
        for (root, keyword) in roots {
            for field in schema.fields(root) {
                let (query, variables) = schema.request(keyword, field, &ids);
                // What names nothing of it is about the caller, and would change the caller's password, keys and limits.
                let asked = |all: &[&'static str; 3]| renamed(&variables, &ids, *all);
                if names.iter().all(|all| asked(all) == asked(&names[0])) {
                    continue;
                }
                let mut first = None;
                for all in names.iter().copied() {
                    if field["name"] == FINDS_PEOPLE && all[0] == "qx-person" {
                        continue;
                    }
                    let answer = client.graphql(&query, asked(&all)).await;
                    let plain = plain(answer.status, &answer.text(), all);
                    let first = first.get_or_insert_with(|| plain.clone());
                    assert_eq!(plain, *first, "{root}.{} tells {who} of {all:?}", field["name"]);
                    if plain.1.contains("does not offer") {
                        break;
                    }
                }
            }
        }
        for (method, route) in [
            (Method::POST, "/files/E/P/R/file_stream"),
            (Method::POST, "/api/series/E/P"),
            (Method::POST, "/api/tables/E/P"),
            (Method::GET, "/api/tables/E/P/rows.csv?q=%7B%22sources%22:[]%7D"),
            (Method::GET, "/api/series/E/P?q=%7B%22runs%22:[%22R%22],%22keys%22:[]%7D"),
            (Method::GET, "/api/live/E/P"),
            (Method::GET, "/api/export/E/P/runs.parquet"),
            (Method::GET, "/api/export/E/P/history.csv?runs=R"),
            (Method::GET, "/api/logs/E/P/R"),
            (Method::GET, "/api/explain?action=run:read&target=E/P/R"),
            (Method::GET, "/api/explain?action=team:update&target=E"),
            (Method::GET, "/api/explain?action=user:read&target=E"),
            (Method::GET, "/api/explain?action=run:create&target=E/P&user=E"),
        ] {
            let mut first = None;
            for all in names.iter().copied() {
                let path = route.replace('E', all[0]).replace('P', all[1]).replace('R', all[2]);
                let answer =
                    client.send(method.clone(), &path, json!({ "runs": [all[2]], "keys": ["loss"] }).to_string()).await;
                let plain = plain(answer.status, &answer.text(), all);
                let first = first.get_or_insert_with(|| plain.clone());
                assert_eq!(plain, *first, "{route} tells {who} of {all:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_hidden_and_what_is_not_there_are_the_same() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let callers = build(&server).await;
        compare(&ann, &callers, &ROOTS, &names()).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_in_a_restricted_project_is_for_those_who_were_added() {
    on_every_database(async |server: TestServer| {
        let (ann, owner) = (server.user("ann").await, server.user("olga").await);
        let (viewer, stranger, admin) =
            (server.user("victor").await, server.user("mallory").await, server.user("adele").await);
        server.team("lab", "olga", &[]).await;
        server.team("elsewhere", "adele", &[]).await;
        let team = domain::model::EntityPath("lab".to_owned());
        let team =
            server.domain.operator().allow::<domain::policy::Administer, domain::policy::Entity>(&team).await.unwrap();
        team.set_member("victor", Role::Viewer).await.unwrap();
        let init = "mutation { upsertBucket(input: {entityName: \"lab\", modelName: \"qy-closed\", name: \"qz-present\"}) \
                    { bucket { id } } }";
        owner.data(init, json!({})).await;
        server.sql("UPDATE project SET visibility = 'restricted' WHERE name = 'qy-closed'").await;
        let callers = [
            ("a viewer of the team", viewer),
            ("an admin of another team", admin),
            ("a stranger", stranger),
            ("nobody", server.anonymous()),
        ];
        compare(&ann, &callers, &ROOTS, &RUNS.map(|run| ["lab", "qy-closed", run])).await;
    })
    .await;
}

#[tokio::test]
async fn with_redirects_too() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let callers = build(&server).await;
        let redirect = |id: i64, from: &str, to: &str| {
            format!(
                "INSERT INTO redirect (id, entity, project, target_entity, target_project, origin, created_by, created_at) \
                 VALUES ({id}, '{from}', '', '{to}', '', 'admin', 'ops', 0)"
            )
        };
        for (n, entity) in ENTITIES.into_iter().enumerate() {
            server.sql(redirect(n as i64, entity, "qx-hidden")).await;
        }
        server.sql(redirect(100, "qx-*", "@me")).await;
        compare(&ann, &callers, &ROOTS, &names()).await;
        // What is changed here is changed in one's own space, so only questions are the same again and again.
        server.sql("DELETE FROM redirect WHERE entity <> 'qx-*'").await;
        compare(&ann, &callers[..1], &ROOTS[..1], &names()).await;
    })
    .await;
}

#[tokio::test]
async fn a_hidden_team_named_like_a_placeholder_is_a_placeholder() {
    on_every_database(async |server: TestServer| {
        let callers = build(&server).await;
        let query = "mutation { upsertBucket(input: {entityName: \"NAME\", modelName: \"p\"}) { bucket { id } } }";
        for (who, client) in &callers[..3] {
            let ask = async |name: &str| {
                let answer = client.graphql(&query.replace("NAME", name), json!({})).await;
                assert_eq!(answer.reason(), "ENTITY_PLACEHOLDER", "{who}");
                plain(answer.status, &answer.text(), [name, "-", "-"])
            };
            assert_eq!(ask("your-entity").await, ask("your_entity").await, "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_redirect_to_ones_own_space_opens_nobodys_denials() {
    on_every_database(async |server: TestServer| {
        let (ann, mallory) = (server.user("ann").await, server.user("mallory").await);
        let init = |entity: &str| {
            format!("mutation {{ upsertBucket(input: {{entityName: \"{entity}\", modelName: \"p\"}}) {{ bucket {{ id }} }} }}")
        };
        mallory.data(&init("mallory"), json!({})).await;
        let denied = ann.graphql(&init("corp-x"), json!({})).await.json();
        let reference = denied["errors"][0]["extensions"]["ref"].as_str().unwrap().to_owned();
        let ask = "mutation A($r: String!) { requestAccess(input: {reference: $r}) { denial { reference } } }";
        ann.data(ask, json!({ "r": reference })).await;
        server
            .sql("INSERT INTO redirect (id, entity, project, target_entity, target_project, origin, created_by, created_at) \
                  VALUES (1, 'corp-*', '', '@me', '', 'admin', 'ops', 0)")
            .await;
        let seen = "query D($r: ID!) { denial(reference: $r) { explanation { user } } accessRequests { id } }";
        let seen = mallory.data(seen, json!({ "r": reference })).await;
        assert_eq!(seen, json!({ "denial": null, "accessRequests": [] }));
    })
    .await;
}

#[tokio::test]
async fn a_renamed_projects_new_name_is_for_those_who_may_know_it() {
    on_every_database(async |server: TestServer| {
        let (ann, mallory) = (server.user("ann").await, server.user("mallory").await);
        server.team("vision", "ann", &[]).await;
        let init = |project: &str| {
            format!("mutation {{ upsertBucket(input: {{entityName: \"vision\", modelName: \"{project}\"}}) {{ bucket {{ id }} }} }}")
        };
        ann.data(&init("qy-secret"), json!({})).await;
        server
            .sql("INSERT INTO redirect (id, entity, project, target_entity, target_project, origin, created_by, created_at) \
                  VALUES (1, 'vision', 'qy-old', 'vision', 'qy-secret', 'rename', 'ann', 0)")
            .await;
        let ask = async |project: &str| {
            let answer = mallory.graphql(&init(project), json!({})).await;
            plain(answer.status, &answer.text(), ["vision", project, "-"])
        };
        assert_eq!(ask("qy-old").await, ask("qy-none").await);
        let led = "{ project(entityName: \"vision\", name: \"qy-old\") { name } }";
        assert_eq!(ann.data(led, json!({})).await["project"]["name"], json!("qy-secret"));
    })
    .await;
}

#[tokio::test]
async fn who_is_disabled_is_not_told_hidden_admins() {
    on_every_database(async |server: TestServer| {
        let (ann, boss) = (server.user("ann").await, server.admin("qx-boss").await);
        server.sql("UPDATE account SET disabled_at = 1 WHERE name = 'ann'").await;
        assert!(ann.get("/api/session").await.text().contains("qx-boss"));
        server.sql("INSERT INTO setting (name, value) VALUES ('hide_admins', 'true')").await;
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        let answer = ann.get("/api/session").await;
        assert_eq!(answer.reason(), "USER_DISABLED");
        assert!(!answer.text().contains("qx-boss"), "{}", answer.text());
        assert_eq!(boss.get("/api/session").await.status, 200);
    })
    .await;
}

/// An id of the same kind that nothing has.
fn unused(id: &str) -> String {
    let text = BASE64_STANDARD.decode(id).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.rsplit_once(':')) {
        Some((kind, number)) => BASE64_STANDARD.encode(format!("{kind}:{}", number.parse::<i64>().unwrap() + 1)),
        None => id.chars().rev().collect(),
    }
}

/// The answer to a question about an id, without the id: it is told back in whatever form it came.
async fn by_id(client: &Client, query: &str, id: &str) -> (u16, String) {
    let answer = client.graphql(query, json!({ "id": id })).await;
    let number = BASE64_STANDARD.decode(id).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let number = number.and_then(|text| Some(text.rsplit_once(':')?.1.to_owned()));
    plain(answer.status, &answer.text(), [number.as_deref().unwrap_or("-"), id, "-"])
}

#[tokio::test]
async fn ids_of_what_is_hidden_are_ids_of_nothing() {
    on_every_database(async |server: TestServer| {
        let callers = build(&server).await;
        let owner = server.user("qx-owner").await;
        server.team("qx-lab", "qx-owner", &[]).await;
        server.service_account("qx-lab", "qx-ci").await;
        server.sql("UPDATE entity SET hidden = TRUE WHERE name = 'qx-lab'").await;
        server.browser("qx-owner").await;
        let invite =
            "mutation { it: invite(input: {entityName: \"qx-lab\", role: \"admin\"}) { url invitation { id } } }";
        let invited = owner.data(invite, json!({})).await["it"].take();
        // Somebody who was refused has asked for access.
        let asker = server.user("qx-asker").await;
        let init = "mutation { upsertBucket(input: {entityName: \"qx-lab\", modelName: \"p\"}) { bucket { id } } }";
        let denied = asker.graphql(init, json!({})).await.json();
        let reference = denied["errors"][0]["extensions"]["ref"].as_str().unwrap();
        let ask = "mutation A($id: String!) { requestAccess(input: {reference: $id}) { denial { reference } } }";
        asker.data(ask, json!({ "id": reference })).await;
        let ids = "{ viewer { keys { id } sessions { id } } accessRequests { id } }";
        let ids = owner.data(ids, json!({})).await;
        let id = |pointer: &str| ids.pointer(pointer).and_then(Value::as_str).unwrap();
        let (key, request) = (id("/viewer/keys/0/id"), id("/accessRequests/0/id"));
        let invitation = invited["invitation"]["id"].as_str().unwrap();
        let asked = [
            ("mutation M($id: ID!) { revokeInvitation(input: {id: $id}) { __typename } }", invitation),
            ("mutation M($id: ID!) { acceptInvitation(input: {id: $id}) { __typename } }", invitation),
            (
                "mutation M($id: String) { deleteInvite(input: {entityName: \"qx-lab\", id: $id}) { success } }",
                invitation,
            ),
            ("mutation M($id: ID!) { revokeKey(input: {id: $id}) { __typename } }", key),
            ("mutation M($id: ID!) { rotateKey(input: {id: $id}) { secret } }", key),
            ("mutation M($id: String!) { deleteApiKey(input: {id: $id}) { success } }", key),
            ("mutation M($id: ID!) { revokeSession(input: {id: $id}) { __typename } }", id("/viewer/sessions/0/id")),
            ("mutation M($id: ID!) { answerAccessRequest(input: {id: $id, approve: true}) { __typename } }", request),
            ("query Q($id: ID!) { denial(reference: $id) { explanation { user target } } }", reference),
            (ask, reference),
        ];
        for (who, client) in &callers {
            for (query, id) in asked {
                assert_eq!(by_id(client, query, id).await, by_id(client, query, &unused(id)).await, "{who}: {query}");
            }
        }
        // Nothing of it was done.
        assert_eq!(
            owner.data("{ viewer { keys { revokedAt } } accessRequests { state } }", json!({})).await,
            json!({
                "viewer": { "keys": [{ "revokedAt": null }] }, "accessRequests": [{ "state": "pending" }],
            })
        );
    })
    .await;
}

#[tokio::test]
async fn ids_of_what_is_in_a_hidden_teams_project_are_ids_of_nothing() {
    on_every_database(async |server: TestServer| {
        let callers = build(&server).await;
        let owner = server.user("qx-owner").await;
        server.team("qx-lab", "qx-owner", &[]).await;
        server.sql("UPDATE entity SET hidden = TRUE WHERE name = 'qx-lab'").await;
        let make = "mutation { upsertView(input: {entityName: \"qx-lab\", projectName: \"p\", name: \"v\", type: \"runs\", \
                    spec: \"{}\"}) { view { id } } createArtifact(input: {entityName: \"qx-lab\", projectName: \"p\", \
                    artifactTypeName: \"t\", artifactCollectionName: \"c\", digest: \"d\", digestAlgorithm: MANIFEST_MD5, \
                    clientID: \"mine\"}) { artifact { id artifactSequence { id } } } }";
        let init = "mutation { upsertBucket(input: {entityName: \"qx-lab\", modelName: \"p\"}) { bucket { id } } }";
        owner.data(init, json!({})).await;
        let made = owner.data(make, json!({})).await;
        let id = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        let (view, artifact) = (id("/upsertView/view/id"), id("/createArtifact/artifact/id"));
        let collection = id("/createArtifact/artifact/artifactSequence/id");
        let say = "mutation S($v: ID!) { addViewComment(input: {viewId: $v, body: \"why?\"}) { comment { id } } \
                   createAccessToken(input: {viewId: $v, projects: []}) { accessToken { token } } }";
        let said = owner.data(say, json!({ "v": view })).await;
        let comment = said["addViewComment"]["comment"]["id"].as_str().unwrap();
        let token = said["createAccessToken"]["accessToken"]["token"].as_str().unwrap();
        let asked = [
            ("query Q($id: ID!) { view(id: $id) { id } }", view.as_str()),
            ("mutation M($id: ID!) { deleteView(input: {id: $id}) { success } }", &view),
            ("mutation M($id: ID!) { addViewComment(input: {viewId: $id, body: \"x\"}) { __typename } }", &view),
            ("mutation M($id: ID!) { createAccessToken(input: {viewId: $id, projects: []}) { __typename } }", &view),
            ("mutation M($id: ID!) { updateViewComment(input: {id: $id, resolved: true}) { __typename } }", comment),
            ("mutation M($id: ID!) { deleteViewComment(input: {id: $id}) { success } }", comment),
            ("mutation M($id: String!) { revokeAccessToken(input: {token: $id}) { success } }", token),
            ("query Q($id: ID!) { artifact(id: $id) { id } }", &artifact),
            ("query Q($id: ID!) { artifactCollection(id: $id) { id } }", &collection),
            ("mutation M($id: ID!) { deleteArtifact(input: {artifactID: $id}) { __typename } }", &artifact),
            ("mutation M($id: ID!) { commitArtifact(input: {artifactID: $id}) { __typename } }", &artifact),
            ("mutation M($id: ID!) { updateArtifact(input: {artifactID: $id, description: \"x\"}) { __typename } }", &artifact),
        ];
        for (who, client) in &callers {
            for (query, id) in asked {
                assert_eq!(by_id(client, query, id).await, by_id(client, query, &unused(id)).await, "{who}: {query}");
            }
        }
        let all = "query Q($v: ID!, $a: ID!) { view(id: $v) { comments { resolved } accessTokens { revokedAt } } \
                   artifact(id: $a) { description } }";
        let comments = json!({ "comments": [{ "resolved": false }], "accessTokens": [{ "revokedAt": null }] });
        let expected = json!({ "view": comments, "artifact": { "description": null } });
        assert_eq!(owner.data(all, json!({ "v": view, "a": artifact })).await, expected);
    })
    .await;
}
