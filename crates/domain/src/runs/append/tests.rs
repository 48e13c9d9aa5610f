//! What a request stores: replays, gaps, several writers, bad lines, ends.

use std::time::Duration;

use super::*;
use crate::db::sql;
use crate::runs::streams::StreamKind;
use crate::testing::{Lab, console, events, history, summary};

const A: &str = r#"{"_step":0,"_timestamp":1.5,"a":1}"#;
const B: &str = r#"{"_step":1,"_timestamp":2.5,"a":2}"#;
const C: &str = r#"{"_step":2,"_timestamp":3.5,"a":3}"#;

#[tokio::test]
async fn a_replay_is_stored_once_and_a_gap_is_kept_and_filled() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let want = [A, B, C].map(rendered);
        for _ in 0..2 {
            assert_eq!(run.append(history(0, &[A, B])).await.unwrap(), Feedback::default());
        }
        assert_eq!(lab.history("r1").await, want[..2]);
        run.append(history(1, &[B, C])).await.unwrap();
        assert_eq!(lab.history("r1").await, want);

        let run = lab.run("r2").await;
        let feedback = run.append(history(2, &[C])).await.unwrap();
        assert_eq!(feedback.gaps, [("history".to_owned(), 0, 2)]);
        run.append(history(0, &[A, B, C])).await.unwrap();
        run.append(history(0, &[A, B, C])).await.unwrap();
        assert_eq!(lab.history("r2").await, want);
    }
}

/// As rendered: keys in byte order.
fn rendered(line: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let (batch, _) = ::history::Batch::from_lines(&[value.to_string()], 0);
    batch.to_json_rows(None, ::history::NonFinite::Bare).concat()
}

#[tokio::test]
async fn console_lines_are_rewritten() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(console(0, &["one", "two", "three"])).await.unwrap();
        run.append(console(1, &["TWO"])).await.unwrap();
        run.append(console(1, &["TWO"])).await.unwrap();
        run.append(console(2, &["THREE", "four"])).await.unwrap();
        let texts = lab.rows("r1", StreamKind::Console).await;
        assert_eq!(texts.len(), 4, "{texts:?}");
        for (line, want) in texts.iter().zip(["one", "TWO", "THREE", "four"]) {
            assert!(line.contains(&format!("\"text\":\"{want}\"")), "{line}");
        }
    }
}

