//! Sweeps as the client asks for them.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const UPSERT: &str = "mutation U($id: ID, $e: String, $p: String, $c: String, $s: String, $n: JSONString) { upsertSweep(input: {id: $id, \
    entityName: $e, projectName: $p, config: $c, state: $s, controller: $n, templateVariableValues: \"null\"}) { \
    sweep { id name state project { name entity { name } } } configValidationWarnings } }";
const AGENT: &str = "mutation A($e: String, $p: String, $s: String!) { createAgent(input: {entityName: $e, projectName: $p, \
    sweep: $s, host: \"vm\"}) { agent { id } } }";
const HEARTBEAT: &str = "mutation H($id: ID!, $r: JSONString) { agentHeartbeat(input: {id: $id, metrics: \"{}\", runState: $r}) \
    { agent { id } commands } }";
const READ: &str = "query R($e: String, $p: String, $sweep: String!, $specs: [JSONString!]!) { project(name: $p, entityName: $e) { \
    totalSweeps sweep(sweepName: $sweep) { id name method state config bestLoss runCount runCountExpected displayName earlyStopJobRunning \
    agents { edges { node { name host state totalRuns runs(first: 5) { edges { node { name } } } } } } \
    runs { edges { node { name state config shouldStop failed stopped running sampledHistory(specs: $specs) } } } } } }";
const GRID: &str = "method: grid\nname: small\nprogram: train.py\nparameters:\n  lr:\n    values: [0.1, 0.2]\n";

async fn sweep(client: &Client, entity: &str) -> Value {
    let made = client.data(UPSERT, json!({ "e": entity, "p": "p", "c": GRID })).await;
    assert_eq!(made["upsertSweep"]["configValidationWarnings"], json!([]));
    made["upsertSweep"]["sweep"].clone()
}

fn commands(answer: &Value) -> Value {
    serde_json::from_str(answer["agentHeartbeat"]["commands"].as_str().unwrap()).unwrap()
}

#[tokio::test]
async fn a_sweep_as_the_client_makes_works_and_reads_it() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let sweep = sweep(&ann, "ann").await;
        assert_eq!(sweep["project"], json!({ "name": "p", "entity": { "name": "ann" } }));
        assert_eq!(sweep["state"], "PENDING");
        let name = sweep["name"].as_str().unwrap();
        let agent = ann.data(AGENT, json!({ "e": "ann", "p": "p", "s": name })).await["createAgent"]["agent"]["id"].clone();
        let given = commands(&ann.data(HEARTBEAT, json!({ "id": agent, "r": "{}" })).await);
        let run = given[0]["run_id"].as_str().unwrap();
        assert_eq!(given, json!([{ "type": "run", "run_id": run, "program": "train.py", "args": { "lr": { "value": 0.1 } } }]));
        let busy = json!({ run: true }).to_string();
        assert_eq!(commands(&ann.data(HEARTBEAT, json!({ "id": agent, "r": busy })).await), json!([]));
        let begin = json!({ "query": "mutation U($s: String, $r: String) { upsertBucket(input: {modelName: \"p\", name: $r, \
            sweep: $s, host: \"vm\"}) { bucket { sweepName state } inserted } }", "variables": { "s": name, "r": run } });
        let begun = ann.post("/graphql", begin).await.json()["data"]["upsertBucket"].clone();
        assert_eq!(begun, json!({ "bucket": { "sweepName": name, "state": "running" }, "inserted": false }));
        // A lone spec, and one without keys.
        let read = json!({ "e": "ann", "p": "p", "sweep": name, "specs": "{}" });
        let read = ann.data(READ, read).await["project"].clone();
        assert_eq!(read["totalSweeps"], 1);
        let read = &read["sweep"];
        assert_eq!((&read["state"], &read["runCount"], &read["runCountExpected"]), (&json!("RUNNING"), &json!(1), &json!(2)));
        assert_eq!((&read["displayName"], &read["config"]), (&json!("small"), &json!(GRID)));
        let one = &read["runs"]["edges"][0]["node"];
        assert_eq!((&one["name"], &one["sampledHistory"], &one["running"]), (&json!(run), &json!([[]]), &json!(true)));
        let worker = &read["agents"]["edges"][0]["node"];
        assert_eq!((&worker["state"], &worker["totalRuns"]), (&json!("RUNNING"), &json!(1)));
        assert_eq!(worker["runs"]["edges"][0]["node"]["name"], run);
        let filtered = "query F($f: JSONString) { project(name: \"p\", entityName: \"ann\") { runCount(filters: $f) } }";
        let filter = json!({ "$and": [{ "sweep": name }] }).to_string();
        assert_eq!(ann.data(filtered, json!({ "f": filter })).await["project"]["runCount"], 1);
        ann.data(UPSERT, json!({ "id": sweep["id"], "e": "ann", "p": "p", "s": "CANCELED" })).await;
        assert_eq!(commands(&ann.data(HEARTBEAT, json!({ "id": agent, "r": busy })).await), json!([{ "type": "exit" }]));
        let again = ann.graphql(UPSERT, json!({ "id": sweep["id"], "s": "PAUSED" })).await;
        assert_eq!(again.status, 409, "{}", again.text());
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_a_config_is_said_and_nothing_is_made() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        for (config, words) in [
            ("{method: anneal, parameters: {lr: {value: 1}}}", "The sweep's method anneal is not offered here."),
            ("{method: grid, parameters: {lr: {min: 0.1, max: 1.0}}}", "A grid needs values that can be listed"),
            ("{method: random, parameters: {}}", "at least one entry under parameters"),
            ("{method: random, parameters: {lr: {min: 2, max: 1}}}", "min of the parameter lr is above its max."),
        ] {
            let refused = ann.graphql(UPSERT, json!({ "e": "ann", "p": "p", "c": config })).await;
            assert_eq!(refused.status, 400, "{config}");
            assert!(refused.message().contains(words), "{}", refused.message());
        }
        let local = json!({ "e": "ann", "p": "p", "c": GRID, "n": "{\"type\": \"local\"}" });
        assert_eq!(ann.graphql(UPSERT, local).await.status, 400);
        let none = ann.data("{ project(name: \"p\", entityName: \"ann\") { totalSweeps } }", json!({})).await;
        assert_eq!(none, json!({ "project": null }));
    })
    .await;
}

