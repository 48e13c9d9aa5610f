//! Artifacts from the first request to the last byte, on every database.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{TryStreamExt, stream};
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::*;
use crate::db::sql;
use crate::model::{CollectionPath, ProjectPath};
use crate::policy::{
    Allowed, Artifact, Collection, Delete, LogArtifact, Place, Project, Read, Session, TicketUse, Update,
};
use crate::testing::Lab;
use crate::{Domain, Error, Problem};

fn md5(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

/// Hex MD5 over names and digests, as the client computes it.
fn digest(contents: &Map<String, Value>) -> String {
    let mut entries: Vec<_> = contents.iter().collect();
    entries.sort_by_key(|(name, _)| name.as_str());
    let mut text = String::from("wandb-artifact-manifest-v1\n");
    for (name, entry) in entries {
        text += &format!("{name}:{}\n", entry["digest"].as_str().unwrap());
    }
    Md5::digest(text).iter().map(|b| format!("{b:02x}")).collect()
}

fn contents(files: &[(&str, &[u8])]) -> Map<String, Value> {
    let entry =
        |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), json!({ "digest": md5(bytes), "size": bytes.len() }));
    files.iter().map(entry).collect()
}

async fn put(domain: &Domain, url: &str, bytes: &[u8]) -> Result<Option<String>, Error> {
    let ticket = domain.redeem(url.rsplit('/').next().unwrap())?;
    let announced = Some(bytes.len() as u64);
    ticket.receive(stream::iter([Ok(Bytes::copy_from_slice(bytes))]), announced).await
}

async fn get(domain: &Domain, url: &str) -> Result<Vec<u8>, Error> {
    let file = domain.redeem(url.rsplit('/').next().unwrap())?.read(None).await?;
    let parts: Vec<Bytes> = file.download.stream.try_collect().await?;
    Ok(parts.concat())
}

async fn place(session: &Session, project: &str) -> Allowed<LogArtifact, Place> {
    session.allow::<LogArtifact, Place>(&ProjectPath::new("team", project).place()).await.unwrap()
}

async fn project(lab: &Lab) -> Allowed<Read, Project> {
    lab.victor.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap()
}

/// Begins a version of `team/p/data`.
async fn begin(lab: &Lab, contents: &Map<String, Value>, change: impl FnOnce(&mut NewArtifact)) -> ArtifactVersion {
    let mut new = NewArtifact {
        collection: "data".to_owned(),
        type_name: "dataset".to_owned(),
        digest: digest(contents),
        deduplicate: true,
        ..NewArtifact::default()
    };
    change(&mut new);
    place(&lab.alice, "p").await.create_artifact(new).await.unwrap().artifact
}

async fn change(lab: &Lab, id: i64) -> Allowed<Update, Artifact> {
    let path = lab.alice.artifact_path(id).await.unwrap().unwrap();
    lab.alice.allow::<Update, Artifact>(&path).await.unwrap()
}

/// Sends the files that the server wants; how many it wanted.
async fn send(lab: &Lab, id: i64, files: &[(&str, &[u8])]) -> usize {
    let specs: Vec<_> =
        files.iter().map(|(name, bytes)| FileSpec { name: (*name).to_owned(), md5: md5(bytes), parts: None }).collect();
    let mut sent = 0;
    for (upload, (_, bytes)) in change(lab, id).await.create_files(&specs).await.unwrap().iter().zip(files) {
        if let Some(url) = &upload.url {
            put(&lab.domain, url, bytes).await.unwrap();
            sent += 1;
        }
    }
    sent
}

/// Sends a manifest.
async fn manifest(lab: &Lab, id: i64, kind: ManifestKind, base: Option<i64>, contents: &Value) {
    let text = json!({
        "version": 1, "storagePolicy": "wandb-storage-policy-v1", "storagePolicyConfig": {"storageLayout": "V2"},
        "contents": contents,
    });
    manifest_text(lab, id, kind, base, &text.to_string()).await;
}

