//! Exports, on every database.

use ::history::segment;
use bytes::Bytes;
use futures::TryStreamExt;

use super::{Chunks, Exported, Format, HistoryExport};
use crate::Error;
use crate::artifacts::tests::log;
use crate::model::ProjectPath;
use crate::policy::{Allowed, Project, Read};
use crate::runs::StreamUpdate;
use crate::testing::{Lab, events, history};

async fn project(lab: &Lab) -> Allowed<Read, Project> {
    lab.victor.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap()
}

async fn whole(chunks: Chunks) -> Bytes {
    let parts: Vec<Bytes> = chunks.try_collect().await.unwrap();
    parts.concat().into()
}

async fn csv(chunks: Chunks) -> Vec<String> {
    let text = String::from_utf8(whole(chunks).await.to_vec()).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Two runs: `a` ended, with rows in a segment; `b` runs.
async fn runs(lab: &Lab) {
    let set = |n: f64| Some(format!("{{\"lr\":{{\"value\":{n}}}}}"));
    let a = lab.init("a", |upsert| upsert.change.config = set(0.5)).await.run;
    lab.clock().advance(std::time::Duration::from_secs(1));
    let b = lab.init("b", |upsert| upsert.change.config = set(2.0)).await.run;
    a.append(history(0, &[r#"{"_step":0,"x":1,"s":"t"}"#, r#"{"_step":1,"x":NaN,"d":{"v":true}}"#])).await.unwrap();
    a.append(events(0, &[r#"{"_step":0,"system.cpu":5}"#])).await.unwrap();
    a.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
    while lab.domain.run_due_jobs().await.unwrap() > 0 {}
    b.append(history(0, &[r#"{"_step":3,"x":2,"s":4}"#])).await.unwrap();
}

#[tokio::test]
async fn rows_of_many_runs_are_one_table() {
    for lab in Lab::all().await {
        runs(&lab).await;
        let project = project(&lab).await;
        let all = project.export_history(HistoryExport::default(), Format::Csv).await.unwrap();
        let expected = [r#""_run","_step","d.v","s","x""#, r#""a",0,,"t",1"#, r#""a",1,true,,NaN"#, r#""b",3,,"4",2"#];
        assert_eq!(csv(all).await, expected);
        let some = HistoryExport {
            filters: Some(r#"{"config.lr":2}"#.to_owned()),
            keys: Some(vec!["x".to_owned()]),
            ..Default::default()
        };
        let some = project.export_history(some, Format::Csv).await.unwrap();
        assert_eq!(csv(some).await, [r#""_run","_step","x""#, r#""b",3,2"#]);
        let system = HistoryExport { runs: Some(vec!["a".to_owned()]), system: true, ..Default::default() };
        let system = project.export_history(system, Format::Csv).await.unwrap();
        assert_eq!(csv(system).await[0], r#""_run","_step","system.cpu""#);
        let file = whole(project.export_history(HistoryExport::default(), Format::Parquet).await.unwrap()).await;
        assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
        let none = HistoryExport { runs: Some(Vec::new()), ..Default::default() };
        assert_eq!(csv(project.export_history(none, Format::Csv).await.unwrap()).await.len(), 1);
    }
}

#[tokio::test]
async fn the_run_table_has_every_column() {
    for lab in Lab::all().await {
        runs(&lab).await;
        let project = project(&lab).await;
        let rows = csv(project.export_runs(None, Some("-config.lr"), Format::Csv).await.unwrap()).await;
        let names: Vec<&str> = rows[0].split(',').collect();
        let place = |name: &str| names.iter().position(|known| *known == format!("\"{name}\"")).unwrap();
        let cells: Vec<Vec<&str>> = rows[1..].iter().map(|row| row.split(',').collect()).collect();
        assert_eq!(cells.iter().map(|row| row[place("name")]).collect::<Vec<_>>(), ["\"b\"", "\"a\""]);
        assert_eq!(cells.iter().map(|row| row[place("config.lr")]).collect::<Vec<_>>(), ["2", "0.5"]);
        assert_eq!(cells[1][place("state")], "\"finished\"");
        let some = project.export_runs(Some(r#"{"name":"a"}"#), None, Format::Csv).await.unwrap();
        assert_eq!(csv(some).await.len(), 2);
        assert!(matches!(project.export_runs(Some("["), None, Format::Csv).await, Err(Error::Invalid(_))));
    }
}

#[tokio::test]
async fn a_folder_is_written_once_and_then_brought_up_to_date() {
    for lab in Lab::all().await {
        runs(&lab).await;
        let project = project(&lab).await;
        let folder = tempfile::tempdir().unwrap();
        let export = async || project.export_folder(folder.path(), None, |_, _| {}).await.unwrap();
        let first = export().await;
        assert_eq!((first.runs, first.unchanged, first.files), (2, 0, 3));
        let path = |name: &str| folder.path().join(name);
        let rows = segment::read(Bytes::from(std::fs::read(path("history/_run=a/00000.parquet")).unwrap()), None, None);
        assert_eq!(rows.unwrap().len(), 2);
        for name in ["manifest.json", "runs.parquet", "history/_run=b/00000.parquet", "system/_run=a/00000.parquet"] {
            assert!(path(name).exists(), "{name}");
        }
        assert_eq!(export().await, Exported { unchanged: 2, ..first });
        // Cut off in the middle of a run: its entry is missing, and a file is there in part.
        std::fs::remove_file(path("done/b.json")).unwrap();
        std::fs::write(path("history/_run=b/00001.parquet.part"), "PAR").unwrap();
        assert_eq!(export().await, Exported { unchanged: 1, ..first });
        assert!(!path("history/_run=b/00001.parquet.part").exists());
        lab.clock().advance(std::time::Duration::from_secs(1));
        lab.allow::<crate::policy::Delete>("a").await.unwrap().delete().await.unwrap();
        lab.run("b").await.append(history(1, &[r#"{"_step":4,"x":2}"#])).await.unwrap();
        let after = export().await;
        assert_eq!((after.runs, after.unchanged, after.files), (1, 0, 1));
        assert!(!path("history/_run=a").exists() && !path("done/a.json").exists());
    }
}

#[tokio::test]
async fn versions_of_artifacts_are_written_once_and_share_what_they_share() {
    use std::os::unix::fs::MetadataExt;
    for lab in Lab::all().await {
        lab.run("r").await;
        log(&lab, &[("a/b.txt", b"same"), ("c", b"old")]).await;
        let newer = log(&lab, &[("a/b.txt", b"same"), ("c", b"new")]).await;
        let project = project(&lab).await;
        let folder = tempfile::tempdir().unwrap();
        let export = async |filters| project.export_folder(folder.path(), filters, |_, _| {}).await.unwrap();
        let first = export(None).await;
        assert_eq!((first.versions, first.files, first.bytes), (2, 4, 14));
        let path = |name: &str| folder.path().join("artifacts/data").join(name);
        assert_eq!(std::fs::read(path("v0/files/c")).unwrap(), b"old");
        assert_eq!(std::fs::read(path("v1/files/a/b.txt")).unwrap(), b"same");
        assert_eq!(std::fs::metadata(path("v1/files/a/b.txt")).unwrap().nlink(), 2, "one file for both");
        let about = || -> serde_json::Value {
            serde_json::from_slice(&std::fs::read(path("v1/artifact.json")).unwrap()).unwrap()
        };
        assert_eq!((&about()["digest"], &about()["aliases"][0]), (&newer.row.digest.into(), &"latest".into()));
        let manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path("v0/manifest.json")).unwrap()).unwrap();
        assert_eq!(manifest["contents"]["c"]["size"], 3);
        // Cut off in the middle of a version.
        std::fs::remove_file(path("v1/artifact.json")).unwrap();
        std::fs::write(path("v1/files/left"), "left").unwrap();
        assert_eq!(export(None).await, Exported { unchanged: 1, ..first });
        assert!(!path("v1/files/left").exists());
        // Of runs that logged nothing.
        assert_eq!(export(Some(r#"{"name":"r"}"#)).await.versions, 0);
        assert!(!path("v0").exists());
    }
}

#[test]
fn names_are_plain_in_paths() {
    assert_eq!(super::folder::plain("weird id+é.."), "weird%20id%2B%C3%A9%2E%2E");
}
