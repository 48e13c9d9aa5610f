//! The same language, evaluated straight from the JSON of the filter over one JSON document of the run, with nothing
//! prepared and nothing shared with the real evaluator.

use serde_json::{Value, json};

use crate::runs::document::RunDocument;

/// Dates are objects that no filter can name.
const DATE: &str = "\u{0}date";

pub(crate) fn admits(run: &RunDocument, filter: &Value) -> bool {
    filter.as_object().unwrap().iter().all(|(key, value)| match key.as_str() {
        "$and" => value.as_array().unwrap().iter().all(|f| admits(run, f)),
        "$or" => value.as_array().unwrap().iter().any(|f| admits(run, f)),
        "$nor" => !value.as_array().unwrap().iter().any(|f| admits(run, f)),
        "$not" => !admits(run, value),
        field => condition(look_up(run, field).as_ref(), value),
    })
}

fn look_up(run: &RunDocument, field: &str) -> Option<Value> {
    match field {
        "name" => Some(json!(run.name)),
        "group" => run.group.clone().map(Value::from),
        "tags" => Some(json!(run.tags)),
        "exitcode" => run.exit_code.map(Value::from),
        "createdAt" => Some(json!({DATE: run.created_at})),
        "keys_info.keys.a" => Some(json!(true)),
        "tags.a" => run.tags.iter().any(|t| t == "a").then(|| json!(true)),
        "nope" => None,
        _ => match field.split_once('.').unwrap() {
            ("config", path) => config(&run.config, path),
            (_, path) => partitions(path).iter().find_map(|keys| follow(&run.summary, keys)),
        },
    }
}

/// All ways to cut a dotted path into keys; those with the longest first key first, and so on.
fn partitions(path: &str) -> Vec<Vec<String>> {
    let parts: Vec<&str> = path.split('.').collect();
    let mut all = vec![vec![path.to_owned()]];
    for first in (1..parts.len()).rev() {
        for mut rest in partitions(&parts[first..].join(".")) {
            rest.insert(0, parts[..first].join("."));
            all.push(rest);
        }
    }
    all
}

fn follow(value: &Value, keys: &[String]) -> Option<Value> {
    keys.iter().try_fold(value, |value, key| value.as_object()?.get(key)).cloned()
}

fn config(config: &Value, path: &str) -> Option<Value> {
    let parts: Vec<&str> = path.split('.').collect();
    for first in (1..=parts.len()).rev() {
        let Some(value) = config.get(parts[..first].join(".")).map(|entry| entry["value"].clone()) else { continue };
        let rest = &parts[first..];
        if rest.is_empty() || rest == ["value"] {
            return Some(value);
        }
        let mut ways = Vec::new();
        if rest[0] == "value" {
            ways.extend(partitions(&rest[1..].join(".")));
        }
        ways.extend(partitions(&rest.join(".")));
        if let Some(found) = ways.iter().find_map(|keys| follow(&value, keys)) {
            return Some(found);
        }
    }
    None
}

fn condition(held: Option<&Value>, asked: &Value) -> bool {
    match asked.as_object() {
        Some(map) if map.keys().any(|key| key.starts_with('$')) => map.iter().all(|(op, v)| operator(held, op, v)),
        _ => operator(held, "$eq", asked),
    }
}

fn operator(held: Option<&Value>, op: &str, asked: &Value) -> bool {
    let list = || asked.as_array().unwrap();
    match op {
        "$ne" => return !operator(held, "$eq", asked),
        "$nin" => return !operator(held, "$in", asked),
        "$not" => return !condition(held, asked),
        "$in" => return list().iter().any(|one| operator(held, "$eq", one)),
        "$exists" => return asked.as_bool().unwrap() == held.is_some(),
        _ => {}
    }
    let Some(held) = held else { return op == "$eq" && asked.is_null() };
    let elements = held.as_array();
    let one_of = |test: &dyn Fn(&Value) -> bool| test(held) || elements.is_some_and(|e| e.iter().any(test));
    match op {
        "$eq" => one_of(&|v| equal(v, asked)),
        "$lt" => one_of(&|v| less(v, asked)),
        "$gt" => one_of(&|v| less(asked, v)),
        "$lte" => one_of(&|v| less(v, asked) || level(v, asked)),
        "$gte" => one_of(&|v| less(asked, v) || level(v, asked)),
        "$all" => !list().is_empty() && list().iter().all(|one| operator(Some(held), "$eq", one)),
        "$size" => elements.is_some_and(|e| json!(e.len()) == *asked),
        "$regex" => one_of(&|v| text(v).is_some_and(|t| t.contains(asked.as_str().unwrap()))),
        "$contains" => match elements {
            Some(elements) => elements.iter().any(|v| equal(v, asked)),
            None => text(held).is_some_and(|t| asked.as_str().is_some_and(|part| t.contains(part))),
        },
        other => panic!("{other}"),
    }
}

fn text(value: &Value) -> Option<String> {
    match value.get(DATE) {
        Some(at) => Some(crate::rfc3339(at.as_i64().unwrap())),
        None => value.as_str().map(str::to_owned),
    }
}

/// The dates that the test's filters write.
fn date(value: &Value) -> Option<i64> {
    match value.as_str()? {
        "2026-11-22" => Some(1_795_305_600_000_000),
        "2026-11-21T23:59:59.5Z" => Some(1_795_305_599_500_000),
        _ => None,
    }
}

fn equal(held: &Value, asked: &Value) -> bool {
    if let Some(at) = held.get(DATE) {
        return date(asked) == at.as_i64();
    }
    match (held, asked) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && (0..a.len()).all(|at| equal(&a[at], &b[at])),
        (Value::Object(a), Value::Object(b)) => {
            a.keys().collect::<std::collections::BTreeSet<_>>() == b.keys().collect()
                && a.keys().all(|k| equal(&a[k], &b[k]))
        }
        _ => held == asked,
    }
}

/// What the two are worth on a common scale.
fn scale(a: &Value, b: &Value) -> Option<(f64, f64)> {
    let number = |v: &Value| match v {
        Value::Number(n) => n.as_f64(),
        Value::String(s) if s == "Infinity" => Some(f64::INFINITY),
        _ => None,
    };
    match (a.get(DATE), b.get(DATE)) {
        (Some(at), _) => Some((at.as_i64()? as f64, date(b)? as f64)),
        (_, Some(at)) => Some((date(a)? as f64, at.as_i64()? as f64)),
        _ if a.is_boolean() && b.is_boolean() => Some((f64::from(u8::from(a == true)), f64::from(u8::from(b == true)))),
        _ if a.is_number() || b.is_number() => Some((number(a)?, number(b)?)),
        _ => None,
    }
}

fn less(a: &Value, b: &Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a < b,
        _ => scale(a, b).is_some_and(|(a, b)| a < b),
    }
}

fn level(a: &Value, b: &Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a == b,
        _ => scale(a, b).is_some_and(|(a, b)| a == b),
    }
}