async fn manifest_text(lab: &Lab, id: i64, kind: ManifestKind, base: Option<i64>, text: &str) {
    let new = NewManifest { name: "m".to_owned(), kind, digest: md5(text.as_bytes()), base };
    let upload = change(lab, id).await.create_manifest(new).await.unwrap();
    put(&lab.domain, &upload.url, text.as_bytes()).await.unwrap();
}

/// Logs a version of `team/p/data` whole.
pub(crate) async fn log(lab: &Lab, files: &[(&str, &[u8])]) -> ArtifactVersion {
    let contents = contents(files);
    let id = begin(lab, &contents, |_| {}).await.row.artifact_id;
    send(lab, id, files).await;
    manifest(lab, id, ManifestKind::Full, None, &Value::Object(contents)).await;
    change(lab, id).await.commit().await.unwrap()
}

async fn names(version: &ArtifactVersion) -> Vec<String> {
    version.files(EntryQuery::default()).await.unwrap().files.into_iter().map(|file| file.name).collect()
}

fn invalid(result: Result<impl std::fmt::Debug, Error>) -> &'static str {
    match result {
        Err(Error::Invalid(problem)) => problem.code(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_version_is_there_after_its_commit_and_the_same_again_is_the_same() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let files: [(&str, &[u8]); 3] = [("b/x", b"two"), ("a", b"one"), ("b/y", b"two")];
        let all = contents(&files);
        let pending = begin(&lab, &all, |new| {
            new.run = Some("r1".to_owned());
            new.client_id = Some("client".to_owned());
            new.aliases = vec!["best".to_owned()];
        });
        let pending = pending.await;
        let id = pending.row.artifact_id;
        assert_eq!((pending.row.state.as_str(), pending.row.version), ("PENDING", None));
        assert!(project(&lab).await.artifact("data:latest").await.unwrap().is_none());
        assert_eq!(lab.victor.artifact_of_client("client").await.unwrap().unwrap().row.artifact_id, id);
        assert_eq!(send(&lab, id, &files).await, 3);
        manifest(&lab, id, ManifestKind::Full, None, &Value::Object(all.clone())).await;
        let done = change(&lab, id).await.commit().await.unwrap();
        assert_eq!(
            (done.row.state.as_str(), done.row.version, done.row.bytes, done.row.file_count),
            ("COMMITTED", Some(0), 9, 3)
        );
        // Committing again, as a client does that missed the answer.
        assert_eq!(change(&lab, id).await.commit().await.unwrap().row.version, Some(0));
        for name in ["data", "data:latest", "data:best", "data:v0", &format!("data:{}", done.row.digest)] {
            assert_eq!(project(&lab).await.artifact(name).await.unwrap().unwrap().row.artifact_id, id, "{name}");
        }
        assert_eq!(names(&done).await, ["a", "b/x", "b/y"]);
        for (file, bytes) in done.files(EntryQuery::default()).await.unwrap().files.iter().zip([b"one", b"two", b"two"])
        {
            assert_eq!(get(&lab.domain, &file.url).await.unwrap(), bytes);
        }
        let sent = get(&lab.domain, &done.manifest_url().await.unwrap().unwrap()).await.unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&sent).unwrap()["contents"]["a"]["size"], 3);
        assert_eq!(lab.count("project_object").await, 2, "the same bytes once");
        let again = begin(&lab, &all, |new| new.aliases = vec!["gold".to_owned()]).await;
        assert_eq!((again.row.artifact_id, again.row.state.as_str()), (id, "COMMITTED"));
        assert!(project(&lab).await.artifact("data:gold").await.unwrap().is_some());
        // Only what is new is asked for.
        let other = begin(&lab, &contents(&[("z", b"three"), ("a", b"one")]), |_| {}).await.row.artifact_id;
        assert_eq!(send(&lab, other, &[("z", b"three"), ("a", b"one")]).await, 1);
        let run = lab.allow::<Read>("r1").await.unwrap();
        assert_eq!(run.logged_artifacts().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn small_files_that_arrive_together_are_told_apart() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        log(&lab, &[("old", b"content 7")]).await;
        let bytes: Vec<Vec<u8>> = (0..300).map(|n| format!("content {}", n / 2).into_bytes()).collect();
        let id = begin(&lab, &contents(&[("first", b"x")]), |_| {}).await.row.artifact_id;
        let other = begin(&lab, &contents(&[("other", b"x")]), |_| {}).await.row.artifact_id;
        let ticket = |artifact: i64, md5: String| {
            let text = lab.domain.sign(TicketUse::PutObject { artifact, md5 }).unwrap();
            lab.domain.redeem(&text).unwrap()
        };
        // Every file for both versions; some with other bytes than announced, some of another length, some for a version that
        // takes none.
        let committed = project(&lab).await.artifact("data:v0").await.unwrap().unwrap().row.artifact_id;
        let mut all = Vec::new();
        for (n, bytes) in bytes.iter().enumerate() {
            for artifact in [id, other] {
                all.push((ticket(artifact, md5(bytes)), bytes.clone(), bytes.len(), "stored"));
            }
            all.push((ticket(id, md5(b"else")), bytes.clone(), bytes.len(), "UPLOAD_DIGEST"));
            all.push((ticket(id, md5(bytes)), bytes.clone(), bytes.len() + n % 2 + 1, "UPLOAD_LENGTH"));
            all.push((ticket(committed, md5(bytes)), bytes.clone(), bytes.len(), "ADDRESS_OLD"));
        }
        let answers = futures::future::join_all(all.into_iter().map(|(ticket, bytes, length, expected)| async move {
            let got = ticket.receive(stream::iter([Ok(Bytes::from(bytes))]), Some(length as u64)).await;
            let told = match got {
                Ok(_) => "stored",
                Err(Error::Invalid(problem) | Error::NotFound(problem)) => problem.code(),
                Err(e) => panic!("{e}"),
            };
            assert_eq!(told, expected);
        }));
        assert_eq!(answers.await.len(), 1500);
        assert_eq!((lab.count("object").await, lab.count("project_object").await), (150, 150));
        let jobs = "SELECT COUNT(*) FROM job WHERE kind = 'discard'";
        let (jobs,): (i64,) = sql(jobs).one(lab.domain.db()).await.unwrap();
        assert!(jobs < 60, "one for a group, not one for a file: {jobs}");
        // What was stored twice goes; what is named stays.
        lab.clock().advance(std::time::Duration::from_secs(7200));
        while lab.domain.run_due_jobs().await.unwrap() > 0 {}
        assert_eq!(lab.domain.blobs().list("objects").await.unwrap().len(), 150);
        let report = lab.domain.operator().allow::<crate::policy::Administer, crate::policy::Org>(&()).await.unwrap();
        let report = report.verify(|_, _| {}).await.unwrap();
        assert_eq!((report.files, report.unreferenced, report.damage), (150, 0, Vec::new()));
    }
}

