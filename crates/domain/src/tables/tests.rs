//! Questions about tables, against a plain evaluator.

use std::cmp::Ordering;
use std::sync::Arc;

use history::logged::{Sheet, convert};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::grid::{Grid, Part};
use super::memory::Memory;
use super::{TableRequest, answer, query};
use crate::Error;
use crate::runs::filter::DocumentFilter;

fn part(source: usize, table: &Value) -> Part {
    let mut file = tempfile::tempfile().unwrap();
    convert(table.to_string().as_bytes(), &mut file).unwrap();
    let sheet = Arc::new(Sheet::open(file).unwrap());
    Part { source, lane: 0, label: format!("r{source}"), key: table.to_string(), sheet }
}

fn grid(tables: &[Value], join: Option<&str>, memory: usize) -> Grid {
    let parts = tables.iter().enumerate().map(|(source, table)| part(source, table)).collect();
    Grid::new(parts, join.map(str::to_owned), Arc::new(Memory::new(memory))).unwrap()
}

fn request(question: Value) -> TableRequest {
    let mut whole = json!({ "sources": [], "limit": 1000 });
    whole.as_object_mut().unwrap().extend(question.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

/// The rows of an answer.
fn cells(grid: &Grid, question: Value) -> Vec<Value> {
    let page = answer(grid, &request(question), Vec::new()).unwrap();
    page.cells.into_iter().map(Value::Array).collect()
}

/// What the order of the table is by: numbers, texts, all else; nothing comes last.
fn compare(a: &Value, b: &Value, descending: bool) -> Ordering {
    let class = |value: &Value| match value {
        Value::Null => 3,
        Value::Number(_) => 0,
        Value::String(_) => 1,
        _ => 2,
    };
    let order = match (a, b) {
        (Value::Null, Value::Null) => return Ordering::Equal,
        (Value::Null, _) => return Ordering::Greater,
        (_, Value::Null) => return Ordering::Less,
        (Value::Number(a), Value::Number(b)) => a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap()),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (a, b) => class(a).cmp(&class(b)).then_with(|| a.to_string().cmp(&b.to_string())),
    };
    if descending { order.reverse() } else { order }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (-3i64..4).prop_map(Value::from),
        1 => prop::sample::select(vec![0.5, -2.25, 1e300]).prop_map(Value::from),
        2 => prop::sample::select(vec!["a", "b", "ab", "", "2026-01-01"]).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => prop::collection::vec(-1i64..2, 0..3).prop_map(Value::from),
        2 => Just(Value::Null),
    ]
}

