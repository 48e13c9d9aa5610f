//! Measures a whole server: how fast run data is taken, as a share of what the disk allows; whether the time of an answer
//! tells what the asker may not know; how fast the runs of a large project are listed; and how fast charts of many long runs
//! are answered.
//!
//! `benches SERVER FOLDER [POSTGRES-URL]` starts the built server with its data in a fresh folder, on SQLite and, when an
//! address is given, on that empty PostgreSQL database. Every answer must be 200, which means durable. The limit is one
//! thread that appends the same bodies to a file in the same folder and calls `fdatasync` after each: a server that commits
//! several requests at once may pass it.
//!
//! `benches SERVER FOLDER charts` measures only the charts, on SQLite, and leaves the data in the folder for the next time.
//!
//! `benches limits FOLDER ROWS METRICS` says what this machine allows: how fast such bodies are only parsed, or only written.
//!
//! `benches at …` only sends, to a server that runs already ([`at`]): the comparison with other systems drives it.

mod at;
mod body;
mod charts;
mod fill;
mod limit;
mod live;
mod load;
mod parse;
mod secrecy;
mod server;
mod statistics;
mod table;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use body::Shape;
use load::Measured;
use server::Server;

/// Runs of the large project, and keys of each in config and summary together. `RUNSTEAD_BENCH_RUNS` makes it smaller.
const TABLE: (usize, usize) = (100_000, 200);

/// Runs of the charts, and rows of each. `RUNSTEAD_BENCH_CHARTS` makes them fewer.
const CHARTS: (usize, usize) = (100, 1_000_000);

/// How long each measurement takes.
const TIME: Duration = Duration::from_secs(5);

/// Many small requests, as of many scripts that log slowly; few large ones, as of `wandb sync`.
const SHAPES: [Shape; 2] =
    [Shape { name: "small", runs: 64, rows: 1, metrics: 10 }, Shape { name: "big", runs: 4, rows: 1000, metrics: 20 }];

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("at", words)) = words.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        return at::run(words);
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let chart_runs = number("RUNSTEAD_BENCH_CHARTS").unwrap_or(CHARTS.0);
    let (binary, folder, postgres) = match words.as_slice() {
        [word, folder, rows, metrics] if word == "limits" => {
            return limits(Path::new(folder), rows.parse()?, metrics.parse()?);
        }
        [binary, folder] => (Path::new(binary), Path::new(folder), None),
        [binary, folder, only] if only == "charts" => {
            return charts::again(Path::new(binary), Path::new(folder), chart_runs, CHARTS.1);
        }
        [binary, folder, postgres] => (Path::new(binary), Path::new(folder), Some(postgres.as_str())),
        _ => {
            return Err(
                "usage: benches SERVER FOLDER [POSTGRES-URL | charts], benches limits …, or benches at …".into()
            );
        }
    };
    std::fs::create_dir_all(folder)?;
    println!("{TIME:?} each; data in {}", folder.display());
    println!(
        "{:8} {:6} {:>5} {:>10} {:>11} {:>8} {:>8} {:>12} {:>9} {:>8}",
        "database", "shape", "runs", "requests/s", "rows/s", "p50 ms", "p99 ms", "rows/CPU-s", "limit/s", "of limit"
    );
    let mut servers = vec![("sqlite", Server::start(binary, &folder.join("sqlite"), None)?)];
    if let Some(url) = postgres {
        servers.push(("postgres", Server::start(binary, &folder.join("postgres"), Some(url))?));
    }
    for (database, server) in &servers {
        for shape in &SHAPES {
            let limit = limit::appends(folder, shape, TIME / 2)?;
            print(database, shape, &load::run(server, shape, TIME)?, limit);
        }
    }
    println!(
        "rows/CPU-s: of the server's process, without PostgreSQL's. limit/s: appends of the same body, each with fdatasync, by one thread."
    );
    secrecy::title();
    for (database, server) in &servers {
        secrecy::run(server, database)?;
    }
    let runs = number("RUNSTEAD_BENCH_RUNS").unwrap_or(TABLE.0);
    for (database, server) in &servers {
        println!();
        table::run(server, database, runs, TABLE.1)?;
    }
    for (database, server) in &mut servers {
        println!();
        charts::run(server, database, chart_runs, CHARTS.1)?;
    }
    Ok(())
}

/// Prints, as one line of JSON, the points a second of one thread that parses, and the appended bodies a second.
fn limits(folder: &Path, rows: usize, metrics: usize) -> Result<(), Box<dyn Error>> {
    let shape = Shape { name: "limit", runs: 1, rows, metrics };
    let answer = serde_json::json!({
        "parsed": parse::points(&shape, TIME / 2)?,
        "appends": limit::appends(folder, &shape, TIME / 2)?,
    });
    println!("{answer}");
    Ok(())
}

fn print(database: &str, shape: &Shape, measured: &Measured, limit: f64) {
    let Measured { requests, seconds, cpu_seconds, p50, p99 } = *measured;
    let (per_second, rows) = (requests as f64 / seconds, (requests * shape.rows) as f64);
    println!(
        "{database:8} {:6} {:>5} {per_second:>10.0} {:>11.0} {:>8.1} {:>8.1} {:>12.0} {limit:>9.0} {:>7.2}×",
        shape.name,
        shape.runs,
        rows / seconds,
        p50 * 1e3,
        p99 * 1e3,
        rows / cpu_seconds,
        per_second / limit,
    );
}