#[tokio::test]
async fn a_manifest_in_any_order_is_the_same() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        // More than are passed on together, each way.
        let entry = |n: usize| (format!("{n:05}"), json!({ "digest": "d", "ref": "s3://b/x", "size": 2 }));
        for reversed in [false, true] {
            let numbers = 0..4500_usize;
            let all: Map<String, Value> = match reversed {
                false => numbers.map(entry).collect(),
                true => numbers.rev().map(entry).collect(),
            };
            let id = begin(&lab, &all, |new| new.deduplicate = false).await.row.artifact_id;
            manifest(&lab, id, ManifestKind::Full, None, &Value::Object(all.clone())).await;
            let done = change(&lab, id).await.commit().await.unwrap();
            assert_eq!((done.row.file_count, done.row.bytes, done.row.digest), (4500, 9000, digest(&all)));
        }
    }
}

#[tokio::test]
async fn manifests_that_lie_are_refused_and_change_nothing() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let honest = log(&lab, &[("a", b"one")]).await;
        let good = json!({ "digest": md5(b"one"), "size": 3 });
        for (code, name, entry) in [
            ("ARTIFACT_FILE_MISSING", "a", json!({ "digest": md5(b"never sent"), "size": 3 })),
            ("ARTIFACT_FILE_SIZE", "a", json!({ "digest": md5(b"one"), "size": 4 })),
            ("ARTIFACT_DIGEST", "c", good.clone()),
            ("FILE_NAME_PARTS", "../a", good.clone()),
            ("FILE_NAME_PARTS", "/etc/passwd", good.clone()),
            ("MANIFEST_BROKEN", "a", json!({ "size": 3 })),
            ("MANIFEST_BROKEN", "a", json!("text")),
        ] {
            let id = begin(&lab, &contents(&[("other", b"x")]), |_| {}).await.row.artifact_id;
            let mut lie = Map::new();
            lie.insert(name.to_owned(), entry);
            manifest(&lab, id, ManifestKind::Full, None, &Value::Object(lie)).await;
            assert_eq!(invalid(change(&lab, id).await.commit().await), code);
            let latest = project(&lab).await.artifact("data:latest").await.unwrap().unwrap();
            assert_eq!(latest.row.artifact_id, honest.row.artifact_id);
        }
        let id = begin(&lab, &contents(&[("other", b"x")]), |_| {}).await.row.artifact_id;
        assert_eq!(invalid(change(&lab, id).await.commit().await), "MANIFEST_MISSING");
        let deep = |n: usize| format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n));
        for text in [
            "".to_owned(),
            "[]".to_owned(),
            "{\"version\": 2, \"contents\": {}}".to_owned(),
            "{\"version\": 1}".to_owned(),
            format!("{{\"version\": 1, \"more\": {}, \"contents\": {{}}}}", deep(1_000_000)),
            format!("{{\"version\": 1, \"contents\": {{\"a\": {{\"digest\": \"d\", \"extra\": {}}}}}}}", deep(700_000)),
            format!("{{\"version\": 1, \"contents\": {}}}", deep(1_000_000)),
            format!("{{\"version\": 1, \"contents\": {{\"{}\": {{\"digest\": \"d\"}}}}}}", "n".repeat(6 << 20)),
        ] {
            let id = begin(&lab, &contents(&[("other", b"x")]), |_| {}).await.row.artifact_id;
            manifest_text(&lab, id, ManifestKind::Full, None, &text).await;
            let start: String = text.chars().take(60).collect();
            assert_eq!(invalid(change(&lab, id).await.commit().await), "MANIFEST_BROKEN", "{start}");
        }
        // Bytes that are not those announced.
        let spec = FileSpec { name: "x".to_owned(), md5: md5(b"announced"), parts: None };
        let upload = change(&lab, id).await.create_files(&[spec]).await.unwrap();
        let wrong = put(&lab.domain, upload[0].url.as_ref().unwrap(), b"another").await;
        assert_eq!(invalid(wrong), "UPLOAD_DIGEST");
        assert_eq!(lab.count("project_object").await, 1);
    }
}

