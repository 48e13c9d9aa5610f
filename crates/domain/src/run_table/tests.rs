//! The table against the plain evaluators, then against the database.

use std::time::Duration;

use history::Keys;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::bitmap::Bitmap;
use super::fill::StoredRun;
use super::table::RunTable;
use super::view::{Around, View};
use crate::db::sql;
use crate::model::ProjectPath;
use crate::policy::{Allowed, Delete, Project, Read};
use crate::runs::RunChange;
use crate::runs::document::{Field, RunDocument};
use crate::runs::filter::Filter;
use crate::runs::filter::tests::{documents, filters, naive};
use crate::runs::order::Order;
use crate::testing::{Lab, summary};

pub(super) fn stored(run: &RunDocument) -> StoredRun {
    StoredRun {
        id: run.id,
        name: run.name.clone(),
        display_name: run.display_name.clone(),
        state: "finished".to_owned(),
        preempting: false,
        username: run.username.clone(),
        tags: json!(run.tags).to_string(),
        notes: None,
        description: None,
        group_name: run.group.clone(),
        job_type: None,
        host: None,
        program: None,
        repo: None,
        git_commit: None,
        sweep: None,
        exit_code: run.exit_code,
        created_at: run.created_at,
        updated_at: run.updated_at,
        heartbeat_at: run.heartbeat_at,
        finished_at: run.finished_at,
        config: run.config.to_string(),
        summary: run.summary.to_string(),
    }
}

/// The metric `a`.
fn logged() -> Keys {
    let info = json!({ "key": "a", "counts": {}, "last": null, "monotonic": false, "first_number": null, "last_number": null, "first_step": 0, "last_step": 0 });
    serde_json::from_value(json!({ "a": info })).unwrap()
}

/// A table of these runs, which first had others, and around it what they have logged.
pub(super) fn table(runs: &[RunDocument]) -> (RunTable, Around) {
    let mut table = RunTable::new();
    for (run, other) in runs.iter().zip(runs.iter().rev()) {
        table.put(&[stored(&RunDocument { id: run.id, ..other.clone() })]).unwrap();
    }
    table.put(&[stored(&RunDocument { id: -1, ..runs[0].clone() })]).unwrap();
    table.put(&runs.iter().map(stored).collect::<Vec<_>>()).unwrap();
    table.remove(-1);
    let keys = runs.iter().map(|run| (run.id, logged())).collect();
    let (entity, project) = ("team".to_owned(), "p".to_owned());
    (table, Around { entity, project, now: 0, timeout: Duration::from_secs(300), keys })
}

pub(super) fn numbered() -> impl Strategy<Value = Vec<RunDocument>> {
    prop::collection::vec(documents(), 12)
        .prop_map(|runs| (0..).zip(runs).map(|(id, run)| RunDocument { id, ..run }).collect())
}

/// Writes 1.0 as 1.
fn plain(value: &mut Value) {
    match value {
        Value::Number(n) => *value = n.as_f64().map_or(Value::Null, super::values::number),
        Value::Array(items) => items.iter_mut().for_each(plain),
        Value::Object(map) => map.values_mut().for_each(plain),
        _ => {}
    }
}