fn filter() -> impl Strategy<Value = Value> {
    let column = prop::sample::select(vec!["a", "b", "c"]);
    let operator = prop::sample::select(vec!["$eq", "$ne", "$lt", "$gte", "$in", "$nin", "$exists", "$regex", "$size"]);
    let test = (column, operator, value(), prop::collection::vec(value(), 0..3), any::<bool>()).prop_map(
        |(column, operator, one, many, flag)| {
            let operand = match operator {
                "$in" | "$nin" => Value::from(many),
                "$exists" => Value::from(flag),
                "$regex" => Value::from("^a"),
                "$size" => Value::from(many.len()),
                _ => one,
            };
            json!({ column: { operator: operand } })
        },
    );
    test.prop_recursive(2, 6, 3, |inner| {
        (prop::sample::select(vec!["$and", "$or", "$nor"]), prop::collection::vec(inner, 1..3))
            .prop_map(|(operator, parts)| json!({ operator: parts }))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn filters_and_orders_are_those_of_a_plain_evaluator(
        rows in prop::collection::vec(prop::collection::vec(value(), 3), 0..30),
        filter in filter(),
        order in prop::collection::vec((prop::sample::select(vec!["a", "b", "c"]), any::<bool>()), 0..3),
        memory in prop::sample::select(vec![1usize << 20, 64 << 20]),
    ) {
        let table = json!({ "columns": ["a", "b", "c"], "data": rows });
        let grid = grid(&[table], None, memory);
        let plain = DocumentFilter::parse(&filter.to_string()).unwrap();
        let mut expected: Vec<&Vec<Value>> = rows
            .iter()
            .filter(|row| plain.admits(&json!({ "a": row[0], "b": row[1], "c": row[2] })))
            .collect();
        expected.sort_by(|a, b| {
            let by = order.iter().map(|(column, descending)| {
                let at = usize::from(column.as_bytes()[0] - b'a');
                compare(&a[at], &b[at], *descending)
            });
            by.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
        let sort: Vec<Value> =
            order.iter().map(|(column, descending)| json!({ "column": column, "descending": descending })).collect();
        let found = cells(&grid, json!({ "filter": filter, "sort": sort }));
        let same = |a: &Value, b: &Value| a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b);
        prop_assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            let pairs = found.as_array().unwrap().iter().zip(expected);
            prop_assert!(pairs.clone().all(|(a, b)| same(a, b)), "{found} is not {expected:?}");
        }
    }
}

#[test]
fn pages_are_parts_of_the_whole_and_long_texts_are_cut_on_them() {
    let rows: Vec<Value> = (0..2500).map(|n| json!([n, format!("text {}", n % 7), "x".repeat(n)])).collect();
    let grid = grid(&[json!({ "columns": ["n", "t", "long"], "data": rows })], None, 64 << 20);
    let page = cells(&grid, json!({ "columns": ["n"], "offset": 2499, "limit": 10 }));
    assert_eq!(page, [json!([2499])]);
    assert_eq!(cells(&grid, json!({ "offset": 9999 })), Vec::<Value>::new());
    let back = json!({ "columns": ["n"], "offset": 1, "limit": 2, "sort": [{ "column": "n", "descending": true }] });
    assert_eq!(cells(&grid, back), [json!([2498]), json!([2497])]);
    let long = cells(&grid, json!({ "columns": ["long"], "offset": 2400, "limit": 2 }));
    assert_eq!((long[0][0]["_type"].as_str(), long[0][0]["length"].as_u64()), (Some("cut"), Some(2400)));
    let whole = cells(&grid, json!({ "columns": ["long"], "offset": 2400, "limit": 1 }));
    assert_eq!(whole[0][0].as_str().unwrap().len(), 2400);
    let found = query::rows(&grid, &request(json!({ "search": "TEXT 3" }))).unwrap();
    assert_eq!((found.len(), found[0]), (357, 3));
}

#[test]
fn groups_have_sizes_and_figures() {
    let rows = json!([["a", 1], ["b", 10], ["a", 3], [null, "x"], ["a", null]]);
    let grid = grid(&[json!({ "columns": ["g", "n"], "data": rows })], None, 1 << 20);
    let ask = |sort: Value| {
        let request = request(json!({ "group": ["g"], "columns": ["n"], "sort": sort }));
        let page = answer(&grid, &request, Vec::new()).unwrap();
        assert_eq!(page.groups, Some(3));
        page.page
    };
    let groups = ask(json!([]));
    assert_eq!(groups.iter().map(|group| group.rows).collect::<Vec<_>>(), [3, 1, 1]);
    assert_eq!(groups[0].key, [json!("a")]);
    assert_eq!(groups[0].figures, [[Some(2.0), Some(2.0), Some(1.0), Some(3.0)]]);
    assert_eq!(groups[2].figures, [[Some(0.0), None, None, None]]);
    let first = |sort: Value| ask(sort)[0].key[0].clone();
    assert_eq!(first(json!([{ "column": "n", "descending": true }])), "b");
    assert_eq!(first(json!([{ "column": "#", "descending": true }])), "a");
    assert_eq!(first(json!([{ "column": "g", "descending": true }])), "b");
}

#[test]
fn tables_stand_below_each_other_or_side_by_side() {
    let one = json!({ "columns": ["id", "p"], "data": [["x", 1], ["y", 2], ["y", 3]] });
    let two = json!({ "columns": ["p", "id", "q"], "data": [[7, "y", true], [8, "z", false]] });
    let below = grid(&[one.clone(), two.clone()], None, 1 << 20);
    let ids = |grid: &Grid| grid.columns().iter().map(|column| column.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&below), ["#table", "id", "p", "q"]);
    assert_eq!(
        cells(&below, json!({ "filter": { "id": "y" } })),
        [json!(["r0", "y", 2, null]), json!(["r0", "y", 3, null]), json!(["r1", "y", 7, true])]
    );
    assert_eq!(cells(&below, json!({ "filter": { "#table": "r1" }, "columns": ["p"] })), [json!([7]), json!([8])]);
    let beside = grid(&[one, two], Some("id"), 1 << 20);
    assert_eq!(ids(&beside), ["id", "p#0", "p#1", "q#1"]);
    let expected = [
        json!(["x", 1, null, null]),
        json!(["y", 2, 7, true]),
        json!(["y", 3, null, null]),
        json!(["z", null, 8, false]),
    ];
    assert_eq!(cells(&beside, json!({})), expected);
    assert_eq!(cells(&beside, json!({ "filter": { "p#1": { "$gt": 7 } }, "columns": ["id"] })), [json!(["z"])]);
}

#[test]
fn only_rows_that_differ_side_by_side() {
    let one = json!({ "columns": ["id", "p", "q"], "data": [["a", 1, null], ["b", "NaN", "x"], ["c", 3, "y"], ["d", 4, "z"]] });
    let two = json!({ "columns": ["id", "p", "q", "new"], "data": [["d", 4, "z", 1], ["c", 3, "Y", 1], ["a", 1, null, 1], ["e", 5, "z", 1]] });
    let beside = grid(&[one.clone(), two.clone()], Some("id"), 1 << 20);
    let ids = |grid: &Grid, more: Value| {
        let mut question = json!({ "differs": true, "columns": ["id"] });
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cells(grid, question).into_iter().map(|row| row[0].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // Gone, changed, added; a column that only one of them has says nothing.
    assert_eq!(ids(&beside, json!({})), ["b", "c", "e"]);
    assert_eq!(ids(&beside, json!({ "search": "y" })), ["c"]);
    assert_eq!(ids(&beside, json!({ "filter": { "p#1": { "$gt": 3 } } })), ["e"]);
    // Below each other nothing can differ.
    assert_eq!(ids(&grid(&[one, two], None, 1 << 20), json!({})).len(), 8);
}

#[test]
fn what_is_not_there_or_too_long_is_told() {
    let rows: Vec<Value> = (0..100).map(|n| json!([n, "x".repeat(1000)])).collect();
    let grid = grid(&[json!({ "columns": ["n", "t"], "data": rows })], None, 100_000);
    let code = |question: Value| match answer(&grid, &request(question), Vec::new()) {
        Err(Error::Invalid(problem)) => problem.code(),
        other => panic!("{other:?}"),
    };
    assert_eq!(code(json!({ "columns": ["none"] })), "TABLE_COLUMN");
    assert_eq!(code(json!({ "filter": { "none": 1 } })), "TABLE_COLUMN");
    assert_eq!(code(json!({ "filter": { "n": { "$like": 1 } } })), "FILTER_OPERATOR");
    // It can be looked at all the same.
    assert_eq!(code(json!({ "sort": [{ "column": "t" }] })), "TABLE_TEXTS");
    assert_eq!(cells(&grid, json!({ "offset": 98 })).len(), 2);
}