#[tokio::test]
async fn incremental_and_distributed_manifests_are_merged() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let base = log(&lab, &[("a", b"one"), ("b", b"two")]).await;
        let more: [(&str, &[u8]); 2] = [("b", b"new"), ("c", b"three")];
        let id = begin(&lab, &contents(&more), |_| {}).await.row.artifact_id;
        send(&lab, id, &more).await;
        let sent = Value::Object(contents(&more));
        manifest(&lab, id, ManifestKind::Incremental, Some(base.row.artifact_id), &sent).await;
        let grown = change(&lab, id).await.commit().await.unwrap();
        assert_eq!(names(&grown).await, ["a", "b", "c"]);
        let whole = contents(&[("a", b"one"), ("b", b"new"), ("c", b"three")]);
        assert_eq!(grown.row.digest, digest(&whole));
        let stored = get(&lab.domain, &grown.manifest_url().await.unwrap().unwrap()).await.unwrap();
        let stored: Value = serde_json::from_slice(&stored).unwrap();
        assert_eq!(stored["contents"]["b"]["digest"], md5(b"new"));

        let mut ids = Vec::new();
        for (name, bytes) in [("p0", b"zero".as_slice()), ("p1", b"one!")] {
            let mine = contents(&[(name, bytes)]);
            let id = begin(&lab, &mine, |new| new.distributed_id = Some("both".to_owned())).await.row.artifact_id;
            send(&lab, id, &[(name, bytes)]).await;
            let mut sent = mine;
            sent.insert(
                format!("{name}.ref"),
                json!({ "digest": "etag", "ref": "s3://b/k", "size": 7, "extra": {"etag": "e"} }),
            );
            manifest(&lab, id, ManifestKind::Patch, None, &Value::Object(sent)).await;
            ids.push(id);
        }
        assert_eq!(ids[0], ids[1]);
        let both = change(&lab, ids[0]).await.commit().await.unwrap();
        assert_eq!(names(&both).await, ["p0", "p0.ref", "p1", "p1.ref"]);
        assert_eq!((both.row.bytes, both.row.version), (22, Some(2)));
        let page = both.files(EntryQuery { first: Some(1), after: None, names: None }).await.unwrap();
        assert!(page.has_next && page.total == 4);
        let after = Some(page.files[0].cursor());
        let next = both.files(EntryQuery { first: Some(9), after, names: None }).await.unwrap();
        assert_eq!((next.files.len(), next.files[0].url.as_str()), (3, "s3://b/k"));
    }
}

