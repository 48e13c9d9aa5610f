//! Reading back what was logged, before and after compaction.

use serde_json::json;

use super::HistoryQuery;
use crate::policy::Read;
use crate::runs::{LogQuery, SeriesRequest, StreamUpdate};
use crate::testing::{Lab, console, events, history};

const ROWS: &[&str] = &[
    r#"{"_step":0,"loss":1.0,"dict":{"val1":0.5}}"#,
    r#"{"_step":1,"loss":NaN}"#,
    r#"{"_step":2,"loss":0.25,"dict":{"val1":0.1}}"#,
];

/// Runs `check` on a running run, then on the same run ended and compacted.
async fn twice(check: impl AsyncFn(&Lab, bool)) {
    for lab in Lab::all().await {
        let run = lab.run("r1").await;
        run.append(history(0, ROWS)).await.unwrap();
        run.append(events(0, &[r#"{"_timestamp":1.5,"system.cpu":3}"#])).await.unwrap();
        run.append(console(0, &["a", "b", "c"])).await.unwrap();
        run.append(console(1, &["B"])).await.unwrap();
        check(&lab, false).await;
        run.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
        lab.domain.run_due_jobs().await.unwrap();
        assert_eq!(lab.count("tail").await, 0);
        check(&lab, true).await;
    }
}

#[tokio::test]
async fn rows_come_back_as_they_were_logged() {
    twice(async |lab, _| {
        let run = lab.allow::<Read>("r1").await.unwrap();
        let rows = run.history(HistoryQuery::default()).await.unwrap();
        let want = [r#"{"_step":0,"loss":1,"dict":{"val1":0.5}}"#, r#"{"_step":1,"loss":NaN}"#];
        assert_eq!(rows.len(), 3);
        for (row, want) in rows.iter().zip(want) {
            assert_eq!(::history::json::parse(row).unwrap(), ::history::json::parse(want).unwrap());
        }
        let part = HistoryQuery { samples: None, steps: Some(1..2) };
        assert_eq!(run.history(part).await.unwrap().len(), 1);
        assert_eq!(run.events(HistoryQuery::default()).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn sampled_rows_hold_all_keys_flat_and_strict() {
    twice(async |lab, _| {
        let run = lab.allow::<Read>("r1").await.unwrap();
        let specs = [
            r#"{"keys":["_step","dict.val1","_step"],"samples":10}"#.to_owned(),
            r#"{"keys":["_step","loss"],"minStep":1,"maxStep":1}"#.to_owned(),
            "{}".to_owned(),
        ];
        let answers = run.sampled_history(&specs).await.unwrap();
        assert_eq!(answers[0], json!([{"_step": 0, "dict.val1": 0.5}, {"_step": 2, "dict.val1": 0.1}]));
        assert_eq!(answers[1], json!([{"_step": 1, "loss": "NaN"}]));
        assert_eq!(answers[2], json!([]));
        assert!(run.sampled_history(&["nonsense".to_owned()]).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn keys_are_known_without_reading_rows() {
    twice(async |lab, _| {
        let run = lab.allow::<Read>("r1").await.unwrap();
        let keys = run.history_keys().await.unwrap().to_history_keys();
        assert_eq!(keys["lastStep"], 2);
        assert_eq!(keys["keys"]["dict.val1"]["previousValue"], 0.1);
        let all = run.project().metric_keys().await.unwrap();
        let loss = all.iter().find(|k| k.key == "loss").unwrap();
        assert_eq!((loss.runs, loss.kind.as_str()), (1, "number"));
        assert_eq!(run.system_keys().await.unwrap().iter().filter(|k| k.key == "system.cpu").count(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_ended_run_is_exported_whole_or_not_at_all() {
    twice(async |lab, ended| {
        let parquet = lab.allow::<Read>("r1").await.unwrap().parquet_history().await.unwrap();
        match ended {
            false => assert_eq!((parquet.urls.len(), parquet.live_from), (0, Some(0))),
            true => assert_eq!((parquet.urls.len(), parquet.live_from), (1, None)),
        }
    })
    .await;
}

#[tokio::test]
async fn console_lines_are_as_last_rewritten() {
    twice(async |lab, _| {
        let run = lab.allow::<Read>("r1").await.unwrap();
        let texts = |page: crate::runs::LogPage| page.lines.into_iter().map(|l| l.text).collect::<Vec<_>>();
        assert_eq!(texts(run.console(LogQuery::default()).await.unwrap()), ["a", "B", "c"]);
        let last = run.console(LogQuery { last: Some(2), ..Default::default() }).await.unwrap();
        assert_eq!(texts(last), ["B", "c"]);
        let page = run.console(LogQuery { first: Some(1), after: Some(0), last: None }).await.unwrap();
        assert!(page.has_next);
        assert_eq!(texts(page), ["B"]);
        assert_eq!(run.console_line_count().await.unwrap(), 3);
    })
    .await;
}

#[tokio::test]
async fn charts_get_points_and_are_told_of_missing_runs() {
    twice(async |lab, _| {
        let project = lab.allow::<Read>("r1").await.unwrap().project();
        let request = SeriesRequest {
            runs: vec!["nope".to_owned(), "r1".to_owned()],
            keys: vec!["loss".to_owned(), "dict.val1".to_owned()],
            x: "_step".to_owned(),
            system: false,
            range: None,
            buckets: 100,
        };
        let answer = project.series(request).await.unwrap();
        assert_eq!(answer.missing, ["nope"]);
        assert_eq!(answer.series[0].series.x, [0.0, 2.0]);
        assert_eq!(answer.series[0].series.nan, 1);
        assert_eq!(answer.series[1].series.mean, [0.5, 0.1]);
    })
    .await;
}
