//! Backup, restore and verify: from every database to every database.

use domain::policy::{Administer, Allowed, Org};
use serde_json::{Value, json};

use crate::support::{BASE_URL, Client, TestServer, on_every_database};

const EVERYTHING: &str = "{ viewer { username email keys { id name } } models(entityName: \"ann\") { edges { node { name visibility \
    runs { edges { node { name displayName state config summaryMetrics historyLineCount history logLineCount \
    files { edges { node { name sizeBytes md5 } } } alerts { title } } } } } } } }";

/// A run with history, console, a file and an alert.
async fn fill(ann: &Client) {
    let upsert = "mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\", config: \"{\\\"lr\\\":{\\\"value\\\":0.1}}\"}) { bucket { id } } }";
    ann.data(upsert, json!({})).await;
    let rows: Vec<_> =
        (0..500).map(|i| format!(r#"{{"_step":{i},"loss":{},"note":"é\u0000"}}"#, 1.0 / f64::from(i + 1))).collect();
    let body = json!({ "files": {
        "wandb-history.jsonl": { "offset": 0, "content": rows },
        "output.log": { "offset": 0, "content": ["2026-11-21T22:24:33.157959 hello"] },
    }});
    assert_eq!(ann.post("/files/ann/p/r1/file_stream", body).await.status, 200);
    let urls = "mutation { createRunFiles(input: {entityName: \"ann\", projectName: \"p\", runName: \"r1\", files: [\"a.txt\", \"empty\"]}) \
                { files { uploadUrl } } }";
    for (file, text) in
        ann.data(urls, json!({})).await["createRunFiles"]["files"].as_array().unwrap().iter().zip(["text", ""])
    {
        let url = file["uploadUrl"].as_str().unwrap().strip_prefix(BASE_URL).unwrap();
        assert_eq!(ann.put(url, text).await.status, 200);
    }
    let alert = "mutation { notifyScriptableRunAlert(input: {entityName: \"ann\", projectName: \"p\", runName: \"r1\", title: \"hot\", text: \"t\"}) { success } }";
    ann.data(alert, json!({})).await;
}

async fn backup(organization: &Allowed<Administer, Org>) -> Vec<u8> {
    let (copied, bytes) = organization.backup(Vec::new(), |_, _| {}).await.unwrap();
    assert_eq!(copied.blobs, 2);
    bytes
}

#[tokio::test]
async fn what_was_backed_up_is_there_after_restoring() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        fill(&ann).await;
        let before: Value = ann.data(EVERYTHING, json!({})).await;
        let file = backup(&server.organization().await).await;
        on_every_database(async |other: TestServer| {
            let copied = other.organization().await.restore(file.as_slice(), |_, _| {}).await.unwrap();
            assert_eq!(copied.blobs, 2);
            let ann = ann.clone().to(&other);
            assert_eq!(ann.data(EVERYTHING, json!({})).await, before);
            let report = other.organization().await.verify(|_, _| {}).await.unwrap();
            assert_eq!((report.files, report.unreferenced, report.damage), (2, 0, Vec::new()));
            // Ids go on where the old server stopped.
            other.user("bob").await;
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_holds_something_is_not_overwritten() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        fill(&ann).await;
        let before = ann.data(EVERYTHING, json!({})).await;
        let organization = server.organization().await;
        let file = backup(&organization).await;
        let error = organization.restore(file.as_slice(), |_, _| {}).await.unwrap_err();
        assert!(error.to_string().starts_with("DATABASE_NOT_EMPTY"), "{error}");
        assert_eq!(ann.data(EVERYTHING, json!({})).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_damaged_backup_restores_nothing() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        fill(&ann).await;
        let file = backup(&server.organization().await).await;
        on_every_database(async |other: TestServer| {
            let organization = other.organization().await;
            let mut changed = file.clone();
            let at = changed.windows(4).position(|w| w == b"text").unwrap();
            changed[at] = b'T';
            let wrong =
                [&b"not a tar file"[..], &[0; 2048], &file[..file.len() / 2], &file[..file.len() - 1536], &changed];
            for file in wrong {
                let error = organization.restore(file, |_, _| {}).await.unwrap_err();
                assert!(error.to_string().starts_with("BACKUP_"), "{error}");
                assert!(organization.users().await.unwrap().is_empty());
            }
            organization.restore(file.as_slice(), |_, _| {}).await.unwrap();
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn verify_names_what_is_lost_or_changed() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        fill(&ann).await;
        let files = server.blob_files("files");
        let (text, empty): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.metadata().unwrap().len() == 4);
        std::fs::write(&text[0], "tex!").unwrap();
        std::fs::remove_file(&empty[0]).unwrap();
        std::fs::write(text[0].with_file_name("stray"), "x").unwrap();
        let report = server.organization().await.verify(|_, _| {}).await.unwrap();
        let mut problems: Vec<_> = report.damage.iter().map(|d| (d.what.as_str(), d.problem.code())).collect();
        problems.sort_unstable();
        assert_eq!(problems, [("ann/p/r1: a.txt", "STORED_CHANGED"), ("ann/p/r1: empty", "STORED_MISSING")]);
        assert_eq!(report.unreferenced, 1);
    })
    .await;
}