#[tokio::test]
async fn files_come_in_parts_and_are_read_in_ranges() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let whole = [vec![1_u8; 1000], vec![2; 1000], vec![3; 10]].concat();
        let hex = |bytes: &[u8]| Md5::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<String>();
        let parts = whole.chunks(1000).zip(1..).map(|(part, n)| (n, hex(part))).collect();
        let all = contents(&[("big", &whole)]);
        let id = begin(&lab, &all, |_| {}).await.row.artifact_id;
        let artifact = change(&lab, id).await;
        let spec = FileSpec { name: "big".to_owned(), md5: md5(&whole), parts: Some(parts) };
        let upload = artifact.create_files(&[spec]).await.unwrap().remove(0);
        let multipart = upload.multipart.unwrap();
        for (part, bytes) in multipart.parts.iter().zip(whole.chunks(1000)).skip(1) {
            assert!(put(&lab.domain, &part.url, bytes).await.unwrap().is_some());
        }
        assert_eq!(invalid(artifact.complete_parts(multipart.id, &upload.storage_path).await), "UPLOAD_PART_MISSING");
        let swapped = put(&lab.domain, &multipart.parts[0].url, &whole[1000..2000]).await;
        assert!(swapped.unwrap().is_some());
        // The end tells which part is wrong, and only that one has to come again.
        let wrong = artifact.complete_parts(multipart.id, &upload.storage_path).await;
        let told = (md5(&whole[..1000]), md5(&whole[1000..2000]));
        let Err(Error::Invalid(Problem::UploadDigest { announced, came })) = wrong else { panic!("{wrong:?}") };
        assert_eq!((announced, came), told);
        assert_eq!(invalid(artifact.complete_parts(multipart.id, &upload.storage_path).await), "UPLOAD_PART_MISSING");
        put(&lab.domain, &multipart.parts[0].url, &whole[..1000]).await.unwrap();
        // They are read as they come, before the end is asked for.
        let read = async {
            while lab.domain.along().parts(multipart.id).await < 3 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), read).await.unwrap();
        for _ in 0..2 {
            // A part that is sent again lies elsewhere.
            put(&lab.domain, &multipart.parts[1].url, &whole[1000..2000]).await.unwrap();
            assert_eq!(artifact.complete_parts(multipart.id, &upload.storage_path).await.unwrap(), md5(&whole));
        }
        manifest(&lab, id, ManifestKind::Full, None, &Value::Object(all)).await;
        let done = artifact.commit().await.unwrap();
        let url = done.files(EntryQuery::default()).await.unwrap().files[0].url.clone();
        assert_eq!(get(&lab.domain, &url).await.unwrap(), whole);
        let ticket = lab.domain.redeem(url.rsplit('/').next().unwrap()).unwrap();
        let range = crate::files::ByteRange::Between(998, 2003);
        let some = ticket.read(Some(range)).await.unwrap().download;
        assert_eq!((some.size, some.range.clone()), (2010, Some(998..2004)));
        let some: Vec<Bytes> = some.stream.try_collect().await.unwrap();
        assert_eq!(some.concat(), whole[998..2004]);
        assert_eq!(ticket.head().await.unwrap().size, 2010);
    }
}

