//! The versions of a project's artifacts in its folder: those logged here, not what is only linked.

use std::collections::BTreeSet;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::FromRow;

use super::failed;
use super::folder::{Written, copy, plain, put, text};
use crate::artifacts::encode_artifact_id;
use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Allowed, Download, Project};
use crate::{Error, rfc3339};

/// Files that are looked up at once.
const PAGE: i64 = 1000;

#[derive(Clone, Debug, FromRow)]
struct Row {
    id: i64,
    membership_id: i64,
    collection: String,
    type_name: String,
    version: i64,
    digest: String,
    description: Option<String>,
    metadata: Option<String>,
    created_at: Micros,
    manifest: String,
    run: Option<String>,
}

const ROWS: &str = "SELECT a.id, m.id AS membership_id, c.name AS collection, t.name AS type_name, m.version, a.digest, a.description, \
    a.metadata, a.created_at, a.manifest_blob AS manifest, r.name AS run FROM artifact a \
    JOIN artifact_collection c ON c.id = a.collection_id JOIN artifact_type t ON t.id = c.type_id \
    JOIN artifact_membership m ON m.artifact_id = a.id AND m.collection_id = c.id LEFT JOIN run r ON r.id = a.run_id \
    WHERE a.project_id = $1 AND a.state = 'COMMITTED' ORDER BY c.name, m.version";

/// `artifact.json`: written when all files of a version are there.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct About {
    id: String,
    collection: String,
    version: i64,
    r#type: String,
    digest: String,
    aliases: Vec<String>,
    tags: Vec<String>,
    description: Option<String>,
    metadata: Option<Value>,
    created_at: String,
    /// The run that logged it.
    run: Option<String>,
    files: u64,
    bytes: u64,
}

#[derive(FromRow)]
struct File {
    name: String,
    object_id: i64,
    /// The version before has the same under the same name.
    same: bool,
}

impl Allowed<Download, Project> {
    /// Writes every committed version, of these runs alone where they are given; how many there are, and their files.
    pub(super) async fn export_artifacts(
        &self,
        folder: &Path,
        runs: Option<&BTreeSet<String>>,
    ) -> Result<(u64, Written), Error> {
        let folder = folder.join("artifacts");
        let mut rows: Vec<Row> = sql(ROWS).bind(self.resource().id).all(self.domain().db()).await?;
        rows.retain(|row| runs.is_none_or(|runs| row.run.as_ref().is_some_and(|run| runs.contains(run))));
        let (mut all, mut versions) = (Written::default(), 0);
        for (n, row) in rows.iter().enumerate() {
            let before = n.checked_sub(1).map(|n| &rows[n]).filter(|before| before.collection == row.collection);
            let written = self.export_version(&folder, row, before).await?;
            versions += 1;
            all.files += written.files;
            all.bytes += written.bytes;
        }
        forget(&folder, &rows).await?;
        Ok((versions, all))
    }

    /// Files of a version never change: where they are all there, only what is said about it is brought up to date.
    async fn export_version(&self, folder: &Path, row: &Row, before: Option<&Row>) -> Result<Written, Error> {
        let here = row.folder(folder);
        let about = here.join("artifact.json");
        let held: Option<About> =
            tokio::fs::read(&about).await.ok().and_then(|text| serde_json::from_slice(&text).ok());
        let id = encode_artifact_id(row.id);
        let written = match held.as_ref().filter(|held| held.id == id) {
            Some(held) => Written { files: held.files, bytes: held.bytes },
            None => {
                remove(&here).await?;
                let manifest = self.domain().blobs().stream(&row.manifest, None).await?;
                copy(manifest.stream, &here.join("manifest.json")).await?;
                self.export_files(folder, row, before).await?
            }
        };
        let now = self.about(row, id, written).await?;
        if held.as_ref() != Some(&now) {
            put(&about, text(&now)?).await?;
        }
        Ok(written)
    }