fn orders() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "name",
        "group",
        "tags",
        "exitcode",
        "createdAt",
        "duration",
        "config.a",
        "config.a.b",
        "config.a.value.b",
        "summary_metrics.a",
        "summary_metrics.a.b",
        "summary_metrics.b",
        "nope",
    ]);
    let key = (prop::sample::select(vec!["+", "-"]), key).prop_map(|(sign, key)| format!("{sign}{key}"));
    prop::collection::vec(key, 1..4).prop_map(|keys| keys.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn columns_admit_what_a_naive_evaluator_admits(runs in numbered(), filters in prop::collection::vec(filters(), 12)) {
        let (table, around) = table(&runs);
        let view = View { table: &table, around: &around };
        for filter in &filters {
            let selected = view.select(&Filter::parse(&filter.to_string()).unwrap());
            for run in &runs {
                let row = table.row(run.id).unwrap();
                prop_assert_eq!(selected.has(row), naive::admits(run, filter), "{} on {:?}", filter, run);
            }
            prop_assert!(selected.count() <= runs.len());
        }
    }

    #[test]
    fn pages_are_cut_from_the_sorted_whole(mut runs in numbered(), order in orders(), most in 1usize..7) {
        // Objects are in order as texts, in which 1 and 1.0 are not the same; columns know floats only.
        runs.iter_mut().flat_map(|run| [&mut run.config, &mut run.summary]).for_each(plain);
        let (table, around) = table(&runs);
        let view = View { table: &table, around: &around };
        let order = Order::parse(&order).unwrap();
        let mut expected: Vec<_> = runs.iter().map(|run| order.position(run)).collect();
        expected.sort_by(|a, b| order.compare(a, b));
        let mut after = None;
        for expected in expected.chunks(most) {
            let positions = view.page(&table.live, &order, after.as_ref(), most);
            prop_assert_eq!(&positions, expected);
            after = positions.last().cloned();
        }
        prop_assert!(view.page(&table.live, &order, after.as_ref(), most).is_empty());
    }

    #[test]
    fn groups_are_the_runs_of_equal_values(runs in numbered(), by in prop::collection::vec(
        prop::sample::select(vec!["group", "tags", "config.a", "config.a.b", "summary_metrics.b", "exitcode", "state"]), 1..3)) {
        let (table, around) = table(&runs);
        let view = View { table: &table, around: &around };
        let fields: Vec<Field> = by.iter().map(|name| Field::parse(name)).collect();
        let groups = view.group(&table.live, &fields, &[Field::parse("summary_metrics.a")]);
        prop_assert_eq!(groups.iter().map(|group| group.runs).sum::<i64>(), runs.len() as i64);
        for (group, name) in groups.iter().flat_map(|group| by.iter().map(move |name| (group, name))) {
            prop_assert!(group.values.len() == by.len(), "{}", name);
        }
        for group in groups {
            // The filter that selects the group selects as many; a scalar is also found inside of lists.
            let conditions: Vec<_> = by.iter().zip(&group.values).map(|(name, value)| json!({*name: {"$eq": value}})).collect();
            let selected = view.select(&Filter::parse(&json!({"$and": conditions}).to_string()).unwrap());
            let same = |row: &u32| {
                fields.iter().zip(&group.values).all(|(field, value)| {
                    view.value(&view.source(field), *row).unwrap_or(Value::Null) == *value
                })
            };
            prop_assert_eq!(selected.rows().into_iter().filter(same).count() as i64, group.runs, "{:?}", group);
        }
    }
}

pub(super) async fn project(lab: &Lab) -> Allowed<Read, Project> {
    lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap()
}