#[tokio::test]
async fn what_only_a_deleted_version_held_goes_and_what_others_list_stays() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let first = log(&lab, &[("a", b"only mine"), ("b", b"shared")]).await;
        let second = log(&lab, &[("b", b"shared"), ("c", b"other")]).await;
        let waiting = begin(&lab, &contents(&[("w", b"waits")]), |_| {}).await.row.artifact_id;
        send(&lab, waiting, &[("w", b"waits")]).await;
        let owned = async |version: &ArtifactVersion| {
            let path = lab.alice.artifact_path(version.row.artifact_id).await.unwrap().unwrap();
            lab.alice.allow::<Delete, Artifact>(&path).await.unwrap()
        };
        let space = async || {
            let text = "SELECT CAST(SUM(bytes) AS BIGINT) FROM project_object";
            sql(text).one::<(i64,)>(lab.domain.db()).await.unwrap().0
        };
        assert_eq!(space().await, 9 + 6 + 5 + 5);
        owned(&first).await.delete(false).await.unwrap();
        assert!(project(&lab).await.artifact("data:v0").await.unwrap().is_none());
        lab.domain.run_due_jobs().await.unwrap();
        assert_eq!(space().await, 6 + 5 + 5);
        assert_eq!(lab.count("object").await, 3);
        let files = second.files(EntryQuery::default()).await.unwrap().files;
        assert_eq!(get(&lab.domain, &files[0].url).await.unwrap(), b"shared");
        // The newest left is `latest`; numbers are never used again.
        owned(&second).await.delete(false).await.unwrap();
        assert!(project(&lab).await.artifact("data:latest").await.unwrap().is_none());
        assert_eq!(log(&lab, &[("n", b"next")]).await.row.version, Some(2));
        // The pending one is given up after a week.
        // Blobs go an hour after the last row that named them.
        for hours in [8 * 24, 2] {
            lab.clock().advance(std::time::Duration::from_secs(hours * 3600));
            for _ in 0..20 {
                lab.domain.run_due_jobs().await.unwrap();
            }
        }
        assert_eq!((lab.count("object").await, lab.count("artifact_entry").await), (1, 1));
        let left = lab.domain.blobs().list("objects").await.unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[tokio::test]
async fn a_time_to_live_ends_versions_unless_they_are_linked() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let short = log(&lab, &[("a", b"1")]).await;
        let linked = log(&lab, &[("a", b"2")]).await;
        let lasting = log(&lab, &[("a", b"3")]).await;
        for version in [&short, &linked] {
            let change = ArtifactChange { ttl_seconds: Some(3600), ..ArtifactChange::default() };
            self::change(&lab, version.row.artifact_id).await.edit(change).await.unwrap();
        }
        let target = LinkTarget { collection: "shelf".to_owned(), aliases: vec!["kept".to_owned()] };
        let there = place(&lab.alice, "p").await.link(&linked, target).await.unwrap().unwrap();
        assert_eq!(there.row.version, Some(0));
        lab.clock().advance(std::time::Duration::from_secs(7200));
        for _ in 0..20 {
            lab.domain.run_due_jobs().await.unwrap();
        }
        let left =
            project(&lab).await.artifact_versions(short.row.collection.id, VersionQuery::default()).await.unwrap();
        let left: Vec<_> = left.iter().map(|v| v.row.artifact_id).collect();
        assert_eq!(left, [lasting.row.artifact_id, linked.row.artifact_id]);
    }
}

