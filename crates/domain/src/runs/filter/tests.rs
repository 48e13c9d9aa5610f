//! The grammar by example, then against a naive evaluator.

pub(crate) mod naive;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Filter;
use crate::runs::document::RunDocument;

fn run() -> RunDocument {
    RunDocument {
        id: 1,
        name: "abc".into(),
        display_name: "fine-frog-1".into(),
        state: "finished",
        entity: "team".into(),
        project: "p".into(),
        username: Some("alice".into()),
        sweep: Some("sw1".into()),
        tags: vec!["base".into(), "x".into()],
        exit_code: Some(0),
        created_at: 1_795_305_600_000_000, // 2026-11-22T00:00:00Z
        updated_at: 1_795_305_660_000_000,
        heartbeat_at: 1_795_305_661_500_000,
        config: json!({
            "lr": {"value": 0.1, "desc": null}, "opt": {"value": {"name": "adam", "value": 3}}, "deep": {"value": {"value": {"x": 7}}}, "a.b": {"value": 1},
            "a": {"value": {"b": 2, "c": [1, 2]}}, "train/steps n": {"value": 10}, "none": {"value": null},
        }),
        summary: json!({"loss": 1.0, "best": {"loss": 0.5}, "best.acc": 0.9, "big": "Infinity", "bad": "NaN", "on": true}),
        keys: ["loss".to_owned(), "best.loss".to_owned()].into(),
        ..RunDocument::default()
    }
}

fn admits(filter: &Value) -> bool {
    Filter::parse(&filter.to_string()).unwrap().admits(&run())
}

#[test]
fn every_field_has_its_spellings() {
    for yes in [
        json!({"name": "abc", "displayName": "fine-frog-1", "display_name": "fine-frog-1", "state": "finished"}),
        json!({"username": "alice", "user.username": "alice", "entity": "team", "project": "p", "sweep": "sw1"}),
        json!({"group": null, "jobType": null, "job_type": null, "host": {"$exists": false}, "commit": {"$exists": false}}),
        json!({"description": null, "notes": null, "exitcode": 0, "duration": 61.5, "unheard.of": null}),
        json!({"createdAt": "2026-11-22", "created_at": {"$lte": "2026-11-22T01:00:00+01:00"}}),
        json!({"heartbeatAt": {"$gt": "2026-11-22T00:01:01.4"}, "updatedAt": {"$lt": "2026-11-22T00:01:01Z"}}),
        json!({"inputArtifacts": {"$size": 0}, "outputArtifacts": {"$nin": ["x:v0"]}}),
        json!({"config.lr": 0.1, "config.lr.value": 0.1, "config.opt.name": "adam", "config.opt.value.name": "adam"}),
        json!({"config.opt.value": {"value": 3, "name": "adam"}, "config.opt.value.value": 3, "config.deep.value.x": 7}),
        json!({"config.a.b": 1, "config.a.b.value": 1, "config.a.value.b": 2, "config.a.c": 2}),
        json!({"config.train/steps n": 10.0, "config.none": null, "config.missing": null, "config.none.value": {"$exists": true}}),
        json!({"summary_metrics.loss": 1, "summaryMetrics.best.loss": 0.5, "summary_metrics.best.acc": 0.9}),
        json!({"summary_metrics.big": {"$gt": 1e300}, "summary_metrics.on": true}),
        json!({"keys_info.keys.loss": {"$exists": true}, "keys_info.keys.best.loss": true, "keys_info.keys.no": {"$exists": false}}),
        json!({"tags.base": true, "tags.nope": {"$ne": true}}),
    ] {
        assert!(admits(&yes), "{yes}");
    }
}

