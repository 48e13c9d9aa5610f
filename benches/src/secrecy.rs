//! Whether the time of an answer tells what its words do not: somebody asks about things that they may not know of, and
//! about things that are not there.

use std::error::Error;
use std::time::Instant;

use serde_json::json;

use super::server::{Connection, Server};
use super::statistics::{Compared, Random, compare};

/// How often each is asked.
const PAIRS: usize = 1000;

/// Asked before anything is measured.
const WARM_UP: usize = 50;

/// What is there, hidden from who asks, and what is not; of the same length.
struct Pair {
    name: &'static str,
    there: [&'static str; 3],
    missing: [&'static str; 3],
}

const PAIRS_OF_NAMES: [Pair; 4] = [
    Pair { name: "entity", there: ["qx-hidden", "qy", "qz"], missing: ["qx-nobody", "qy", "qz"] },
    Pair { name: "project", there: ["qx-hidden", "qy", "qz"], missing: ["qx-hidden", "qa", "qz"] },
    Pair { name: "run", there: ["qx-hidden", "qy", "qz"], missing: ["qx-hidden", "qy", "qa"] },
    Pair { name: "project of a listed team", there: ["qx-listed", "qy", "qz"], missing: ["qx-listed", "qa", "qz"] },
];

/// A question about entity, project and run: where it is posted, and what.
type Question = fn([&str; 3]) -> (String, String);

const QUESTIONS: [(&str, Question); 4] = [
    ("GraphQL, reading", |[entity, project, run]| {
        let query =
            "query($e: String, $p: String, $r: String!) { project(entityName: $e, name: $p) { run(name: $r) { id } } }";
        graphql(query, json!({ "e": entity, "p": project, "r": run }))
    }),
    ("GraphQL, wandb.init", |[entity, project, run]| {
        let query = "mutation($e: String, $p: String, $r: String) { \
                     upsertBucket(input: {entityName: $e, modelName: $p, name: $r}) { inserted } }";
        graphql(query, json!({ "e": entity, "p": project, "r": run }))
    }),
    ("HTTP, logging", |[entity, project, run]| {
        (format!("/files/{entity}/{project}/{run}/file_stream"), "{}".to_owned())
    }),
    ("HTTP, a chart", |[entity, project, run]| {
        (format!("/api/series/{entity}/{project}"), json!({ "runs": [run], "keys": ["loss"] }).to_string())
    }),
];

fn graphql(query: &str, variables: serde_json::Value) -> (String, String) {
    ("/graphql".to_owned(), json!({ "query": query, "variables": variables }).to_string())
}

/// What the columns are.
pub fn title() {
    println!(
        "\nasked {PAIRS} times each, in turn: what is hidden, what is not there, and the latter again; microseconds"
    );
    println!(
        "{:8} {:24} {:20} {:>9} {:>9} {:>18} {:>8} {:>9} {:>8} {:>7}",
        "database", "hidden or missing", "by", "missing", "hidden", "95 %", "p", "again", "p", "×noise"
    );
    println!("hidden, again: the difference to missing. p: Mann–Whitney. ×noise: hidden, by half the 95 % of again.");
}

/// Builds the things, asks, and prints a line a question.
pub fn run(server: &Server, database: &str) -> Result<(), Box<dyn Error>> {
    let mut owner = server.connect()?;
    for team in ["qx-hidden", "qx-listed"] {
        server.command(&["team", "create", team, "--admin", "bench"])?;
        let (path, body) = QUESTIONS[1].1([team, "qy", "qz"]);
        owner.post(&path, &body)?;
    }
    let hide = "mutation { updateTeam(input: {entityName: \"qx-hidden\", hidden: true}) { entity { name } } }";
    owner.post("/graphql", &json!({ "query": hide }).to_string())?;
    let mut stranger = server.connect_as(&server.user("stranger")?)?;
    let mut random = Random::new(1);
    for pair in &PAIRS_OF_NAMES {
        for (how, question) in QUESTIONS {
            let [there, missing, again] = measure(&mut stranger, pair, question, &mut random)?;
            let null = compare(&again, &missing, &mut random);
            print(database, pair.name, how, &compare(&there, &missing, &mut random), &null);
        }
    }
    Ok(())
}

/// Seconds that the answers took: about the thing that is there, the one that is not, and the latter once more; in an
/// order that chance gives in each round.
fn measure(
    connection: &mut Connection,
    pair: &Pair,
    question: Question,
    random: &mut Random,
) -> Result<[Vec<f64>; 3], Box<dyn Error>> {
    let asked = [question(pair.there), question(pair.missing), question(pair.missing)];
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    let mut order = [0, 1, 2];
    for round in 0..WARM_UP + PAIRS {
        for place in (1..order.len()).rev() {
            order.swap(place, random.below(place + 1));
        }
        for which in order {
            let (path, body) = &asked[which];
            let sent = Instant::now();
            let (status, text) = connection.ask(path, body)?;
            let seconds = sent.elapsed().as_secs_f64();
            if text.contains("\"id\"") || text.contains("\"inserted\"") {
                return Err(format!("{}: not hidden: {status} {text}", pair.name).into());
            }
            if round >= WARM_UP {
                times[which].push(seconds);
            }
        }
    }
    Ok(times)
}

fn print(database: &str, pair: &str, how: &str, found: &Compared, null: &Compared) {
    let micro = |seconds: f64| seconds * 1e6;
    println!(
        "{database:8} {pair:24} {how:20} {:>9.1} {:>+9.1} [{:>+7.1}, {:>+7.1}] {:>8.4} {:>+9.1} {:>8.4} {:>7.1}",
        micro(found.median),
        micro(found.difference),
        micro(found.low),
        micro(found.high),
        found.p,
        micro(null.difference),
        null.p,
        found.difference.abs() / null.half_width(),
    );
}
