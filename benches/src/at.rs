//! One load on a server that runs already, said in words; what it showed as one line of JSON.
//!
//! `benches at ADDRESS AUTHORIZATION PROCESS PART NUMBER…`, where PART is
//!
//! | part | numbers | does |
//! | --- | --- | --- |
//! | `send` | runs, rows, metrics, seconds | each run has one request in flight |
//! | `live` | runs, rows, metrics, seconds, requests a second | requests at their times, whatever the answers take |
//! | `fill` | runs, rows, metrics, bits (32 or 64), names (0: the same in every run, 1: their own) | whole runs |
//! | `table` | runs, keys | runs that only have config and summary |

use std::error::Error;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::body::Shape;
use super::fill::{self, Fill};
use super::load::Measured;
use super::server::Server;
use super::{live, load, table};

/// Does what the words say and prints what it showed.
pub fn run(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [address, proof, process, part, numbers @ ..] = words else {
        return Err("usage: benches at ADDRESS AUTHORIZATION PROCESS PART NUMBER…".into());
    };
    let server = Server::at(address, proof, process.parse()?);
    let numbers = numbers.iter().map(|word| word.parse()).collect::<Result<Vec<usize>, _>>()?;
    let seconds = |number: usize| Duration::from_secs(number as u64);
    let started = Instant::now();
    let answer = match (part.as_str(), numbers.as_slice()) {
        ("send", &[runs, rows, metrics, time]) => {
            measured(&load::run(&server, &Shape { name: "send", runs, rows, metrics }, seconds(time))?)
        }
        ("live", &[runs, rows, metrics, time, rate]) => {
            measured(&live::run(&server, &Shape { name: "live", runs, rows, metrics }, seconds(time), rate)?)
        }
        ("fill", &[runs, rows, metrics, bits, names]) => {
            fill::run(&server, Fill { runs, rows, metrics, single: bits == 32, own_names: names == 1 })?;
            json!({ "seconds": started.elapsed().as_secs_f64() })
        }
        ("table", &[runs, keys]) => {
            table::fill(&server, runs, keys)?;
            json!({ "seconds": started.elapsed().as_secs_f64() })
        }
        _ => return Err(format!("no such part: {part} with {} numbers", numbers.len()).into()),
    };
    println!("{answer}");
    Ok(())
}

fn measured(measured: &Measured) -> Value {
    let Measured { requests, seconds, cpu_seconds, p50, p99 } = *measured;
    json!({ "requests": requests, "seconds": seconds, "cpu": cpu_seconds, "p50": p50, "p99": p99 })
}