#[test]
fn operators_mean_what_the_client_expects() {
    for yes in [
        json!({}),
        json!({"$and": [{"sweep": "sw1"}]}),
        json!({"$or": [{"name": "zzz"}, {"name": "abc"}]}),
        json!({"name": {"$in": ["abc", "d"]}}),
        json!({"$or": [{"tags": null}, {"tags": {"$ne": "nope"}}]}),
        json!({"$or": [{"$and": [{"state": "finished"}, {"summary_metrics.loss": {"$gte": 1, "$lt": 2}}]}]}),
        json!({"$nor": [{"state": "running"}, {"name": "b"}]}),
        json!({"$not": {"state": "running"}}),
        json!({"state": {"$not": {"$in": ["running", "failed"]}}, "name": {"$not": "b"}}),
        json!({"displayName": {"$regex": "^fine.*\\d$"}, "name": {"$regex": "b"}}),
        json!({"createdAt": {"$regex": "^2026-11-22"}}),
        json!({"displayName": {"$contains": "frog"}, "tags": {"$contains": "base"}}),
        json!({"tags": "base"}),
        json!({"tags": {"$all": ["x", "base"], "$size": 2, "$in": ["x", "y"], "$nin": ["y"], "$regex": "^b"}}),
        json!({"tags": ["base", "x"]}),
        json!({"config.a.c": {"$gt": 1, "$all": [1, 2.0]}}),
        json!({"group": {"$ne": "x", "$nin": ["x"], "$in": [null]}}),
        json!({"createdAt": {"$in": ["2026-11-22T00:00:00", "2020-01-01"]}}),
    ] {
        assert!(admits(&yes), "{yes}");
    }
    for no in [
        json!({"$or": []}),
        json!({"tags": {"$ne": "base"}}),
        json!({"tags": {"$contains": "bas"}}),
        json!({"tags": {"$all": []}}),
        json!({"group": {"$lt": "x"}}),
        json!({"group": {"$gte": null}}),
        json!({"group": {"$regex": ""}}),
        json!({"exitcode": "0"}),
        json!({"exitcode": false}),
        json!({"summary_metrics.loss": {"$gt": "0"}}),
        json!({"summary_metrics.bad": {"$gt": 0}}),
        json!({"summary_metrics.bad": {"$lte": 0}}),
        json!({"createdAt": {"$gt": 0}}),
        json!({"createdAt": {"$gt": "soon"}}),
        json!({"displayName": {"$size": 11}}),
    ] {
        assert!(!admits(&no), "{no}");
    }
}

