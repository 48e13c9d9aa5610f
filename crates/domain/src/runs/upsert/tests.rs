//! Creating runs and starting them again.

use std::time::Duration;

use super::*;
use crate::policy::{Delete, Read, Stop};
use crate::runs::StreamUpdate;
use crate::runs::streams::StreamKind;
use crate::testing::{Lab, console, events, history};

const OLD: &str = r#"{"_step":0,"_timestamp":1.5,"old":1}"#;
const NEW: &str = r#"{"_step":0,"_timestamp":9.5,"new":1}"#;

fn end() -> StreamUpdate {
    StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }
}

#[tokio::test]
async fn the_first_call_makes_project_and_run_and_the_second_changes_what_it_names() {
    for lab in Lab::all().await {
        let made = lab.init("r1", |u| u.change.notes = Some("n".to_owned())).await;
        assert!(made.inserted && made.history_line_count == 0);
        let name = lab.text("r1", "display_name").await.unwrap();
        assert!(name.ends_with("-1"), "{name}");
        let fields = RunChange { config: Some("{\"a\":{\"value\":1}}".to_owned()), ..Default::default() };
        let upsert = RunUpsert { name: Some("r1".to_owned()), change: fields, ..Default::default() };
        let again = lab.place().await.upsert_run(upsert).await.unwrap();
        assert!(!again.inserted);
        assert_eq!(again.run.resource().id, made.run.resource().id);
        assert_eq!(lab.text("r1", "notes").await.as_deref(), Some("n"));
        assert_eq!(lab.text("r1", "display_name").await, Some(name));
        let unnamed = lab.place().await.upsert_run(RunUpsert::default()).await.unwrap();
        assert_eq!(unnamed.run.resource().name.len(), 8);
        assert!(lab.text(&unnamed.run.resource().name, "display_name").await.unwrap().ends_with("-2"));
    }
}

#[tokio::test]
async fn concurrent_first_upserts_agree_on_one_run() {
    for lab in Lab::all().await {
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let place = lab.place().await;
            let upsert = RunUpsert { name: Some("r1".to_owned()), shared: true, ..Default::default() };
            tasks.push(tokio::spawn(async move { place.upsert_run(upsert).await }));
        }
        let mut inserted = 0;
        for task in tasks {
            inserted += usize::from(task.await.unwrap().unwrap().inserted);
        }
        assert_eq!((inserted, lab.count("run").await, lab.count("project").await), (1, 1, 1));
    }
}

