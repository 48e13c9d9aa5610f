//! Compaction keeps exactly the rows, whatever comes late or dies.

use super::*;
use crate::policy::Update;
use crate::runs::StreamUpdate;
use crate::testing::{Lab, console, history};

async fn compact(lab: &Lab, name: &str, kind: StreamKind) {
    let run = lab.allow::<Update>(name).await.unwrap();
    let run = run.resource();
    super::run(&lab.domain, &format!("{}/{}/{kind}", run.id, run.generation)).await.unwrap();
}

fn row(step: i64) -> String {
    format!(
        "{{\"_step\":{step},\"_timestamp\":{step}.25,\"text\":\"é\",\"nested\":{{\"a\":[1,NaN]}},\"k{}\":{step}}}",
        step % 3
    )
}

#[tokio::test]
async fn the_exact_rows_stay_through_any_compaction() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        // Ascending, then late (below what is compacted), then in between, then on.
        let order = [0..5, 10..15, 5..8, 20..22, 8..10, 15..20, 22..30];
        let mut line = 0;
        for steps in order {
            let rows: Vec<String> = steps.map(row).collect();
            let lines: Vec<&str> = rows.iter().map(String::as_str).collect();
            run.append(history(line, &lines)).await.unwrap();
            line += i64::try_from(lines.len()).unwrap();
            let before = lab.history("r1").await;
            compact(&lab, "r1", StreamKind::History).await;
            assert_eq!(lab.history("r1").await, before);
            assert_eq!(lab.count("tail").await, 0);
        }
        assert_eq!(lab.history("r1").await.len(), 30);
        let ranges: Vec<(i64, i64)> =
            sql("SELECT step_min, step_max FROM segment ORDER BY position").all(lab.domain.db()).await.unwrap();
        assert!(ranges.windows(2).all(|pair| pair[0].1 < pair[1].0), "{ranges:?}");
    }
}

#[tokio::test]
async fn rows_that_come_late_change_only_the_segments_they_belong_to() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        // So large that no two segments are merged for their size.
        let big = "x".repeat(80);
        let rows = |steps: std::ops::Range<i64>| -> Vec<String> {
            steps.map(|step| format!("{{\"_step\":{step},\"text\":\"{big}{step}\"}}")).collect()
        };
        let mut line = 0;
        for (steps, count) in [(0..1000, 1), (1000..1100, 2), (1100..1110, 3)] {
            let rows = rows(steps);
            run.append(history(line, &rows.iter().map(String::as_str).collect::<Vec<_>>())).await.unwrap();
            line += i64::try_from(rows.len()).unwrap();
            compact(&lab, "r1", StreamKind::History).await;
            assert_eq!(lab.count("segment").await, count);
        }
        let blobs = || async {
            let rows: Vec<(String,)> =
                sql("SELECT blob FROM segment ORDER BY position").all(lab.domain.db()).await.unwrap();
            rows.into_iter().map(|(blob,)| blob).collect::<Vec<_>>()
        };
        let before = blobs().await;
        let late = [rows(1050..1052), rows(-3..-1)].concat();
        run.append(history(line, &late.iter().map(String::as_str).collect::<Vec<_>>())).await.unwrap();
        let shown = lab.history("r1").await;
        compact(&lab, "r1", StreamKind::History).await;
        assert_eq!(lab.history("r1").await, shown);
        let after = blobs().await;
        let same: Vec<bool> = before.iter().zip(&after).map(|(a, b)| a == b).collect();
        assert_eq!(same, [false, false, true]);
    }
}

#[tokio::test]
async fn rewritten_console_lines_stay_rewritten() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(console(0, &["a", "b", "c"])).await.unwrap();
        compact(&lab, "r1", StreamKind::Console).await;
        run.append(console(1, &["B"])).await.unwrap();
        let before = lab.rows("r1", StreamKind::Console).await;
        compact(&lab, "r1", StreamKind::Console).await;
        assert_eq!(lab.rows("r1", StreamKind::Console).await, before);
        assert_eq!(before.len(), 3);
    }
}

#[tokio::test]
async fn a_worker_killed_before_its_commit_loses_and_leaks_nothing() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, &[&row(0), &row(1)])).await.unwrap();
        let stream = Stream { run_id: run.resource().id, generation: 0, kind: StreamKind::History };
        let tail = stream.tail(&lab.domain).await.unwrap().unwrap();
        let new = segments::write(&lab.domain, (*tail.batch).clone()).await.unwrap().unwrap();
        let before = lab.history("r1").await;
        assert_eq!(before.len(), 2, "the blob alone changes nothing");
        compact(&lab, "r1", StreamKind::History).await;
        lab.clock().advance(std::time::Duration::from_secs(4000));
        lab.domain.run_due_jobs().await.unwrap();
        lab.domain.run_due_jobs().await.unwrap();
        assert!(lab.domain.blobs().read(&new.blob).await.is_err(), "the blob without a row is deleted");
        assert_eq!(lab.history("r1").await, before);
    }
}

#[tokio::test]
async fn two_workers_on_one_stream_do_not_double_rows() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, &[&row(0), &row(1)])).await.unwrap();
        let stream = Stream { run_id: run.resource().id, generation: 0, kind: StreamKind::History };
        let stale = stream.tail(&lab.domain).await.unwrap().unwrap();
        compact(&lab, "r1", StreamKind::History).await;
        run.append(history(2, &[&row(2)])).await.unwrap();
        let before = lab.history("r1").await;
        let new = segments::write(&lab.domain, (*stale.batch).clone()).await.unwrap().unwrap();
        assert!(matches!(stream.commit(&lab.domain, vec![(0..0, new)], &[], &stale).await, Err(Error::Busy(_))));
        assert_eq!(lab.history("r1").await, before);
    }
}

#[tokio::test]
async fn a_long_tail_and_the_end_of_a_run_ask_for_compaction() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        for step in 0..256 {
            run.append(history(step, &[&row(step)])).await.unwrap();
        }
        lab.domain.run_due_jobs().await.unwrap();
        assert_eq!((lab.count("tail").await, lab.count("segment").await), (0, 1));
        let end = StreamUpdate { complete: true, exitcode: Some(0), ..history(256, &[&row(256)]) };
        run.append(end).await.unwrap();
        lab.clock().advance(std::time::Duration::from_secs(1));
        lab.domain.run_due_jobs().await.unwrap();
        lab.domain.run_due_jobs().await.unwrap();
        assert_eq!(lab.count("tail").await, 0);
        assert_eq!(lab.history("r1").await.len(), 257);
    }
}