/// The names of the runs with a loss under 1, by loss.
pub(super) async fn small(project: &Allowed<Read, Project>) -> String {
    let (filter, order) = (r#"{"summary_metrics.loss":{"$lt":1}}"#, "+summary_metrics.loss");
    let query = crate::runs::RunQuery { filters: Some(filter.into()), order: Some(order.into()), ..Default::default() };
    let page = project.runs(query).await.unwrap();
    page.edges.iter().map(|edge| edge.details.name.as_str()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_change_is_seen_whichever_process_made_it() {
    for lab in Lab::all().await {
        let (a, b) = (lab.run("a").await, lab.run("b").await);
        a.append(summary(r#"{"loss":0.5}"#)).await.unwrap();
        let here = project(&lab).await;
        assert_eq!(small(&here).await, "a");
        let twin = lab.twin().await;
        let session = twin.operator();
        let there = session.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
        assert_eq!(small(&there).await, "a");
        b.append(summary(r#"{"loss":0.25}"#)).await.unwrap();
        assert_eq!((small(&there).await, small(&here).await), ("b a".to_owned(), "b a".to_owned()));
        b.edit(RunChange { summary: Some(r#"{"loss":0.75}"#.into()), ..Default::default() }).await.unwrap();
        assert_eq!(small(&there).await, "a b");
        lab.allow::<Delete>("a").await.unwrap().delete().await.unwrap();
        assert_eq!((small(&there).await, small(&here).await), ("b".to_owned(), "b".to_owned()));
        lab.alice.allow::<Read, Project>(&here.resource().path()).await.unwrap().empty_trash(None).await.unwrap();
        while lab.domain.run_due_jobs().await.unwrap() > 0 {}
        assert_eq!(lab.count("run").await, 1, "nothing is left of the run but that it changed");
        assert_eq!((small(&there).await, small(&here).await), ("b".to_owned(), "b".to_owned()));
        lab.run("a").await.append(summary(r#"{"loss":0.1}"#)).await.unwrap();
        assert_eq!(small(&there).await, "a b");
    }
}

#[tokio::test]
async fn transactions_that_end_late_are_not_missed() {
    for lab in Lab::all().await {
        let (a, b) = (lab.run("a").await, lab.run("b").await);
        let here = project(&lab).await;
        assert_eq!(small(&here).await, "");
        let set = |loss: f64, id: i64| {
            sql("UPDATE run SET summary = $1 WHERE id = $2").bind(json!({ "loss": loss }).to_string()).bind(id)
        };
        if lab.domain.database_kind() == "sqlite" {
            // One writer: nothing can end late.
            continue;
        }
        let mut late = lab.domain.db().begin().await.unwrap();
        set(0.1, a.resource().id).run(&mut late).await.unwrap();
        for loss in [0.3, 0.2] {
            set(loss, b.resource().id).run(lab.domain.db()).await.unwrap();
            assert_eq!(small(&here).await, "b");
        }
        late.commit().await.unwrap();
        assert_eq!(small(&here).await, "a b");
    }
}

#[tokio::test]
async fn silence_is_judged_at_the_moment_of_the_look() {
    for lab in Lab::all().await {
        lab.run("a").await;
        let here = project(&lab).await;
        let count = async |state: &str| here.run_count(Some(&json!({ "state": state }).to_string())).await.unwrap();
        assert_eq!((count("running").await, count("crashed").await), (1, 0));
        lab.clock().advance(Duration::from_secs(1000));
        assert_eq!((count("running").await, count("crashed").await), (0, 1));
    }
}

#[tokio::test]
async fn tables_that_were_not_used_for_longest_are_dropped() {
    let lab = Lab::all().await.remove(0);
    let mut config = lab.domain.config().clone();
    config.run_table_memory = 1;
    let small = crate::Domain::open(config, lab.clock().clone()).await.unwrap();
    for name in ["p", "q"] {
        let path = ProjectPath::new("team", name);
        let place = lab.alice.allow::<crate::policy::Submit, crate::policy::Place>(&path.place()).await.unwrap();
        place.upsert_run(Default::default()).await.unwrap();
        for domain in [&lab.domain, &small] {
            let project = domain.operator().allow::<Read, Project>(&path).await.unwrap();
            assert_eq!(project.run_count(Some(r#"{"state":"running"}"#)).await.unwrap(), 1);
        }
    }
    assert_eq!((lab.domain.run_tables().count(), small.run_tables().count()), (2, 1));
}

#[tokio::test]
async fn many_looks_at_once_are_all_right() {
    for lab in Lab::all().await {
        let run = lab.run("a").await;
        let here = project(&lab).await;
        for n in 0..20 {
            run.append(summary(&json!({ "loss": 1.0 / f64::from(n + 2) }).to_string())).await.unwrap();
            let wanted = json!({ "summary_metrics.loss": 1.0 / f64::from(n + 2) }).to_string();
            let looks = (0..8).map(|_| here.run_count(Some(&wanted)));
            assert_eq!(futures::future::try_join_all(looks).await.unwrap(), [1; 8]);
        }
    }
}

#[test]
fn bitmaps_combine() {
    let of = |rows: &[u32]| {
        let mut all = Bitmap::default();
        rows.iter().for_each(|row| _ = all.insert(*row));
        all
    };
    let mut all = of(&[1, 64, 200]);
    all.or(&of(&[2]));
    all.and_not(&of(&[64, 900]));
    assert_eq!(all.rows(), [1, 2, 200]);
    all.and(&of(&[2, 70]));
    assert_eq!((all.rows(), all.count()), (vec![2], 1));
}