#[tokio::test]
async fn bad_lines_are_kept_and_reported_and_never_fail() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let feedback = run.append(history(0, &[A, "{not json", r#"{"_step":2,"x":NaN}"#])).await.unwrap();
        assert_eq!(feedback.warnings.len(), 1, "{:?}", feedback.warnings);
        let rows = lab.history("r1").await;
        assert!(rows[1].contains("{not json") && rows[2].contains("NaN"), "{rows:?}");
        for update in [history(-1, &[A]), history(i64::MAX, &[A]), summary("nonsense"), summary("[]")] {
            assert_eq!(run.append(update).await.unwrap().warnings.len(), 1);
        }
        assert_eq!(lab.history("r1").await.len(), 3);
    }
}

#[tokio::test]
async fn each_client_of_a_shared_run_counts_from_its_own_zero() {
    for lab in Lab::all().await {
        let run = lab.init("r1", |u| u.shared = true).await.run;
        lab.init("r1", |u| u.shared = true).await;
        for (client, line, text) in [("x", A, r#"{"a":1,"both":1}"#), ("y", B, r#"{"b":2,"both":2}"#)] {
            for update in [history(0, &[line]), console(0, &[client]), summary(text)] {
                let update = StreamUpdate { client: client.to_owned(), ..update };
                run.append(update.clone()).await.unwrap();
                run.append(update).await.unwrap();
            }
        }
        assert_eq!(lab.history("r1").await, [rendered(A), rendered(B)]);
        assert_eq!(lab.rows("r1", StreamKind::Console).await.len(), 2);
        assert_eq!(lab.text("r1", "summary").await.unwrap(), r#"{"a":1,"both":2,"b":2}"#);
    }
}

#[tokio::test]
async fn the_summary_is_replaced_and_system_metrics_keep_their_last_values() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(summary(r#"{"a":1,"_wandb":{"runtime":3}}"#)).await.unwrap();
        run.append(summary(r#"{"b":Infinity}"#)).await.unwrap();
        assert_eq!(lab.text("r1", "summary").await.unwrap(), r#"{"_wandb":{"runtime":3},"b":"Infinity"}"#);
        let lines = [r#"{"_timestamp":1,"system.cpu":1,"gpu":7}"#, r#"{"_timestamp":2,"system.cpu":2}"#];
        run.append(events(0, &lines)).await.unwrap();
        assert_eq!(lab.text("r1", "system_metrics").await.unwrap(), r#"{"gpu":7,"system.cpu":2}"#);
    }
}

#[tokio::test]
async fn a_run_ends_as_its_exit_code_says() {
    for lab in Lab::all().await {
        for (code, state) in [(0, "finished"), (1, "failed"), (255, "failed")] {
            let name = format!("r{code}");
            let run = lab.run(&name).await;
            let end = StreamUpdate { complete: true, exitcode: Some(code), ..history(0, &[A]) };
            assert_eq!(run.append(end).await.unwrap().exitcode, Some(i64::from(code)));
            assert_eq!(lab.state(&name).await, state);
            run.append(StreamUpdate::default()).await.unwrap();
            assert_eq!(lab.state(&name).await, state, "a late heartbeat does not revive it");
        }
        let run = lab.run("p").await;
        run.append(StreamUpdate { preempting: true, ..Default::default() }).await.unwrap();
        assert_eq!(lab.state("p").await, "preempting");
        lab.clock().advance(Duration::from_secs(301));
        assert_eq!(lab.state("p").await, "preempted");
        lab.domain.run_due_jobs().await.unwrap();
        assert_eq!(lab.state("p").await, "preempted");
        run.append(StreamUpdate::default()).await.unwrap();
        assert_eq!(lab.state("p").await, "running");
    }
}

#[tokio::test]
async fn ten_thousand_keys_in_one_row() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let fields: Vec<_> = (0..10_000).map(|n| format!("\"metric/{n}\":{n}.5")).collect();
        let row = format!("{{\"_step\":0,{}}}", fields.join(","));
        run.append(history(0, &[&row])).await.unwrap();
        let stored: serde_json::Value = serde_json::from_str(&lab.history("r1").await[0]).unwrap();
        assert_eq!(stored.as_object().unwrap().len(), 10_001);
    }
}

#[tokio::test]
async fn concurrent_appends_of_the_same_lines_store_them_once() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let rows: Vec<String> = (0..40).map(|n| format!("{{\"_step\":{n},\"a\":{n}}}")).collect();
        let mut tasks = Vec::new();
        for start in (0..40).step_by(5) {
            for _ in 0..2 {
                let (run, rows) = (run.clone(), rows.clone());
                tasks.push(tokio::spawn(async move {
                    let lines: Vec<&str> = rows[start..(start + 8).min(40)].iter().map(String::as_str).collect();
                    run.append(history(i64::try_from(start).unwrap(), &lines)).await
                }));
            }
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let want: Vec<String> = rows.iter().map(|row| rendered(row)).collect();
        assert_eq!(lab.history("r1").await, want);
    }
}

fn rows(count: i64) -> Vec<String> {
    (0..count).map(|n| format!("{{\"_step\":{n},\"a\":{n}}}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_every_acknowledged_row_once_while_compaction_runs() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let rows = rows(60);
        let (writer, lines) = (run.clone(), rows.clone());
        let writing = tokio::spawn(async move {
            for (at, line) in lines.iter().enumerate() {
                let update = StreamUpdate { complete: at % 7 == 0, ..history(i64::try_from(at).unwrap(), &[line]) };
                writer.append(update).await.unwrap();
            }
        });
        let domain = lab.domain.clone();
        let compacting = tokio::spawn(async move {
            loop {
                domain.run_due_jobs().await.unwrap();
            }
        });
        while !writing.is_finished() {
            let seen = lab.history("r1").await;
            let want: Vec<String> = rows[..seen.len()].iter().map(|row| rendered(row)).collect();
            assert_eq!(seen, want);
        }
        writing.await.unwrap();
        compacting.abort();
        assert_eq!(lab.history("r1").await.len(), 60);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_are_cut_off_and_sent_again_store_every_row_once() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let rows = rows(60);
        for (at, line) in rows.iter().enumerate() {
            let update = history(i64::try_from(at).unwrap(), &[line]);
            // Cut off at some moment, before or after its commit; the client cannot know.
            let (task, again) = (run.clone(), update.clone());
            let cut = tokio::spawn(async move { task.append(again).await });
            tokio::time::sleep(Duration::from_micros(u64::try_from(at).unwrap() * 37 % 1900)).await;
            cut.abort();
            run.append(update).await.unwrap();
        }
        let want: Vec<String> = rows.iter().map(|row| rendered(row)).collect();
        assert_eq!(lab.history("r1").await, want);
    }
}

#[tokio::test]
async fn a_heartbeat_writes_one_row() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let updated = lab.text("r1", "CAST(heartbeat_at AS TEXT)").await;
        lab.clock().advance(Duration::from_secs(30));
        run.append(StreamUpdate::default()).await.unwrap();
        assert_ne!(lab.text("r1", "CAST(heartbeat_at AS TEXT)").await, updated);
        assert_eq!((lab.count("stream").await, lab.count("tail").await, lab.count("job").await), (0, 0, 0));
    }
}

#[tokio::test]
async fn a_project_is_as_active_as_its_runs_to_the_minute() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        let active = async || {
            let (at,): (i64,) = sql("SELECT updated_at FROM project").one(lab.domain.db()).await.unwrap();
            at
        };
        let began = active().await;
        lab.clock().advance(Duration::from_secs(600));
        run.append(StreamUpdate::default()).await.unwrap();
        let first = active().await;
        assert_eq!(first, lab.clock().now());
        assert!(first >= began + 600_000_000);
        lab.clock().advance(Duration::from_micros(1));
        run.append(StreamUpdate::default()).await.unwrap();
        assert_eq!(active().await, first, "not at every sign of life");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_database_store_and_compact_every_row_once() {
    for lab in Lab::all().await {
        let twin = lab.twin().await;
        let here = lab.run("r1").await;
        let there = twin.operator().allow::<Update, Run>(&here.resource().path()).await.unwrap();
        let rows = rows(40);
        for (at, line) in rows.iter().enumerate() {
            let update = StreamUpdate { complete: at % 5 == 0, ..history(i64::try_from(at).unwrap(), &[line]) };
            let (a, b, c, d) = tokio::join!(
                here.append(update.clone()),
                there.append(update),
                lab.domain.run_due_jobs(),
                twin.run_due_jobs()
            );
            assert!(a.is_ok() && b.is_ok() && c.is_ok() && d.is_ok(), "{a:?} {b:?} {c:?} {d:?}");
        }
        let want: Vec<String> = rows.iter().map(|row| rendered(row)).collect();
        assert_eq!(lab.history("r1").await, want);
        twin.close().await;
    }
}
