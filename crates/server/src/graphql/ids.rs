//! Global ids: opaque to the client, but some are decoded by it (`public-api` §1.4), so their inside is fixed:
//! base64 of `User:3`, `Entity:7`, `Project:9`, `ProjectInternalId:9`, `Run:v1:NAME:PROJECT:ENTITY`,
//! sweeps like runs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::model::{RunPath, SweepPath};

use crate::{Error, Problem};

/// `kind:id`, encoded.
pub fn encode(kind: &str, id: impl std::fmt::Display) -> String {
    STANDARD.encode(format!("{kind}:{id}"))
}

/// A run's id.
pub fn encode_run(path: &RunPath) -> String {
    encode("Run:v1", format_args!("{}:{}:{}", path.run, path.project, path.entity))
}

/// The path inside a run's id. None of the three names can hold a colon.
pub fn decode_run(id: &str) -> Result<RunPath, Error> {
    let text = decode(id);
    let mut parts = text.as_deref().unwrap_or_default().split(':');
    match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("Run"), Some("v1"), Some(run), Some(project), Some(entity), None) => {
            Ok(RunPath::new(entity, project, run))
        }
        _ => Err(bad("Run", id)),
    }
}

/// A run file's id: its number, and the run that it belongs to.
pub fn encode_file(file: i64, path: &RunPath) -> String {
    encode("RunFile:v1", format_args!("{file}:{}:{}:{}", path.run, path.project, path.entity))
}

/// The number and the run inside a run file's id.
pub fn decode_file(id: &str) -> Result<(i64, RunPath), Error> {
    let text = decode(id);
    let parts: Vec<_> = text.as_deref().unwrap_or_default().split(':').collect();
    match parts.as_slice() {
        ["RunFile", "v1", file, run, project, entity] if file.parse::<i64>().is_ok() => {
            Ok((file.parse().unwrap_or_default(), RunPath::new(*entity, *project, *run)))
        }
        _ => Err(bad("RunFile", id)),
    }
}

/// A sweep's id.
pub fn encode_sweep(path: &SweepPath) -> String {
    encode("Sweep:v1", format_args!("{}:{}:{}", path.sweep, path.project, path.entity))
}

/// The path inside a sweep's id.
pub fn decode_sweep(id: &str) -> Result<SweepPath, Error> {
    let text = decode(id);
    let parts: Vec<_> = text.as_deref().unwrap_or_default().split(':').collect();
    match parts.as_slice() {
        ["Sweep", "v1", sweep, project, entity] => Ok(SweepPath::new(*entity, *project, *sweep)),
        _ => Err(bad("Sweep", id)),
    }
}

/// An agent's id: its number, and the sweep that it works for.
pub fn encode_agent(agent: i64, path: &SweepPath) -> String {
    encode("Agent:v1", format_args!("{agent}:{}:{}:{}", path.sweep, path.project, path.entity))
}

/// The number and the sweep inside an agent's id.
pub fn decode_agent(id: &str) -> Result<(i64, SweepPath), Error> {
    let text = decode(id);
    let parts: Vec<_> = text.as_deref().unwrap_or_default().split(':').collect();
    match parts.as_slice() {
        ["Agent", "v1", agent, sweep, project, entity] if agent.parse::<i64>().is_ok() => {
            Ok((agent.parse().unwrap_or_default(), SweepPath::new(*entity, *project, *sweep)))
        }
        _ => Err(bad("Agent", id)),
    }
}

/// The number in `kind:number`; plain numbers are taken as they are.
pub fn decode_number(kind: &str, id: &str) -> Result<i64, Error> {
    let text = decode(id);
    let inside = text.as_deref().and_then(|text| text.strip_prefix(kind)?.strip_prefix(':')).unwrap_or(id);
    inside.parse().map_err(|_| bad(kind, id))
}

fn bad(kind: &str, id: &str) -> Error {
    Error::BadRequest(Problem::BadId { kind: kind.to_owned(), id: id.to_owned() })
}

fn decode(id: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(id).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_survive_the_round_trip_and_nonsense_does_not() {
        let path = RunPath::new("ann", "Größe 1", "weird id+é");
        assert_eq!(decode_run(&encode_run(&path)).unwrap(), path);
        for bad in ["", "x", "UnVuOnYx", &encode("Run:v1", "a:b"), &encode("Run:v1", "a:b:c:d")] {
            assert!(decode_run(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_decoded() {
        assert_eq!(decode_number("User", &encode("User", 7)).unwrap(), 7);
        assert_eq!(decode_number("User", "7").unwrap(), 7);
        assert!(decode_number("User", &encode("Entity", 7)).is_err());
    }
}