    /// What a version shares with the one before is one file with two names, where the disk allows that.
    async fn export_files(&self, folder: &Path, row: &Row, before: Option<&Row>) -> Result<Written, Error> {
        let (to, mut after, mut written) = (row.folder(folder).join("files"), String::new(), Written::default());
        let query = "SELECT e.name, o.object_id, EXISTS (SELECT 1 FROM artifact_entry b WHERE b.artifact_id = $2 \
                     AND b.name = e.name AND b.object_id = e.object_id) AS same FROM artifact_entry e \
                     JOIN project_object o ON o.id = e.object_id WHERE e.artifact_id = $1 AND e.name > $3 ORDER BY e.name LIMIT $4";
        loop {
            let query = sql(query).bind(row.id).bind(before.map_or(0, |before| before.id)).bind(&after).bind(PAGE);
            let files: Vec<File> = query.all(self.domain().db()).await?;
            let Some(last) = files.last() else { return Ok(written) };
            after.clone_from(&last.name);
            for file in files {
                // Names are checked at the commit: no part of one leads elsewhere.
                let path = to.join(&file.name);
                let linked = match before.filter(|_| file.same) {
                    Some(before) => link(&before.folder(folder).join("files").join(&file.name), &path).await,
                    None => None,
                };
                written.bytes += match linked {
                    Some(bytes) => bytes,
                    None => {
                        let (_, download) =
                            crate::artifacts::download(self.domain(), file.object_id, &file.name, None).await?;
                        copy(download.stream, &path).await?
                    }
                };
                written.files += 1;
            }
        }
    }

    async fn about(&self, row: &Row, id: String, written: Written) -> Result<About, Error> {
        let db = self.domain().db();
        let text = "SELECT alias FROM artifact_alias WHERE membership_id = $1 ORDER BY alias";
        let aliases: Vec<(String,)> = sql(text).bind(row.membership_id).all(db).await?;
        let text = "SELECT tag FROM artifact_tag WHERE artifact_id = $1 ORDER BY tag";
        let tags: Vec<(String,)> = sql(text).bind(row.id).all(db).await?;
        let row = row.clone();
        Ok(About {
            id,
            collection: row.collection,
            version: row.version,
            r#type: row.type_name,
            digest: row.digest,
            aliases: aliases.into_iter().map(|(alias,)| alias).collect(),
            tags: tags.into_iter().map(|(tag,)| tag).collect(),
            description: row.description,
            metadata: row.metadata.as_deref().map(serde_json::from_str).transpose().map_err(failed)?,
            created_at: rfc3339(row.created_at),
            run: row.run,
            files: written.files,
            bytes: written.bytes,
        })
    }
}

impl Row {
    fn folder(&self, artifacts: &Path) -> std::path::PathBuf {
        artifacts.join(plain(&self.collection)).join(format!("v{}", self.version))
    }
}

/// Gives a file a second name; how long it is. None where that is not possible.
async fn link(from: &Path, to: &Path) -> Option<u64> {
    tokio::fs::create_dir_all(to.parent()?).await.ok()?;
    tokio::fs::hard_link(from, to).await.ok()?;
    tokio::fs::metadata(to).await.ok().map(|about| about.len())
}

/// Removes versions of an earlier export that are not there any more.
async fn forget(folder: &Path, rows: &[Row]) -> Result<(), Error> {
    let kept: BTreeSet<_> = rows.iter().map(|row| row.folder(folder)).collect();
    let Ok(mut collections) = tokio::fs::read_dir(folder).await else { return Ok(()) };
    while let Some(collection) = collections.next_entry().await.map_err(failed)? {
        let mut versions = tokio::fs::read_dir(collection.path()).await.map_err(failed)?;
        let mut any = false;
        while let Some(version) = versions.next_entry().await.map_err(failed)? {
            match kept.contains(&version.path()) {
                true => any = true,
                false => remove(&version.path()).await?,
            }
        }
        if !any {
            remove(&collection.path()).await?;
        }
    }
    Ok(())
}

async fn remove(folder: &Path) -> Result<(), Error> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(e)),
        _ => Ok(()),
    }
}
