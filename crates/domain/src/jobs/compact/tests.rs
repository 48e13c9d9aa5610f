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

/// Rows as the client keeps them: of one step the last value of each key.
fn merged_by_hand(lines: &[String]) -> Vec<serde_json::Value> {
    let mut all: std::collections::BTreeMap<i64, serde_json::Map<String, serde_json::Value>> = Default::default();
    for line in lines {
        let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        all.entry(row["_step"].as_i64().unwrap()).or_default().extend(row);
    }
    all.into_values().map(serde_json::Value::Object).collect()
}

/// What every reader shows of the run's history.
async fn shown(lab: &Lab, name: &str) -> (Vec<serde_json::Value>, Vec<String>, Vec<u8>) {
    use crate::policy::{Project, Read};
    let path = crate::model::ProjectPath::new("team", "p");
    let project = lab.alice.allow::<Read, Project>(&path).await.unwrap();
    let rows = lab.history(name).await.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    let mut seen = Vec::new();
    for (x, range) in [("_step", None), ("_step", Some((3.0, 20.0))), ("t", None)] {
        let request = crate::runs::SeriesRequest {
            runs: vec![name.to_owned()],
            keys: vec!["a".to_owned(), "b".to_owned()],
            x: x.to_owned(),
            system: false,
            range,
            buckets: 8,
        };
        seen.push(format!("{:?}", project.series(request).await.unwrap().series));
    }
    let run = lab.allow::<Read>(name).await.unwrap();
    let sampled = run.sampled_history(&[r#"{"keys":["_step","a"],"samples":7}"#]).await.unwrap();
    seen.push(format!("{sampled:?}"));
    let query = crate::export::HistoryExport { runs: Some(vec![name.to_owned()]), ..Default::default() };
    let mut chunks = project.export_history(query, crate::export::Format::Csv).await.unwrap();
    let mut file = Vec::new();
    while let Some(chunk) = futures::StreamExt::next(&mut chunks).await {
        file.extend_from_slice(&chunk.unwrap());
    }
    (rows, seen, file)
}

#[tokio::test]
async fn a_later_write_of_a_step_counts_for_every_reader_and_through_any_compaction() {
    for lab in Lab::all().await {
        let line = |n: usize, step: usize, key: &str| {
            format!("{{\"_step\":{step},\"t\":{step}.5,\"{key}\":{},\"{key}{n}\":1}}", n * 10 + step)
        };
        // A run that was resumed below its last step, twice, and wrote other keys at some of them.
        let mut lines: Vec<String> = (0..20).map(|step| line(1, step, "a")).collect();
        lines.extend((15..30).map(|step| line(2, step, if step % 2 == 0 { "a" } else { "b" })));
        lines.extend((2..6).map(|step| line(3, step, "a")));
        let want = merged_by_hand(&lines);
        let mut first = None;
        for (name, cuts) in [("r1", vec![]), ("r2", vec![20]), ("r3", vec![7, 25, 36]), ("r4", vec![39])] {
            let run = lab.run(name).await;
            for (at, part) in lines.chunks(3).enumerate() {
                let part: Vec<&str> = part.iter().map(String::as_str).collect();
                let first = i64::try_from(at * 3).unwrap();
                run.append(history(first, &part)).await.unwrap();
                run.append(history(first, &part)).await.unwrap();
                if cuts.iter().any(|cut| (at * 3..at * 3 + 3).contains(cut)) {
                    compact(&lab, name, StreamKind::History).await;
                }
            }
            let before = shown(&lab, name).await;
            assert_eq!(before.0, want, "{name}");
            compact(&lab, name, StreamKind::History).await;
            assert_eq!(shown(&lab, name).await, before, "{name}");
            let before = (before.1, String::from_utf8(before.2).unwrap());
            let bare = format!("{before:?}").replace(name, "run");
            assert_eq!(*first.get_or_insert(bare.clone()), bare, "{name}");
        }
        // The lines of a gap come last, and are the earlier write all the same.
        let run = lab.run("late").await;
        run.append(history(0, &[r#"{"_step":0,"a":1}"#])).await.unwrap();
        run.append(history(2, &[r#"{"_step":1,"a":3}"#])).await.unwrap();
        run.append(history(1, &[r#"{"_step":1,"a":2,"b":2}"#])).await.unwrap();
        let want = [r#"{"_step":0,"a":1}"#, r#"{"_step":1,"a":3,"b":2}"#];
        assert_eq!(lab.history("late").await, want);
        compact(&lab, "late", StreamKind::History).await;
        assert_eq!(lab.history("late").await, want);
    }
}

#[tokio::test]
async fn rows_of_writers_that_share_a_run_stay_apart() {
    for lab in Lab::all().await {
        let run = lab.init("r1", |u| u.shared = true).await.run;
        for client in ["c1", "c2"] {
            let lines = [format!("{{\"rank\":\"{client}\"}}")];
            let update = history(0, &[lines[0].as_str()]);
            run.append(StreamUpdate { client: client.to_owned(), ..update }).await.unwrap();
        }
        let rows = lab.history("r1").await;
        assert_eq!(rows.len(), 2);
        compact(&lab, "r1", StreamKind::History).await;
        assert_eq!(lab.history("r1").await, rows);
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