#[tokio::test]
async fn a_new_start_gets_a_new_generation_and_nothing_is_deleted() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, &[OLD])).await.unwrap();
        run.append(events(0, &[r#"{"_timestamp":1.6,"cpu":1}"#])).await.unwrap();
        run.append(end()).await.unwrap();
        let again = lab.init("r1", |_| {}).await;
        assert_eq!(again.history_line_count, 0);
        assert_eq!(lab.state("r1").await, "running");
        assert_eq!(lab.history("r1").await.len(), 1, "shown until the new first line");
        let run = lab.run("r1").await;
        run.append(console(0, &["2026-11-21T22:24:33.157959 hi"])).await.unwrap();
        run.append(history(0, &[NEW])).await.unwrap();
        run.append(events(0, &[r#"{"_timestamp":9.6,"cpu":2}"#])).await.unwrap();
        let shown = lab.history("r1").await;
        assert!(shown.len() == 1 && shown[0].contains("new"), "{shown:?}");
        assert_eq!(lab.rows("r1", StreamKind::Events).await.len(), 1);
        assert_eq!(lab.count("tail").await, 5, "the old rows are still there");
    }
}

#[tokio::test]
async fn syncing_twice_changes_nothing() {
    for lab in Lab::all().await {
        for _ in 0..3 {
            let run = lab.run("r1").await;
            run.append(history(0, &[OLD, r#"{"_step":1,"_timestamp":2.5}"#])).await.unwrap();
            run.append(end()).await.unwrap();
            assert_eq!(lab.history("r1").await.len(), 2);
            assert_eq!(lab.allow::<Read>("r1").await.unwrap().resource().generation, 0);
            assert_eq!(lab.state("r1").await, "finished");
            lab.clock().advance(Duration::from_secs(1));
            lab.domain.run_due_jobs().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_run_killed_a_moment_ago_can_be_synced_or_started_again() {
    for lab in Lab::all().await {
        lab.run("r1").await.append(history(0, &[OLD])).await.unwrap();
        let again = lab.init("r1", |_| {}).await;
        assert_eq!(again.history_line_count, 0);
        again.run.append(console(0, &["2026-11-21T22:24:33.157959 hi"])).await.unwrap();
        again.run.append(history(0, &[OLD, r#"{"_step":1,"_timestamp":2.5}"#])).await.unwrap();
        assert_eq!(lab.history("r1").await.len(), 2, "a replay brings only what was missing");
        lab.run("r1").await.append(history(0, &[NEW])).await.unwrap();
        let shown = lab.history("r1").await;
        assert!(shown.len() == 1 && shown[0].contains("new"), "{shown:?}");
    }
}

#[tokio::test]
async fn an_edit_by_an_old_client_starts_nothing_again() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, &[OLD])).await.unwrap();
        run.append(console(0, &["2026-11-21T22:24:33.157959 10%"])).await.unwrap();
        lab.run("r1").await;
        run.append(console(0, &["2026-11-21T22:24:55.000000 20%"])).await.unwrap();
        run.append(history(1, &[r#"{"_step":1}"#])).await.unwrap();
        assert_eq!(lab.history("r1").await.len(), 2);
        assert_eq!(lab.rows("r1", StreamKind::Console).await.len(), 1);
    }
}

#[tokio::test]
async fn a_resumed_run_counts_on() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, &[OLD, r#"{"_step":1,"_timestamp":2.5}"#])).await.unwrap();
        run.append(StreamUpdate { complete: true, exitcode: Some(3), ..Default::default() }).await.unwrap();
        let again = lab.init("r1", |u| u.resuming = true).await;
        assert_eq!(again.history_line_count, 2);
        assert_eq!(lab.state("r1").await, "running");
        again.run.append(history(2, &[r#"{"_step":2}"#])).await.unwrap();
        assert_eq!(lab.history("r1").await.len(), 3);
        let feedback = again.run.append(StreamUpdate::default()).await.unwrap();
        assert_eq!(feedback.exitcode, None);
    }
}

#[tokio::test]
async fn an_old_client_resumes_without_saying_so() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, &[OLD, r#"{"_step":1,"_timestamp":2.5}"#])).await.unwrap();
        run.append(end()).await.unwrap();
        let again = lab.init("r1", |u| u.resumes_untold = true).await.run;
        again.append(events(0, &[r#"{"_timestamp":9.6,"cpu":2}"#])).await.unwrap();
        again.append(console(0, &["2026-11-21T22:24:33.157959 hi"])).await.unwrap();
        again.append(history(2, &[r#"{"_step":2,"_timestamp":9.9}"#])).await.unwrap();
        assert_eq!(lab.history("r1").await.len(), 3);
        again.append(end()).await.unwrap();
        let fresh = lab.init("r1", |u| u.resumes_untold = true).await.run;
        fresh.append(history(0, &[NEW])).await.unwrap();
        assert_eq!(lab.history("r1").await.len(), 1, "lines from 0 are a new start");
    }
}

#[tokio::test]
async fn neither_a_viewer_nor_a_stranger_gets_a_proof_to_write() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let path = |run| crate::model::RunPath::new("team", "p", run);
        let (project, run) = (path(""), path("r1"));
        for session in [&lab.victor, &lab.mallory] {
            assert!(matches!(session.allow::<Submit, Place>(&project).await, Err(Error::Denied(_))));
            assert!(matches!(session.allow::<Update, Run>(&run).await, Err(Error::Denied(_))));
            assert!(matches!(session.allow::<Stop, Run>(&run).await, Err(Error::Denied(_))));
            assert!(matches!(session.allow::<Delete, Run>(&run).await, Err(Error::Denied(_))));
        }
        lab.victor.allow::<Read, Run>(&run).await.unwrap();
        assert!(matches!(lab.mallory.allow::<Read, Run>(&run).await, Err(Error::Denied(_))));
    }
}
