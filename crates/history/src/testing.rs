//! Generators and comparisons that several tests need.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::{Batch, json};

/// A string worth trying: empty, escapes, other scripts, and what looks like something else.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z]{1,6}",
        any::<String>(),
        Just("Infinity \" \\ \u{0}\n é 日本 😀".to_owned()),
        Just("[1]".to_owned()),
    ]
}

fn leaf() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3..3_i64).prop_map(Json::from),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), Just((1 << 53) + 1), any::<i64>()].prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        (-3..3_i64).prop_map(|int| json!(int as f64)),
        text().prop_map(Json::from),
    ]
}

/// A strict JSON document.
pub(crate) fn json_tree() -> impl Strategy<Value = Json> {
    leaf().prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::vec((text(), inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// A value of a row. [`line_of`] writes the strings that are named like non-finite numbers without quotes.
fn row_value() -> impl Strategy<Value = Json> {
    let leaf =
        prop_oneof![8 => leaf(), 1 => prop::sample::select(vec![json!("NaN"), json!("Infinity"), json!("-Infinity")])];
    let nested = leaf.clone().prop_recursive(3, 12, 3, |inner| {
        prop::collection::vec(("[no]", inner), 0..3).prop_map(|members| Json::Object(members.into_iter().collect()))
    });
    prop_oneof![
        6 => leaf.clone(),
        2 => nested.clone(),
        1 => prop::collection::vec(nested.clone(), 0..3).prop_map(Json::from),
        1 => nested.prop_map(|inner| json!({"bins": inner, "_type": "histogram"})),
    ]
}

/// Lines of history, all valid.
pub(crate) fn rows() -> impl Strategy<Value = Vec<String>> {
    let key = prop::sample::select(vec!["a", "b", "c", "a.b", "x/y", "", "é日本", "\"\\\n", "_type", "_runtime"]);
    let row = (prop::option::of(any::<i64>()), prop::collection::vec((key, row_value()), 0..6));
    prop::collection::vec(row.prop_map(|(step, members)| line_of(step, members)), 0..12)
}

fn line_of(step: Option<i64>, members: Vec<(&str, Json)>) -> String {
    let mut row: Map<String, Json> = members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    if let Some(step) = step {
        row.insert(crate::STEP.to_owned(), step.into());
    }
    let text = Json::Object(row).to_string();
    ["NaN", "Infinity", "-Infinity"]
        .into_iter()
        .fold(text, |text, word| text.replace(&format!(":\"{word}\""), &format!(":{word}")))
}

/// What a line means, by the plainest code there is: its tree without nulls outside of what stays whole, and with
/// a step.
pub(crate) fn naive_row(line: &str, number: i64) -> Json {
    let Json::Object(mut row) = json::parse(line).unwrap() else { panic!("not an object: {line}") };
    row.entry(crate::STEP).or_insert(number.into());
    Json::Object(row.into_iter().filter_map(|(key, value)| Some((key, without_nulls(value)?))).collect())
}

fn without_nulls(value: Json) -> Option<Json> {
    match value {
        Json::Null => None,
        Json::Object(map) if !map.is_empty() && !map.contains_key("_type") => {
            let map: Map<_, _> =
                map.into_iter().filter_map(|(key, value)| Some((key, without_nulls(value)?))).collect();
            (!map.is_empty()).then_some(Json::Object(map))
        }
        other => Some(other),
    }
}

/// Whether two trees are the same when 1 and 1.0 are.
pub(crate) fn same_json(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(x), Json::Number(y)) => x == y || (!(x.is_i64() && y.is_i64()) && x.as_f64() == y.as_f64()),
        (Json::Array(x), Json::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same_json(x, y)),
        (Json::Object(x), Json::Object(y)) => {
            x.len() == y.len() && x.iter().all(|(key, x)| y.get(key).is_some_and(|y| same_json(x, y)))
        }
        _ => a == b,
    }
}

/// Batches of every kind of column.
pub(crate) fn batches() -> impl Strategy<Value = Batch> {
    rows().prop_map(|lines| Batch::from_lines(&lines, 0).0)
}

/// The bytes of a golden file, and the rows that it must hold for ever. To make the file of a new format version, run
/// the tests once with `RUNSTEAD_NEW_GOLDEN` set; a file that exists is never written again.
pub(crate) fn golden(name: &str, write: impl Fn(&Batch) -> Vec<u8>) -> (Vec<u8>, Vec<String>) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let path = folder.join(name);
    if !path.exists() && std::env::var_os("RUNSTEAD_NEW_GOLDEN").is_some() {
        let lines = text("golden.sent.jsonl");
        let lines: Vec<&str> = lines.lines().collect();
        std::fs::write(&path, write(&Batch::from_lines(&lines, 0).0)).unwrap();
    }
    (std::fs::read(path).unwrap(), text("golden.rows.jsonl").lines().map(str::to_owned).collect())
}
