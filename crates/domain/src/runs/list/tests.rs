//! Lists from the outside, on every database.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{RunPage, RunQuery};
use crate::Error;
use crate::model::{ProjectPath, RunState};
use crate::policy::{Delete, Project, Read};
use crate::runs::{AlertSeverity, NewAlert, RecentQuery, StreamUpdate};
use crate::testing::{Lab, history};

/// Runs `r0` … `r6`, a second apart, with config and summary; every second one in group `g`; `r6` finished.
async fn lab_with_runs(lab: &Lab) {
    for n in 0..7 {
        let run = lab
            .init(&format!("r{n}"), |upsert| {
                upsert.change.config =
                    Some(json!({"lr": {"value": n}, "_wandb": {"value": {"t": {"1": []}}}}).to_string());
                upsert.change.summary = (n != 3).then(|| json!({"loss": (n * 3) % 7}).to_string());
                upsert.change.group = (n % 2 == 0).then(|| "g".to_owned());
                upsert.change.tags = Some(vec![format!("t{n}")]);
            })
            .await
            .run;
        run.append(history(0, &[r#"{"_step":0,"loss":1}"#, &format!(r#"{{"_step":1,"only{n}":1}}"#)])).await.unwrap();
        if n == 6 {
            run.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
        }
        lab.clock().advance(Duration::from_secs(1));
    }
}

async fn page(lab: &Lab, query: RunQuery) -> RunPage {
    let project = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
    project.runs(query).await.unwrap()
}

fn names(page: &RunPage) -> Vec<&str> {
    page.edges.iter().map(|edge| edge.details.name.as_str()).collect()
}

/// All pages of a list, and what comes between them.
async fn walk(lab: &Lab, query: RunQuery, between: impl AsyncFn(usize)) -> Vec<String> {
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = page(lab, RunQuery { first: Some(2), after: after.clone(), ..query.clone() }).await;
        seen.extend(names(&page).iter().map(|name| (*name).to_owned()));
        if !page.has_next {
            return seen;
        }
        assert_eq!(page.edges.len(), 2);
        after = page.end_cursor().map(str::to_owned);
        between(pages).await;
        pages += 1;
    }
}

fn query(filters: &str, order: &str) -> RunQuery {
    RunQuery { filters: Some(filters.to_owned()), order: Some(order.to_owned()), ..RunQuery::default() }
}

#[tokio::test]
async fn pages_join_to_the_whole_in_every_order() {
    for lab in Lab::all().await {
        lab_with_runs(&lab).await;
        for (filters, order, expected) in [
            ("{}", "", "r0 r1 r2 r3 r4 r5 r6"),
            ("{}", "-created_at", "r6 r5 r4 r3 r2 r1 r0"),
            ("{}", "-heartbeat_at", "r6 r5 r4 r3 r2 r1 r0"),
            ("{}", "+updatedAt", "r0 r1 r2 r3 r4 r5 r6"),
            ("{}", "+summary_metrics.loss", "r0 r5 r1 r6 r4 r2 r3"),
            ("{}", "-summary_metrics.loss", "r2 r4 r6 r1 r5 r0 r3"),
            (r#"{"group":"g"}"#, "-config.lr.value", "r6 r4 r2 r0"),
            (r#"{"group":"g"}"#, "+created_at", "r0 r2 r4 r6"),
            (r#"{"state":"finished"}"#, "", "r6"),
            (r#"{"name":{"$in":["r5","r1","none"]}}"#, "-name", "r5 r1"),
            (r#"{"keys_info.keys.only4":{"$exists":true}}"#, "", "r4"),
            (
                r#"{"username":"alice","entity":"team","project":"p","tags":{"$nin":["t0"]},"host":"vm"}"#,
                "-name",
                "r6 r5 r4 r3 r2 r1",
            ),
        ] {
            let got = walk(&lab, query(filters, order), async |_| {}).await.join(" ");
            assert_eq!(got, expected, "{filters} {order}");
            let project = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
            let count = project.run_count(Some(filters)).await.unwrap();
            assert_eq!(count as usize, expected.split(' ').count(), "{filters}");
        }
    }
}

#[tokio::test]
async fn pages_are_stable_while_runs_come_and_go() {
    for lab in Lab::all().await {
        lab_with_runs(&lab).await;
        for order in ["+created_at", "-created_at", "-summary_metrics.loss"] {
            let before = walk(&lab, query("{}", order), async |_| {}).await;
            let change = async |page: usize| {
                lab.run(&format!("new-{}-{page}", &order[1..4])).await;
                lab.clock().advance(Duration::from_secs(1));
            };
            let during = walk(&lab, query("{}", order), change).await;
            let old: Vec<_> = during.iter().filter(|name| before.contains(name)).cloned().collect();
            assert_eq!(old, before, "{order}");
        }
        lab.allow::<Delete>("r2").await.unwrap().delete().await.unwrap();
        assert!(!names(&page(&lab, query(r#"{"name":{"$regex":"r"}}"#, "")).await).contains(&"r2"));
    }
}

#[tokio::test]
async fn details_are_whole_and_texts_come_only_when_asked() {
    for lab in Lab::all().await {
        lab_with_runs(&lab).await;
        let lean = page(&lab, RunQuery { first: Some(1), ..RunQuery::default() }).await;
        assert!(lean.has_next && lean.edges[0].details.texts.is_none());
        for filters in ["{}", r#"{"group":"g"}"#] {
            let full = page(&lab, RunQuery { texts: true, ..query(filters, "-created_at") }).await;
            let run = &full.edges[0].details;
            assert_eq!((run.name.as_str(), run.state, run.exit_code), ("r6", RunState::Finished, Some(0)));
            assert_eq!((run.group.as_deref(), run.tags.join(",").as_str()), (Some("g"), "t6"));
            assert_eq!((run.history_lines, run.user.as_ref().unwrap().name.as_str()), (2, "alice"));
            let texts = run.texts.as_ref().unwrap();
            assert_eq!(texts.history_keys["lastStep"], 1);
            assert_eq!(texts.summary, r#"{"loss":4}"#);
            assert_eq!(texts.wandb_config(Some(&["t".into(), "u".into()])).unwrap(), r#"{"t":{"1":[]}}"#);
            assert_eq!(full.edges[0].run.details().await.unwrap().texts.unwrap().history_keys, texts.history_keys);
        }
        lab.init("bare", |upsert| upsert.change.config = Some("{}".to_owned())).await;
        let bare = lab.allow::<Read>("bare").await.unwrap().details().await.unwrap().texts.unwrap();
        assert_eq!(bare.wandb_config(Some(&["t".into()])).unwrap(), r#"{"t":{}}"#);
        assert_eq!(bare.wandb_config(None).unwrap(), "{}");
        assert!(bare.history_keys["lastStep"].is_null());
        lab.clock().advance(Duration::from_secs(1000));
        let page = page(&lab, query(r#"{"state":"crashed"}"#, "")).await;
        assert_eq!(page.edges.len(), 7, "silent runs count as crashed, in lists and in filters");
    }
}

#[tokio::test]
async fn wrong_questions_are_refused() {
    for lab in Lab::all().await {
        lab.run("r").await;
        let project = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
        let cursor = |after: &str| RunQuery { after: Some(after.to_owned()), ..RunQuery::default() };
        for bad in [query("{", ""), query(r#"{"a":{"$x":1}}"#, ""), query("{}", "+"), cursor("nonsense")] {
            assert!(matches!(project.runs(bad.clone()).await, Err(Error::Invalid { .. })), "{bad:?}");
        }
        assert!(matches!(project.run_count(Some("[]")).await, Err(Error::Invalid { .. })));
    }
}

#[tokio::test]
async fn recent_runs_are_those_that_the_caller_may_read() {
    for lab in Lab::all().await {
        lab_with_runs(&lab).await;
        let three = || RecentQuery { most: 3, ..RecentQuery::default() };
        let recent = lab.victor.recent_runs(three()).await.unwrap();
        let names: Vec<_> = recent.iter().map(|(run, _)| run.resource().path().to_string()).collect();
        assert_eq!(names, ["team/p/r6", "team/p/r5", "team/p/r4"]);
        assert!(lab.mallory.recent_runs(three()).await.unwrap().is_empty());
        let with = async |states: &[RunState], search: &str| {
            let query = RecentQuery { most: 9, states: states.to_vec(), search: search.to_owned(), entity: None };
            let found = lab.victor.recent_runs(query).await.unwrap();
            found.into_iter().map(|(run, _)| run.resource().name.clone()).collect::<Vec<_>>()
        };
        let all = with(&[], "").await;
        assert_eq!(with(&[], "R5").await, ["r5"]);
        assert!(with(&[], "%").await.len() < all.len(), "no wildcards of the database");
        let running = with(&[RunState::Running], "").await;
        assert!(!running.is_empty() && with(&[RunState::Crashed], "").await.is_empty());
        let elsewhere = RecentQuery { entity: Some("alice".to_owned()), ..three() };
        assert!(lab.victor.recent_runs(elsewhere).await.unwrap().is_empty());
        lab.clock().advance(Duration::from_secs(1000));
        assert_eq!(with(&[RunState::Crashed], "").await.len(), running.len(), "silent runs count as crashed");
        assert!(with(&[RunState::Running], "").await.is_empty());
        let project = lab.mallory.allow::<Read, Project>(&ProjectPath::new("team", "p")).await;
        assert!(matches!(project, Err(Error::Denied(_))));
    }
}

#[tokio::test]
async fn recent_alerts_are_those_that_the_caller_may_read() {
    for lab in Lab::all().await {
        for (run, title) in [("r1", "nan"), ("r2", "slow"), ("r1", "again")] {
            lab.clock().advance(Duration::from_secs(1));
            let (title, text) = (title.to_owned(), String::new());
            lab.run(run)
                .await
                .alert(NewAlert { title, text, severity: AlertSeverity::Warn, wait_ms: 0 })
                .await
                .unwrap();
        }
        let alerts = lab.victor.recent_alerts(2).await.unwrap();
        let told: Vec<_> = alerts.iter().map(|(alert, (_, run))| (alert.title.as_str(), run.name.as_str())).collect();
        assert_eq!(told, [("again", "r1"), ("slow", "r2")]);
        assert!(lab.mallory.recent_alerts(2).await.unwrap().is_empty());
        lab.allow::<Delete>("r2").await.unwrap().delete().await.unwrap();
        assert_eq!(lab.victor.recent_alerts(9).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn metric_names_are_found_in_segments_and_tails() {
    for lab in Lab::all().await {
        lab_with_runs(&lab).await;
        for _ in 0..2 {
            let project = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
            let keys = metrics(project.metric_keys(false).await.unwrap());
            assert_eq!(keys.len(), 9, "{keys:?}");
            let run = lab.allow::<Read>("r2").await.unwrap();
            assert_eq!(metrics(run.metric_keys(false).await.unwrap()), ["_step", "loss", "only2"]);
            assert_eq!(metrics(run.metric_keys(true).await.unwrap()), [""; 0]);
            assert_eq!(run.last_step().await.unwrap(), Some(1));
            let end = StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() };
            lab.run("r2").await.append(end).await.unwrap();
            lab.domain.run_due_jobs().await.unwrap();
        }
    }
}

#[tokio::test]
async fn metric_names_follow_what_runs_log() {
    for lab in Lab::all().await {
        lab_with_runs(&lab).await;
        let found = async |key: &str| {
            let project = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
            let keys = project.metric_keys(false).await.unwrap();
            keys.iter().find(|one| one.key == key).map(|one| (one.runs, one.kind.clone()))
        };
        assert_eq!(found("loss").await, Some((7, "number".to_owned())));
        assert_eq!(found("late").await, None);
        let run = lab.run("r1").await;
        run.append(history(2, &[r#"{"_step":2,"late":"so"}"#])).await.unwrap();
        assert_eq!(found("late").await, Some((1, "string".to_owned())), "of a tail that was read before");
        lab.run("r2").await.append(history(2, &[r#"{"_step":2,"late":1}"#])).await.unwrap();
        assert_eq!(found("late").await, Some((2, "number".to_owned())));
        lab.allow::<Delete>("r2").await.unwrap().delete().await.unwrap();
        assert_eq!(found("late").await, Some((1, "string".to_owned())), "of runs that are there");
        assert_eq!(found("only2").await, None);
        assert_eq!(found("loss").await, Some((6, "number".to_owned())));
    }
}

fn metrics(keys: Arc<Vec<crate::runs::MetricKey>>) -> Vec<String> {
    keys.iter().map(|key| key.key.clone()).collect()
}
