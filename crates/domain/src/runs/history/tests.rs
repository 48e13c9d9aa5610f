//! History, system metrics, files and console lines as the client asks for them, before and after compaction.

use serde_json::{Value, json};

use super::{HistoryQuery, ParquetHistory};
use crate::Error;
use crate::model::RunPath;
use crate::policy::{Allowed, Read, Run};
use crate::runs::{LogLine, LogQuery, StreamUpdate};
use crate::testing::{Lab, console, events, history};

fn end() -> StreamUpdate {
    StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }
}

async fn read(lab: &Lab) -> Allowed<Read, Run> {
    lab.allow::<Read>("r").await.unwrap()
}

/// Asks while the rows lie in the tail, and again when they are in segments.
async fn twice(lab: &Lab, ask: impl AsyncFn(Allowed<Read, Run>)) {
    ask(read(lab).await).await;
    lab.run("r").await.append(end()).await.unwrap();
    lab.domain.run_due_jobs().await.unwrap();
    assert_eq!(lab.count("tail").await, 0);
    ask(read(lab).await).await;
}

#[tokio::test]
async fn rows_are_whole_ordered_and_sampled_or_paged() {
    for lab in Lab::all().await {
        let run = lab.run("r").await;
        let lines: Vec<String> = (0..1000).map(|n| format!(r#"{{"_step":{n},"a":{{"b":{n}}},"x":NaN}}"#)).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        run.append(history(0, &lines)).await.unwrap();
        run.append(history(1000, &[r#"{"_step":999,"late":true}"#])).await.unwrap();
        twice(&lab, async |run| {
            let rows = run.history_rows(HistoryQuery::default()).await.unwrap();
            assert_eq!(rows.len(), 500);
            assert_eq!(rows[0], r#"{"_step":0,"a":{"b":0},"x":NaN}"#);
            assert_eq!(rows[499], r#"{"_step":999,"a":{"b":999},"late":true,"x":NaN}"#, "one row a step");
            let few = HistoryQuery { samples: Some(3), ..HistoryQuery::default() };
            assert_eq!(run.history_rows(few).await.unwrap().len(), 3);
            let page = HistoryQuery { samples: Some(10), min_step: Some(990), max_step: Some(1000) };
            assert_eq!(run.history_rows(page).await.unwrap().len(), 10, "a page of steps is never thinned out");
            let rest = HistoryQuery { min_step: Some(998), ..HistoryQuery::default() };
            assert_eq!(run.history_rows(rest).await.unwrap().len(), 2);
            assert_eq!(run.last_step().await.unwrap(), Some(999));
        })
        .await;
    }
}

#[tokio::test]
async fn sampled_rows_hold_all_keys_flat_and_only_these() {
    for lab in Lab::all().await {
        let run = lab.run("r").await;
        let lines = [
            r#"{"_step":0,"d":{"v":1},"y":"NaN?"}"#,
            r#"{"_step":1,"y":2}"#,
            r#"{"_step":2,"d":{"v":Infinity},"y":3}"#,
            r#"{"_step":3,"d":{"v":4},"y":5,"img":{"_type":"image-file","path":"p"}}"#,
        ];
        run.append(history(0, &lines)).await.unwrap();
        twice(&lab, async |run| {
            let specs = [
                r#"{"keys":["_step","d.v","_step"],"samples":100}"#,
                r#"{"keys":["_step","y"],"minStep":1,"maxStep":2,"samples":2}"#,
                r#"{"keys":["_step","img"]}"#,
                r#"{"keys":["_step","none"],"samples":5}"#,
                r#"{"samples":1}"#,
            ];
            let want: Vec<Value> = vec![
                json!([{"_step": 0, "d.v": 1.0}, {"_step": 2, "d.v": "Infinity"}, {"_step": 3, "d.v": 4.0}]),
                json!([{"_step": 1, "y": 2}, {"_step": 2, "y": 3}]),
                json!([{"_step": 3, "img": {"_type": "image-file", "path": "p"}}]),
                json!([]),
                json!([]),
            ];
            assert_eq!(run.sampled_history(&specs).await.unwrap(), want);
            assert_eq!(run.sampled_history::<&str>(&[]).await.unwrap(), Vec::<Value>::new());
            for bad in ["", "[]", r#"{"keys":[],"samples":-1}"#] {
                assert!(matches!(run.sampled_history(&[bad]).await, Err(Error::Invalid { .. })), "{bad}");
            }
        })
        .await;
    }
}

#[tokio::test]
async fn events_are_rows_without_a_step() {
    for lab in Lab::all().await {
        let run = lab.run("r").await;
        let lines =
            [r#"{"_timestamp":1.5,"_runtime":0.5,"system.cpu":3}"#, r#"{"_timestamp":2.5,"system.gpu.0.memory":7}"#];
        run.append(events(0, &lines)).await.unwrap();
        twice(&lab, async |run| {
            let want = [
                r#"{"_runtime":0.5,"_timestamp":1.5,"system.cpu":3}"#,
                r#"{"_timestamp":2.5,"system.gpu.0.memory":7}"#,
            ];
            assert_eq!(run.events(None).await.unwrap(), want);
            assert_eq!(run.events(Some(1)).await.unwrap(), want[1..]);
            assert_eq!(run.metric_keys(true).await.unwrap().len(), 5);
        })
        .await;
    }
}

#[tokio::test]
async fn a_run_is_exported_whole_or_not_at_all() {
    for lab in Lab::all().await {
        let run = lab.run("r").await;
        let none = ParquetHistory { urls: Vec::new(), live_step: None };
        assert_eq!(read(&lab).await.parquet_history().await.unwrap(), none);
        run.append(history(0, &[r#"{"_step":5,"a":1,"d":{"v":2}}"#])).await.unwrap();
        let live = ParquetHistory { urls: Vec::new(), live_step: Some(0) };
        assert_eq!(read(&lab).await.parquet_history().await.unwrap(), live);
        run.append(end()).await.unwrap();
        assert_eq!(read(&lab).await.parquet_history().await.unwrap(), live, "ended, but rows still in the tail");
        lab.domain.run_due_jobs().await.unwrap();
        let files = read(&lab).await.parquet_history().await.unwrap();
        assert_eq!((files.urls.len(), files.live_step), (1, None));
        let ticket = files.urls[0].strip_prefix("http://localhost:8080/blob/").unwrap();
        let file = lab.domain.redeem(ticket).unwrap().read(None).await.unwrap();
        assert_eq!(file.name, "r_0.runhistory.parquet");

        // More rows: live again, then exported again.
        run.append(history(1, &[r#"{"_step":6,"a":2.5}"#])).await.unwrap();
        assert_eq!(read(&lab).await.parquet_history().await.unwrap(), live);
        run.append(end()).await.unwrap();
        lab.domain.run_due_jobs().await.unwrap();
        assert!(!read(&lab).await.parquet_history().await.unwrap().urls.is_empty());

        // A metric that changes its type keeps the run live.
        run.append(history(2, &[r#"{"_step":7,"a":"text"}"#])).await.unwrap();
        run.append(end()).await.unwrap();
        lab.domain.run_due_jobs().await.unwrap();
        assert_eq!(lab.count("tail").await, 0);
        assert_eq!(read(&lab).await.parquet_history().await.unwrap(), live);
    }
}

#[tokio::test]
async fn media_keep_a_run_live() {
    for lab in Lab::all().await {
        for value in [r#"{"_type":"image-file","path":"x"}"#, "[1,2]"] {
            let name = if value.starts_with('[') { "list" } else { "media" };
            let run = lab.run(name).await;
            run.append(history(0, &[&format!(r#"{{"_step":-3,"m":{value}}}"#)])).await.unwrap();
            run.append(end()).await.unwrap();
            lab.domain.run_due_jobs().await.unwrap();
            let files = lab.allow::<Read>(name).await.unwrap().parquet_history().await.unwrap();
            assert_eq!(files, ParquetHistory { urls: Vec::new(), live_step: Some(-3) });
        }
    }
}

fn texts(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.line.as_str()).collect()
}

#[tokio::test]
async fn console_lines_come_in_pages_or_from_the_end() {
    for lab in Lab::all().await {
        let run = lab.run("r").await;
        let first = ["2026-11-21T22:24:33.1 one", "ERROR 2026-11-21T22:24:34 [50%] two", "three", "four", "five"];
        run.append(console(0, &first)).await.unwrap();
        run.append(console(2, &["THREE"])).await.unwrap();
        twice(&lab, async |run| {
            let page = run.log_lines(LogQuery { first: Some(2), ..LogQuery::default() }).await.unwrap();
            assert!(page.has_next);
            let two = &page.lines[1];
            assert_eq!((two.number, two.line.as_str(), two.label.as_deref()), (1, "[50%] two", None));
            assert_eq!((two.timestamp.as_deref(), two.level.as_deref()), (Some("2026-11-21T22:24:34"), Some("error")));
            let after = Some(page.lines[1].cursor());
            let page = run.log_lines(LogQuery { first: Some(3), after, last: None }).await.unwrap();
            assert_eq!((texts(&page.lines), page.has_next), (vec!["THREE", "four", "five"], false));
            let last = run.log_lines(LogQuery { last: Some(2), ..LogQuery::default() }).await.unwrap();
            assert_eq!(texts(&last.lines), ["four", "five"]);
            assert_eq!(run.log_lines(LogQuery::default()).await.unwrap().lines.len(), 5);
            assert_eq!(run.log_line_count().await.unwrap(), 5);
            let bad = LogQuery { after: Some("x".into()), ..LogQuery::default() };
            assert!(matches!(run.log_lines(bad).await, Err(Error::Invalid { .. })));
        })
        .await;
        // A gap and a second writer: numbers are not dense, and no line is lost.
        run.append(console(100, &["far"])).await.unwrap();
        let shared = StreamUpdate { client: "c2".into(), ..console(0, &["2026-11-21T22:24:35 [rank1] other"]) };
        run.append(shared).await.unwrap();
        let run = read(&lab).await;
        let last = run.log_lines(LogQuery { last: Some(3), ..LogQuery::default() }).await.unwrap();
        assert_eq!(texts(&last.lines), ["five", "far", "other"]);
        assert_eq!(last.lines[2].label.as_deref(), Some("rank1"));
        assert_eq!(last.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [4, 5, 6]);
        let page = run.log_lines(LogQuery { first: Some(6), ..LogQuery::default() }).await.unwrap();
        assert_eq!((page.lines.len(), page.has_next), (6, true));
    }
}

#[tokio::test]
async fn a_stranger_reads_nothing_of_a_run() {
    for lab in Lab::all().await {
        lab.run("r").await;
        let path = RunPath::new("team", "p", "r");
        assert!(matches!(lab.mallory.allow::<Read, Run>(&path).await, Err(Error::Denied(_))));
        assert!(
            lab.victor
                .allow::<Read, Run>(&path)
                .await
                .unwrap()
                .history_rows(HistoryQuery::default())
                .await
                .unwrap()
                .is_empty()
        );
    }
}
