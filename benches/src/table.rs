//! Lists of the runs of a large project: filtered, sorted, counted, grouped.

use std::error::Error;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use super::server::Server;

/// Senders that make the runs.
const SENDERS: usize = 4;
/// Times that each question is asked.
const TIMES: usize = 50;

const MAKE: &str = "mutation($name: String, $config: JSONString, $summary: JSONString) { upsertBucket(input: { \
    modelName: \"table\", name: $name, host: \"bench\", config: $config, summaryMetrics: $summary }) { inserted } }";
const LIST: &str = "query($filters: JSONString, $order: String) { project(entityName: \"bench\", name: \"table\") { \
    runCount(filters: $filters) runs(filters: $filters, order: $order, first: 50) { edges { cursor node { name state } } } } }";
const GROUPS: &str = "query($by: [String!]!) { project(entityName: \"bench\", name: \"table\") { runGroups(by: $by, \
    aggregates: [\"summary_metrics.m7\"], first: 50) { totalCount edges { node { values runCount aggregates } } } } }";

/// Makes a project with `runs` runs of `keys` config and summary keys, and prints how long each question takes.
pub fn run(server: &Server, database: &str, runs: usize, keys: usize) -> Result<(), Box<dyn Error>> {
    fill(server, runs, keys)?;
    println!("{database}: {runs} runs with {keys} keys");
    println!("{:32} {:>9} {:>9} {:>9}", "question", "first ms", "p50 ms", "p95 ms");
    let filter = json!({ "config.c3": { "$gt": 0.5 }, "config.c0": "adam", "state": "running" }).to_string();
    let list =
        |filters: &str, order: &str| json!({ "query": LIST, "variables": { "filters": filters, "order": order } });
    let groups = |by: &[&str]| json!({ "query": GROUPS, "variables": { "by": by } });
    ask(server, "filter, sort, page, count", &list(&filter, "-summary_metrics.m7"))?;
    ask(server, "sort by a text, page", &list("{}", "+displayName"))?;
    ask(server, "sort by two keys, page", &list("{}", "+config.c0,-summary_metrics.m9"))?;
    ask(
        server,
        "pattern in a name, page, count",
        &list(r#"{"displayName":{"$regex":"7.*7"}}"#, "-summary_metrics.m1"),
    )?;
    ask(server, "groups by a config key", &groups(&["config.c0"]))?;
    ask(server, "groups by two keys", &groups(&["config.c0", "config.c1"]))?;
    ask(server, "groups by the name", &groups(&["displayName"]))
}

/// Every tenth key is a word of four, all others are numbers.
fn document(run: usize, prefix: char, keys: usize, wrap: impl Fn(Value) -> Value) -> String {
    let mut state = (run as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 31)
    };
    let value = |key: usize, x: f64| match key % 10 {
        0 => json!(["adam", "sgd", "lion", "adagrad"][(x * 4.0) as usize % 4]),
        1 => json!((x * 100.0) as u32),
        _ => json!(x),
    };
    let map: serde_json::Map<_, _> =
        (0..keys).map(|key| (format!("{prefix}{key}"), wrap(value(key, random())))).collect();
    Value::Object(map).to_string()
}

/// Makes the runs.
pub fn fill(server: &Server, runs: usize, keys: usize) -> Result<(), Box<dyn Error>> {
    let send = |sender: usize| {
        let mut connection = server.connect().map_err(|e| e.to_string())?;
        for run in (sender..runs).step_by(SENDERS) {
            let config = document(run, 'c', keys / 2, |value| json!({ "value": value }));
            let summary = document(run, 'm', keys / 2, |value| value);
            let variables = json!({ "name": format!("t{run}"), "config": config, "summary": summary });
            let body = json!({ "query": MAKE, "variables": variables }).to_string();
            connection.post("/graphql", &body).map_err(|e| e.to_string())?;
        }
        Ok::<_, String>(())
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..SENDERS).map(|sender| scope.spawn(move || send(sender))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?)
    })?;
    Ok(())
}

fn ask(server: &Server, question: &str, body: &Value) -> Result<(), Box<dyn Error>> {
    let (mut connection, body) = (server.connect()?, body.to_string());
    let mut times = Vec::with_capacity(TIMES + 1);
    for _ in 0..=TIMES {
        let sent = Instant::now();
        connection.post("/graphql", &body)?;
        times.push(sent.elapsed().as_secs_f64() * 1e3);
    }
    let first = times.remove(0);
    times.sort_by(f64::total_cmp);
    println!("{question:32} {first:>9.1} {:>9.1} {:>9.1}", times[TIMES / 2], times[TIMES * 95 / 100]);
    Ok(())
}
