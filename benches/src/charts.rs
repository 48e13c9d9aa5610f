//! Charts of many long runs: all of them, and any hundredth, over steps and over time; and what their data takes on disk.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{Connection, Server};

/// Rows of a request.
const ROWS: usize = 10_000;
/// Senders that log the runs.
const SENDERS: usize = 4;
/// Points of a line.
const BUCKETS: usize = 1000;
/// Zooms that are asked for.
const TIMES: usize = 30;
/// A value that only one row has.
const SPIKE: f64 = 1e6;

/// Logs `runs` runs of `steps` rows with one metric, and one of 20 metrics, then asks for charts of a server that has just
/// been started.
pub fn run(server: &mut Server, database: &str, runs: usize, steps: usize) -> Result<(), Box<dyn Error>> {
    let wide = steps.min(200_000);
    for (name, reach, values) in [("32-bit floats", 3, Values::Single), ("64-bit floats", 6, Values::Double)] {
        let bytes = log(server, &format!("wide-{reach}"), (wide, 20), values)?;
        let each = bytes as f64 / (wide * 20) as f64;
        println!("{database}: {each:.2} bytes a point for {name} in files (reach: {reach})");
    }
    let started = Instant::now();
    thread::scope(|scope| {
        let shared: &Server = server;
        let sender = move |first: usize| -> Result<(), String> {
            for run in (first..runs).step_by(SENDERS) {
                log(shared, &format!("run-{run}"), (steps, 1), Values::Single).map_err(|error| error.to_string())?;
            }
            Ok(())
        };
        let threads: Vec<_> = (0..SENDERS).map(|first| scope.spawn(move || sender(first))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?)
    })?;
    println!(
        "{database}: {runs} runs of {steps} rows logged and compacted in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    measure(server, database, runs, steps)
}

/// The same of runs that were logged to the folder before, or are now.
pub fn again(binary: &Path, folder: &Path, runs: usize, steps: usize) -> Result<(), Box<dyn Error>> {
    if folder.exists() {
        return measure(&mut Server::open(binary, folder)?, "sqlite", runs, steps);
    }
    run(&mut Server::start(binary, folder, None)?, "sqlite", runs, steps)
}

fn measure(server: &mut Server, database: &str, runs: usize, steps: usize) -> Result<(), Box<dyn Error>> {
    server.restart()?;
    let mut connection = server.connect()?;
    println!(
        "{:9} {:10} {:>10} {:>10} {:>12} {:>8} {:>12} {:>10}",
        "database", "over", "first ms", "again ms", "1 % zoom ms", "worst", "zoom CPU ms", "of reach"
    );
    for (x, scale) in [("_step", 1.0), ("_runtime", 0.5)] {
        let whole = json!({"runs": names(runs), "keys": ["loss"], "x": x, "buckets": BUCKETS});
        let (first, answer) = ask(&mut connection, &whole)?;
        if spikes(&answer)? != runs {
            return Err(format!("a spike is missing over {x}").into());
        }
        let again = median((0..5).map(|_| Ok(ask(&mut connection, &whole)?.0)).collect::<Result<_, Box<dyn Error>>>()?);
        let (mut zooms, cpu) = (Vec::new(), server.cpu_seconds()?);
        for time in 0..TIMES {
            let from = (steps * time / TIMES) as f64 * scale;
            let mut zoom = whole.clone();
            (zoom["from"], zoom["to"]) = (json!(from), json!(from + steps as f64 / 100.0 * scale));
            zooms.push(ask(&mut connection, &zoom)?.0);
        }
        let cpu = (server.cpu_seconds()? - cpu) * 1e3 / TIMES as f64;
        let slowest = zooms.iter().copied().fold(0.0, f64::max);
        let zoom = median(zooms);
        let worst = (first / 300.0).max(again / 20.0).max(zoom / 20.0);
        println!(
            "{database:9} {x:10} {first:>10.0} {again:>10.1} {zoom:>12.1} {slowest:>8.1} {cpu:>12.1} {worst:>9.2}×"
        );
    }
    Ok(())
}

fn names(runs: usize) -> Vec<String> {
    (0..runs).map(|run| format!("run-{run}")).collect()
}

/// Milliseconds, and the answer.
fn ask(connection: &mut Connection, question: &Value) -> Result<(f64, Vec<u8>), Box<dyn Error>> {
    let started = Instant::now();
    let (status, answer) = connection.ask_bytes("/api/series/bench/charts", &question.to_string())?;
    let time = started.elapsed().as_secs_f64() * 1e3;
    if !status.starts_with("HTTP/1.1 200") {
        return Err(format!("{status} {}", String::from_utf8_lossy(&answer)).into());
    }
    Ok((time, answer))
}

/// How many lines show the spike: the largest value is the last column of each.
fn spikes(answer: &[u8]) -> Result<usize, Box<dyn Error>> {
    let length = u32::from_le_bytes(answer.get(8..12).ok_or("too short")?.try_into()?) as usize;
    let header: Value = serde_json::from_slice(answer.get(12..12 + length).ok_or("too short")?)?;
    let lines = header["series"].as_array().ok_or("no lines")?;
    let shows = |line: &&Value| {
        let number = |name: &str| line[name].as_u64().unwrap_or_default() as usize;
        let start = 12 + length + number("offset") + 3 * 8 * number("points");
        let column = answer.get(start..start + 8 * number("points")).unwrap_or_default();
        column.chunks_exact(8).any(|bytes| bytes == SPIKE.to_le_bytes())
    };
    Ok(lines.iter().filter(shows).count())
}

/// What is logged: a curve with noise, as training code has it.
#[derive(Clone, Copy)]
enum Values {
    /// As a 32-bit float.
    Single,
    /// With noise in all bits of a 64-bit float.
    Double,
}

/// Logs a whole run and waits until it lies in files; their size.
fn log(server: &Server, name: &str, (steps, metrics): (usize, usize), values: Values) -> Result<usize, Box<dyn Error>> {
    let mut connection = server.connect()?;
    let make = format!(
        "mutation {{ upsertBucket(input: {{name: \"{name}\", modelName: \"charts\", host: \"bench\"}}) {{ inserted }} }}"
    );
    connection.post("/graphql", &json!({ "query": make }).to_string())?;
    let path = format!("/files/bench/charts/{name}/file_stream");
    let mut noise = name.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    for first in (0..steps).step_by(ROWS) {
        let last = steps.min(first + ROWS);
        let mut body = format!(
            r#"{{"complete":{},"exitcode":0,"files":{{"wandb-history.jsonl":{{"offset":{first},"content":["#,
            last == steps
        );
        for step in first..last {
            let comma = if step > first { "," } else { "" };
            let time = 1_795_000_000 + step / 2;
            write!(
                body,
                r#"{comma}"{{\"_step\":{step},\"_timestamp\":{time}.25,\"_runtime\":{:?}"#,
                step as f64 / 2.0
            )?;
            for metric in 0..metrics {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let part = (noise >> 11) as f64 / (1_u64 << 53) as f64;
                let curve = (-(step as f64) / steps as f64).exp() * (1.0 + 0.1 * part);
                let value = match values {
                    _ if step == steps / 3 => SPIKE,
                    Values::Single => f64::from(curve as f32),
                    Values::Double => curve,
                };
                if metric == 0 {
                    write!(body, r#",\"loss\":{value:?}"#)?;
                } else {
                    write!(body, r#",\"metric_{metric}\":{value:?}"#)?;
                }
            }
            body.push_str(r#"}""#);
        }
        body.push_str("]}}}");
        connection.post(&path, &body)?;
    }
    let files = format!(
        "{{ project(entityName: \"bench\", name: \"charts\") {{ run(name: \"{name}\") {{ parquetHistory(liveKeys: []) {{ parquetUrls }} }} }} }}"
    );
    let question = json!({ "query": files }).to_string();
    loop {
        let (_, answer) = connection.ask("/graphql", &question)?;
        let answer: Value = serde_json::from_str(&answer)?;
        let urls = answer["data"]["project"]["run"]["parquetHistory"]["parquetUrls"].as_array();
        let urls: Vec<&str> = urls.ok_or("no answer about files")?.iter().filter_map(Value::as_str).collect();
        if !urls.is_empty() {
            let path = |url: &str| url.find("/blob/").map(|at| url[at..].to_owned()).ok_or("no address of a file");
            return urls.into_iter().map(|url| connection.length(&path(url)?)).sum();
        }
        thread::sleep(Duration::from_millis(200));
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
