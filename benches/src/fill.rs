//! Whole runs through `file_stream`, as fast as the server takes them: losses that fall, with noise, and one value that
//! sticks out.

use std::error::Error;
use std::fmt::Write;
use std::thread;

use serde_json::json;

use super::server::Server;

/// Rows of a request.
const ROWS: usize = 10_000;
/// Senders that log the runs.
const SENDERS: usize = 2;
/// The value of one row of each metric.
const SPIKE: f64 = 1e6;

/// What to log, into the project `fill`.
#[derive(Clone, Copy)]
pub struct Fill {
    /// Runs, called `fill-0` and so on.
    pub runs: usize,
    /// Rows of each.
    pub rows: usize,
    /// Metrics of a row, called `metric_0` and so on.
    pub metrics: usize,
    /// Values that are 32-bit floats, as training code logs; else noise of 64 bits.
    pub single: bool,
    /// Metrics that no other run has.
    pub own_names: bool,
}

/// Logs and finishes the runs.
pub fn run(server: &Server, fill: Fill) -> Result<(), Box<dyn Error>> {
    let sender = move |first: usize| -> Result<(), String> {
        (first..fill.runs)
            .step_by(SENDERS)
            .try_for_each(|run| log(server, &fill, run).map_err(|error| error.to_string()))
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..SENDERS).map(|first| scope.spawn(move || sender(first))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?)
    })?;
    Ok(())
}

fn log(server: &Server, fill: &Fill, run: usize) -> Result<(), Box<dyn Error>> {
    let mut connection = server.connect()?;
    let make = format!(
        "mutation {{ upsertBucket(input: {{name: \"fill-{run}\", modelName: \"fill\", host: \"bench\"}}) {{ inserted }} }}"
    );
    connection.post("/graphql", &json!({ "query": make }).to_string())?;
    let path = format!("/files/bench/fill/fill-{run}/file_stream");
    let first_name = if fill.own_names { run * fill.metrics } else { 0 };
    let mut noise = (run as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut body = String::new();
    for first in (0..fill.rows).step_by(ROWS) {
        let last = fill.rows.min(first + ROWS);
        body.clear();
        let complete = last == fill.rows;
        write!(
            body,
            r#"{{"complete":{complete},"exitcode":0,"files":{{"wandb-history.jsonl":{{"offset":{first},"content":["#
        )?;
        for step in first..last {
            let comma = if step > first { "," } else { "" };
            let time = 1_795_000_000 + step / 2;
            write!(
                body,
                r#"{comma}"{{\"_step\":{step},\"_timestamp\":{time}.25,\"_runtime\":{:?}"#,
                step as f64 / 2.0
            )?;
            for metric in first_name..first_name + fill.metrics {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let part = (noise >> 11) as f64 / (1_u64 << 53) as f64;
                let curve = (-(step as f64) / fill.rows as f64).exp() * (1.0 + 0.1 * part);
                let value = match (step == fill.rows / 3, fill.single) {
                    (true, _) => SPIKE,
                    (false, true) => f64::from(curve as f32),
                    (false, false) => part,
                };
                write!(body, r#",\"metric_{metric}\":{value:?}"#)?;
            }
            body.push_str(r#"}""#);
        }
        body.push_str("]}}}");
        connection.post(&path, &body)?;
    }
    Ok(())
}
