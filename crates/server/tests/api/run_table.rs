//! The run table as the web app asks for it.

use serde_json::{Value, json};

use crate::support::{Client, TestServer, on_every_database};

const UPSERT: &str = "mutation($name: String, $config: JSONString, $summary: JSONString, $tags: [String!]) { upsertBucket(input: { \
    entityName: \"lab\", modelName: \"p\", name: $name, host: \"vm\", config: $config, summaryMetrics: $summary, tags: $tags }) { inserted } }";

const GROUPS: &str = "query($by: [String!]!, $filters: JSONString, $order: String, $aggregates: [String!], $first: Int, $after: String) { \
    project(entityName: \"lab\", name: \"p\") { runGroups(by: $by, filters: $filters, order: $order, aggregates: $aggregates, \
    first: $first, after: $after) { totalCount edges { cursor node { key values runCount filter aggregates } } \
    pageInfo { hasNextPage endCursor } } } }";

const RUNS: &str = "query($filters: JSONString, $columns: [String!]!) { project(entityName: \"lab\", name: \"p\") { \
    runCount(filters: $filters) runs(filters: $filters, order: \"-summary_metrics.acc,+name\") { edges { node { name values(columns: $columns) } } } } }";

const COLUMNS: &str = "query($search: String, $first: Int) { project(entityName: \"lab\", name: \"p\") { \
    runColumns(search: $search, first: $first) { name section type runs } } }";

const CHANGE: &str = "mutation($input: ChangeRunsInput!) { changeRuns(input: $input) { changed refused reasons } }";

/// Six runs: `opt` alternates, the last one has none; `acc` is `n` tenths.
async fn runs(ann: &Client) {
    for n in 0..6 {
        let mut config = json!({ "lr": { "value": 0.1 * f64::from(n) }, "model": { "value": { "depth": n % 3 } } });
        if n < 5 {
            config["opt"] = json!({ "value": if n % 2 == 0 { "adam" } else { "sgd" } });
        }
        let summary = json!({ "acc": f64::from(n) / 10.0, "_wandb": { "runtime": 3 } });
        let variables = json!({ "name": format!("r{n}"), "config": config.to_string(), "summary": summary.to_string(), "tags": [format!("t{n}")] });
        ann.data(UPSERT, variables).await;
    }
}

async fn groups(client: &Client, variables: Value) -> Value {
    client.data(GROUPS, variables).await["project"]["runGroups"].take()
}

#[tokio::test]
async fn columns_groups_and_values() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        server.team("lab", "ann", &[]).await;
        runs(&ann).await;
        let columns = ann.data(COLUMNS, json!({ "search": "OPT" })).await;
        let opt = json!({ "name": "config.opt", "section": "config", "type": "string", "runs": 5 });
        assert_eq!(columns["project"]["runColumns"], json!([opt]));
        let all = ann.data(COLUMNS, json!({})).await["project"]["runColumns"].take();
        let names: Vec<_> = all.as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
        assert_eq!(names[19..], ["config.lr", "config.model.depth", "config.opt", "summary_metrics.acc"]);
        assert_eq!(
            ann.data(COLUMNS, json!({ "first": 2 })).await["project"]["runColumns"].as_array().unwrap().len(),
            2
        );

        let page = groups(
            &ann,
            json!({ "by": ["config.opt"], "order": "-summary_metrics.acc", "aggregates": ["summary_metrics.acc"] }),
        )
        .await;
        let nodes: Vec<&Value> = page["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect();
        let values: Vec<_> =
            nodes.iter().map(|node| (&node["values"][0], node["runCount"].as_i64().unwrap())).collect();
        assert_eq!(values, [(&Value::Null, 1), (&json!("adam"), 3), (&json!("sgd"), 2)]);
        assert_eq!(nodes[1]["aggregates"]["summary_metrics.acc"]["max"], 0.4);
        for node in nodes {
            let of_group =
                ann.data(RUNS, json!({ "filters": node["filter"], "columns": ["config.opt"] })).await["project"].take();
            assert_eq!(of_group["runCount"], node["runCount"], "{node}");
            for edge in of_group["runs"]["edges"].as_array().unwrap() {
                assert_eq!(edge["node"]["values"], node["values"]);
            }
        }
        let columns = ["name", "config.lr", "config.model", "tags", "summary_metrics.none"];
        let first =
            ann.data(RUNS, json!({ "filters": "{}", "columns": columns })).await["project"]["runs"]["edges"][0].take();
        assert_eq!(first["node"]["values"], json!(["r5", 0.5, { "depth": 2 }, ["t5"], null]));
    })
    .await;
}

#[tokio::test]
async fn groups_come_in_pages_and_within_a_filter() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        server.team("lab", "ann", &[]).await;
        runs(&ann).await;
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let asked = json!({ "by": ["config.model.depth", "config.opt"], "filters": r#"{"name":{"$ne":"r0"}}"#, "first": 2, "after": after });
            let page = groups(&ann, asked).await;
            assert_eq!(page["totalCount"], 5);
            seen.extend(page["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["values"].clone()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let expected = [json!([0, "sgd"]), json!([1, "adam"]), json!([1, "sgd"]), json!([2, "adam"]), json!([2, null])];
        assert_eq!(seen, expected);
        let bad = ann.graphql(GROUPS, json!({ "by": ["name"], "after": "x" })).await;
        assert!(bad.message().starts_with("The cursor was not made by this list"), "{}", bad.text());
    })
    .await;
}

#[tokio::test]
async fn a_change_of_many_runs_says_why_some_are_refused() {
    on_every_database(async |server: TestServer| {
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        server.team("lab", "ann", &["bob"]).await;
        runs(&ann).await;
        let own = json!({ "name": "b0", "config": "{}", "summary": "{}", "tags": [] });
        bob.data(UPSERT, own).await;
        let change = |more: Value| {
            let mut input = json!({ "entityName": "lab", "projectName": "p", "filters": "{}" });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "input": input })
        };
        let done = bob.data(CHANGE, change(json!({ "delete": true }))).await["changeRuns"].take();
        assert_eq!((&done["changed"], &done["refused"]), (&json!(1), &json!(6)), "{done}");
        let reason = done["reasons"][0].as_str().unwrap();
        assert!(done["reasons"].as_array().unwrap().len() == 1 && reason.starts_with("bob may not delete"), "{done}");
        let done = ann.data(CHANGE, change(json!({ "names": ["r1", "r2"], "addTags": ["x"], "groupName": "g" }))).await;
        assert_eq!(done["changeRuns"], json!({ "changed": 2, "refused": 0, "reasons": [] }));
        let tagged = ann.data(RUNS, json!({ "filters": r#"{"tags":"x","group":"g"}"#, "columns": ["tags"] })).await;
        assert_eq!(tagged["project"]["runCount"], 2);
    })
    .await;
}
