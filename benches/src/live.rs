//! Many runs that log at a pace of their own, each over its own connection, as scripts do that train for days.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use super::body::{Bodies, Shape};
use super::load::Measured;
use super::server::{Connection, Server};

/// Threads that send, each for its share of the runs.
const SENDERS: usize = 64;

/// Makes the runs, then sends `rate` requests a second for `time`, to one run after another. An answer's time counts from
/// when its request was due, so a server that falls behind is seen. Fails when any answer is not 200.
pub fn run(server: &Server, shape: &Shape, time: Duration, rate: usize) -> Result<Measured, Box<dyn Error>> {
    let senders = SENDERS.min(shape.runs);
    let open = |sender: usize| -> Result<Vec<Sender>, String> {
        (sender..shape.runs).step_by(senders).map(|run| Sender::open(server, shape, run)).collect()
    };
    let senders: Vec<Vec<Sender>> = join((0..senders).map(|sender| move || open(sender)))?;
    let (cpu, started) = (server.cpu_seconds()?, Instant::now());
    let count = senders.len();
    let pause = Duration::from_secs_f64(count as f64 / rate as f64);
    let log = |first: usize, mut runs: Vec<Sender>| -> Result<Vec<f64>, String> {
        let mut times = Vec::new();
        let mut due = started + pause.mul_f64(first as f64 / count as f64);
        let mut next = 0;
        while due < started + time {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            runs[next].send()?;
            times.push(due.elapsed().as_secs_f64());
            due += pause;
            next = (next + 1) % runs.len();
        }
        Ok(times)
    };
    let log = &log;
    let mut times = join(senders.into_iter().enumerate().map(|(first, runs)| move || log(first, runs)))?.concat();
    let (seconds, cpu_seconds) = (started.elapsed().as_secs_f64(), server.cpu_seconds()? - cpu);
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    Ok(Measured { requests: times.len(), seconds, cpu_seconds, p50: at(0.5), p99: at(0.99) })
}

/// One run that logs.
struct Sender {
    connection: Connection,
    path: String,
    bodies: Bodies,
}

impl Sender {
    fn open(server: &Server, shape: &Shape, run: usize) -> Result<Self, String> {
        let mut connection = server.connect().map_err(|error| error.to_string())?;
        let (project, name) = (shape.name, shape.run(run));
        let query = format!(
            "mutation {{ upsertBucket(input: {{name: \"{name}\", modelName: \"{project}\", host: \"bench\"}}) {{ inserted }} }}"
        );
        let query = serde_json::json!({ "query": query }).to_string();
        connection.post("/graphql", &query).map_err(|error| error.to_string())?;
        let path = format!("/files/bench/{project}/{name}/file_stream");
        Ok(Self { connection, path, bodies: Bodies::new(shape, run as u64) })
    }

    fn send(&mut self) -> Result<(), String> {
        self.connection.post(&self.path, &self.bodies.next()).map_err(|error| error.to_string())
    }
}

/// Does all at the same time, each in its thread.
fn join<T: Send>(tasks: impl Iterator<Item = impl FnOnce() -> Result<T, String> + Send>) -> Result<Vec<T>, String> {
    thread::scope(|scope| {
        let threads: Vec<_> = tasks.map(|task| scope.spawn(task)).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| "a sender panicked".to_owned())?).collect()
    })
}