#[test]
fn pythons_numbers_beyond_json_are_read() {
    for (text, wanted) in [
        (r#"{"summary_metrics.loss":{"$lt":Infinity}}"#, true),
        (r#"{"summary_metrics.loss":{"$gt":-Infinity}}"#, true),
        (r#"{"summary_metrics.big":{"$gte":Infinity}}"#, true),
        (r#"{"summary_metrics.big":Infinity,"summary_metrics.bad":NaN}"#, true),
        (r#"{"summary_metrics.bad":{"$lt":Infinity}}"#, false),
    ] {
        assert_eq!(Filter::parse(text).unwrap().admits(&run()), wanted, "{text}");
    }
}

#[test]
fn what_is_not_known_is_refused_with_its_name() {
    for (text, part) in [
        ("[]", "FILTER_NOT_OBJECT"),
        ("{", "NOT_JSON"),
        (r#"{"a": {"$near": 1}}"#, "$near"),
        (r#"{"$where": "x"}"#, "$where"),
        (r#"{"a": {"$gt": 1, "b": 2}}"#, "FILTER_OPERATOR operator=\"b\""),
        (r#"{"$or": {}}"#, "$or"),
        (r#"{"$and": [1]}"#, "$and"),
        (r#"{"$not": 1}"#, "$not"),
        (r#"{"a": {"$in": 1}}"#, "$in"),
        (r#"{"a": {"$exists": 1}}"#, "$exists"),
        (r#"{"a": {"$size": 1.5}}"#, "$size"),
        (r#"{"a": {"$regex": "("}}"#, "FILTER_PATTERN"),
        (r#"{"a": {"$regex": "(\\w{1000}){1000}"}}"#, "FILTER_PATTERN"),
    ] {
        let error = Filter::parse(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
    for all in ["", "null", "{}", r#"{"$and":[]}"#, r#"{"$and":[{},{}]}"#] {
        assert!(Filter::parse(all).unwrap().admits_all(), "{all}");
    }
    assert!(!Filter::parse(r#"{"name":"a"}"#).unwrap().admits_all());
    let deep = "{\"$not\":".repeat(10_000);
    assert!(Filter::parse(&deep).is_err());
}

/// Few values, so that they often meet.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        4 => prop::sample::select(vec![json!(0), json!(1), json!(1.0), json!(0.5), json!(2)]),
        3 => prop::sample::select(vec!["a", "ab", "b", ""]).prop_map(Value::from),
        2 => prop::sample::select(vec!["2026-11-22", "2026-11-21T23:59:59.5Z"]).prop_map(Value::from),
        2 => prop::sample::select(vec!["Infinity", "NaN"]).prop_map(Value::from),
    ]
}

/// Mostly scalars, some small lists and objects.
fn nested() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec!["a", "b", "a.b", "value", "c"]).prop_map(str::to_owned);
    let inner = prop_oneof![
        4 => scalar(),
        1 => prop::collection::vec(scalar(), 0..3).prop_map(Value::from),
        1 => prop::collection::hash_map(key.clone(), scalar(), 0..3).prop_map(|m| Value::Object(m.into_iter().collect())),
    ];
    prop_oneof![
        5 => scalar(),
        2 => prop::collection::vec(scalar(), 0..3).prop_map(Value::from),
        2 => prop::collection::hash_map(key, inner, 0..3).prop_map(|m| Value::Object(m.into_iter().collect())),
    ]
}

pub(crate) fn documents() -> impl Strategy<Value = RunDocument> {
    let word = || prop::sample::select(vec!["a", "ab", "b"]).prop_map(str::to_owned);
    let entry = nested().prop_map(|value| json!({"value": value}));
    let config = prop::collection::hash_map(prop::sample::select(vec!["a", "b", "a.b", "a.value"]), entry, 1..4);
    let summary = prop::collection::hash_map(prop::sample::select(vec!["a", "b", "a.b"]), nested(), 1..4);
    let object = |map: std::collections::HashMap<&str, Value>| {
        Value::Object(map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let tags = prop::collection::vec(word(), 0..3);
    (word(), prop::option::of(word()), tags, config, summary, prop::option::of(0..2_i64), 0..3_i64).prop_map(
        move |(name, group, tags, config, summary, exit_code, halves)| RunDocument {
            name,
            group,
            tags,
            exit_code,
            config: object(config),
            summary: object(summary),
            created_at: 1_795_305_599_500_000 + halves * 500_000,
            keys: ["a".to_owned()].into(),
            ..RunDocument::default()
        },
    )
}

pub(crate) fn filters() -> impl Strategy<Value = Value> {
    let path =
        || prop::sample::select(vec!["a", "b", "a.b", "a.value", "a.value.b", "a.b.value.a", "a.value.value", "c"]);
    let field = prop_oneof![
        prop::sample::select(vec![
            "name",
            "group",
            "tags",
            "exitcode",
            "createdAt",
            "keys_info.keys.a",
            "tags.a",
            "nope"
        ])
        .prop_map(str::to_owned),
        path().prop_map(|p| format!("config.{p}")),
        path().prop_map(|p| format!("summary_metrics.{p}")),
    ];
    let list = || prop::collection::vec(nested(), 0..3);
    let test = prop_oneof![
        (prop::sample::select(vec!["$eq", "$ne", "$lt", "$lte", "$gt", "$gte", "$contains"]), nested())
            .prop_map(|(op, v)| json!({op: v})),
        (prop::sample::select(vec!["$in", "$nin", "$all"]), list()).prop_map(|(op, v)| json!({op: v})),
        any::<bool>().prop_map(|b| json!({"$exists": b})),
        (0..3).prop_map(|n| json!({"$size": n})),
        prop::sample::select(vec!["a", "b", ""]).prop_map(|p| json!({"$regex": p})),
        scalar(),
    ];
    let test =
        test.prop_recursive(2, 3, 1, |inner| inner.prop_map(|v| if v.is_object() { json!({"$not": v}) } else { v }));
    let leaf = prop::collection::hash_map(field, test, 1..3).prop_map(|m| Value::Object(m.into_iter().collect()));
    leaf.prop_recursive(3, 10, 3, |inner| {
        let many = prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            (prop::sample::select(vec!["$and", "$or", "$nor"]), many).prop_map(|(op, v)| json!({op: v})),
            inner.prop_map(|v| json!({"$not": v})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn filters_admit_what_a_naive_evaluator_admits(
        runs in prop::collection::vec(documents(), 12),
        filters in prop::collection::vec(filters(), 12),
    ) {
        for filter in &filters {
            let parsed = Filter::parse(&filter.to_string()).unwrap();
            for run in &runs {
                prop_assert_eq!(parsed.admits(run), naive::admits(run, filter), "{} on {:?}", filter, run);
            }
        }
    }

    #[test]
    fn hostile_texts_are_errors_and_no_more(text in "\\PC{0,60}") {
        _ = Filter::parse(&text);
    }
}
