//! Runs that log at the same time.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use super::body::{Bodies, Shape};
use super::server::{Connection, Server};

/// What a load showed.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Requests that were answered.
    pub requests: usize,
    /// How long that took.
    pub seconds: f64,
    /// Processor time of the server's process.
    pub cpu_seconds: f64,
    /// Half of the answers took no longer, in seconds.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}

/// Makes the runs, then logs to all of them for `time`; fails when any answer is not 200.
pub fn run(server: &Server, shape: &Shape, time: Duration) -> Result<Measured, Box<dyn Error>> {
    let mut connections = Vec::new();
    for run in 0..shape.runs {
        let mut connection = server.connect()?;
        let (project, name) = (shape.name, shape.run(run));
        let query = format!(
            "mutation {{ upsertBucket(input: {{name: \"{name}\", modelName: \"{project}\", host: \"bench\"}}) {{ inserted }} }}"
        );
        connection.post("/graphql", &serde_json::json!({ "query": query }).to_string())?;
        let path = format!("/files/bench/{project}/{name}/file_stream");
        connections.push((connection, path, Bodies::new(shape, run as u64)));
    }
    let (cpu, started) = (server.cpu_seconds()?, Instant::now());
    let log = |(mut connection, path, mut bodies): (Connection, String, Bodies)| {
        let mut times = Vec::new();
        while started.elapsed() < time {
            let body = bodies.next();
            let sent = Instant::now();
            connection.post(&path, &body).map_err(|error| error.to_string())?;
            times.push(sent.elapsed().as_secs_f64());
        }
        Ok::<_, String>(times)
    };
    let times: Result<Vec<Vec<f64>>, String> = thread::scope(|scope| {
        let threads: Vec<_> = connections.into_iter().map(|each| scope.spawn(|| log(each))).collect();
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?);
        joined.collect()
    });
    let (mut times, seconds) = (times?.concat(), started.elapsed().as_secs_f64());
    let cpu_seconds = server.cpu_seconds()? - cpu;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    Ok(Measured { requests: times.len(), seconds, cpu_seconds, p50: at(0.5), p99: at(0.99) })
}