#[tokio::test]
async fn strangers_read_nothing_and_a_link_shows_nothing_else() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let version = log(&lab, &[("a", b"secret")]).await;
        let id = version.row.artifact_id;
        assert!(lab.mallory.artifact(id).await.unwrap().is_none());
        assert!(lab.mallory.artifact_path(id).await.unwrap().is_none());
        assert!(lab.mallory.artifact_bytes("team", &md5(b"secret")).await.unwrap().is_none());
        let collection = CollectionPath::new("team", "p", "data");
        for (session, what) in [(&lab.mallory, "a stranger"), (&lab.victor, "a viewer")] {
            let denied = session.allow::<Update, Collection>(&collection).await;
            assert!(matches!(denied, Err(Error::Denied(_))), "{what}: {denied:?}");
        }
        // Another project that everybody may read, with a link.
        let (operator, open) = (lab.domain.operator(), ProjectPath::new("team", "open").place());
        let open = operator.allow::<crate::policy::Create, Place>(&open).await.unwrap();
        open.create_project(Some(crate::model::Visibility::Open), None).await.unwrap();
        let target = LinkTarget { collection: "shown".to_owned(), aliases: Vec::new() };
        place(&lab.alice, "open").await.link(&version, target).await.unwrap();
        let seen = lab.mallory.artifact(id).await.unwrap().unwrap();
        assert_eq!((seen.sequence_name(), seen.sequence_version(), seen.source.is_none()), ("shown", Some(0), true));
        assert_eq!(seen.sequence_project().resource().name, "open");
        let files = seen.files(EntryQuery::default()).await.unwrap().files;
        assert_eq!(get(&lab.domain, &files[0].url).await.unwrap(), b"secret");
        assert!(seen.creator().await.unwrap().is_none());
        let aliases: Vec<_> = seen.aliases().await.unwrap().into_iter().map(|(_, a)| a.collection.name).collect();
        assert_eq!(aliases, ["shown"]);
        // A run of the stranger uses it: each sees the end of the line that they may read.
        let own = ProjectPath::new("mallory", "own").place();
        let own = lab.mallory.allow::<crate::policy::Submit, Place>(&own).await.unwrap();
        let run = own.upsert_run(Default::default()).await.unwrap().run;
        run.use_artifact(&seen, None).await.unwrap();
        let told = async |version: &ArtifactVersion| {
            let (runs, hidden) = version.used_by().await.unwrap();
            (runs.iter().map(|run| run.resource().name.clone()).collect::<Vec<_>>(), hidden)
        };
        assert_eq!(told(&seen).await, (vec![run.resource().name.clone()], 0));
        assert_eq!(told(&version).await, (Vec::new(), 1));
    }
}

#[tokio::test]
async fn a_committer_that_was_killed_is_followed_by_another() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let all = contents(&[("a", b"one")]);
        let id = begin(&lab, &all, |_| {}).await.row.artifact_id;
        send(&lab, id, &[("a", b"one")]).await;
        manifest(&lab, id, ManifestKind::Full, None, &Value::Object(all)).await;
        // What a process leaves that dies in the middle.
        let until = lab.clock().now() + 30_000_000;
        let text = "UPDATE artifact SET commit_token = 1, commit_until = $1 WHERE id = $2";
        sql(text).bind(until).bind(id).run(lab.domain.db()).await.unwrap();
        let text = "INSERT INTO artifact_entry (artifact_id, name, digest, ref) VALUES ($1, 'left', 'd', 'x://y')";
        sql(text).bind(id).run(lab.domain.db()).await.unwrap();
        assert!(matches!(change(&lab, id).await.commit().await, Err(Error::Busy(_))));
        lab.clock().advance(std::time::Duration::from_secs(31));
        let done = change(&lab, id).await.commit().await.unwrap();
        assert_eq!(names(&done).await, ["a"]);
    }
}

#[tokio::test]
async fn a_deleted_project_takes_its_artifacts_and_leaves_those_of_others() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        log(&lab, &[("a", b"one"), ("b", b"both")]).await;
        let (collection, type_name, digest) = ("data".to_owned(), "model".to_owned(), "d".to_owned());
        let other = NewArtifact { collection, type_name, digest, ..NewArtifact::default() };
        let denied = place(&lab.alice, "p").await.create_artifact(other).await;
        assert!(matches!(denied, Err(Error::Invalid(Problem::ArtifactTypeDiffers { .. }))));
        let path = ProjectPath::new("team", "p");
        lab.domain.operator().allow::<Delete, Project>(&path).await.unwrap().delete().await.unwrap();
        for table in ["artifact", "artifact_entry", "object", "object_part", "project_object", "artifact_membership"] {
            assert_eq!(lab.count(table).await, 0, "{table}");
        }
        lab.domain.run_due_jobs().await.unwrap();
        assert!(lab.domain.blobs().list("objects").await.unwrap().is_empty());
    }
}