#[tokio::test]
async fn who_may_not_is_told_why() {
    on_every_database(async |server: TestServer| {
        let (ann, bob, vic) = (server.user("ann").await, server.user("bob").await, server.user("vic").await);
        server.team("lab", "ann", &["bob"]).await;
        let team = domain::model::EntityPath("lab".to_owned());
        let team =
            server.domain.operator().allow::<domain::policy::Administer, domain::policy::Entity>(&team).await.unwrap();
        team.set_member("vic", domain::model::Role::Viewer).await.unwrap();
        let sweep = sweep(&ann, "lab").await;
        let (id, name) = (&sweep["id"], sweep["name"].as_str().unwrap());
        let agent =
            ann.data(AGENT, json!({ "e": "lab", "p": "p", "s": name })).await["createAgent"]["agent"]["id"].clone();
        let stop = json!({ "id": id, "s": "FINISHED" });
        let make = json!({ "e": "lab", "p": "p", "c": GRID });
        let join = json!({ "e": "lab", "p": "p", "s": name });
        for (who, document, variables, reason) in [
            (&bob, UPSERT, &stop, "ROLE_TOO_LOW"),
            (&vic, UPSERT, &stop, "ROLE_TOO_LOW"),
            (&vic, UPSERT, &make, "ROLE_TOO_LOW"),
            (&vic, AGENT, &join, "ROLE_TOO_LOW"),
            (&vic, HEARTBEAT, &json!({ "id": agent }), "ROLE_TOO_LOW"),
        ] {
            let refused = who.graphql(document, variables.clone()).await;
            assert_eq!((refused.status, refused.reason().as_str()), (403, reason), "{document}");
        }
        bob.data(AGENT, join).await;
        let gone = bob.graphql(AGENT, json!({ "e": "lab", "p": "p", "s": "nothing1" })).await;
        assert_eq!(gone.status, 404, "{}", gone.text());
        let gone = bob.graphql(HEARTBEAT, json!({ "id": "QWdlbnQ6djE6NzpzOnA6bGFi" })).await;
        assert_eq!(gone.status, 404, "a sweep that is gone ends its agents: {}", gone.text());
    })
    .await;
}

#[tokio::test]
async fn a_sweep_looked_for_in_the_wrong_place_is_found_for_who_may_see_it() {
    on_every_database(async |server: TestServer| {
        let (ann, bob, mallory) = (server.user("ann").await, server.user("bob").await, server.user("mallory").await);
        server.team("lab", "ann", &["bob"]).await;
        let sweep = sweep(&ann, "lab").await;
        let name = sweep["name"].as_str().unwrap();
        let init =
            "mutation U($s: String) { upsertBucket(input: {modelName: \"q\", name: \"r1\", sweep: $s}) { inserted } }";
        let first =
            format!("bob may not run an agent of the sweep bob/q/{name}: the sweep {name} is in lab/p, not in bob/q.");
        let refused = bob.graphql(AGENT, json!({ "p": "q", "s": name })).await;
        assert_eq!(refused.reason(), "SWEEP_OWNER_MISMATCH");
        let lines: Vec<_> = refused.message().lines().map(str::to_owned).collect();
        assert_eq!(lines[..2], [first, format!("Fix: wandb agent lab/p/{name}")]);
        for (document, variables) in
            [(init, json!({ "s": name })), (READ, json!({ "e": "bob", "p": "q", "sweep": name, "specs": "{}" }))]
        {
            let refused = bob.graphql(document, variables).await;
            assert_eq!(refused.reason(), "SWEEP_OWNER_MISMATCH", "{document}");
        }
        // To somebody else it is as if it were not there.
        let answers = async |name: &str| {
            let asked = [
                (AGENT, json!({ "p": "q", "s": name })),
                (READ, json!({ "e": "mallory", "p": "q", "sweep": name, "specs": "{}" })),
                (init, json!({ "s": name })),
            ];
            let mut all = Vec::new();
            for (document, variables) in asked {
                let answer = mallory.graphql(document, variables).await;
                let text = answer.text().replace(name, "SWEEP");
                all.push((answer.status, text.split("/e/").next().unwrap().to_owned()));
            }
            all
        };
        let hidden = answers(name).await;
        mallory
            .data(
                "mutation { deleteProject(input: {entityName: \"mallory\", projectName: \"q\"}) { success } }",
                json!({}),
            )
            .await;
        assert_eq!(hidden, answers("nothing1").await);
    })
    .await;
}
