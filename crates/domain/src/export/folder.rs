//! A whole project as a folder of plain files.
//!
//! ```text
//! manifest.json                      what it is and what it holds; written last
//! runs.parquet                       the run table
//! history/_run=ID/00000.parquet …    rows by step; `_run=` is what DuckDB, Polars and pandas take for a column
//! system/_run=ID/00000.parquet …     system metrics
//! files/ID/NAME                      run files
//! artifacts/COLLECTION/vN/…          versions of artifacts: artifact.json (written last), manifest.json, files/NAME
//! done/ID.json                       what was written of a run, and the state of the run that it is
//! ```
//!
//! Every file appears under its name when it is whole, and a run's entry in `done` after all of its files: an export that
//! was cut off goes on where it was, and one that is repeated writes only what has changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::{Chunks, Format, failed};
use crate::policy::{Allowed, Download, Project, Read};
use crate::runs::RunQuery;
use crate::{Error, rfc3339};

/// The version of the folder.
const FORMAT: u32 = 1;

/// What an export did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Runs in the folder.
    pub runs: u64,
    /// Of these, runs that were there already as they are.
    pub unchanged: u64,
    /// Versions of artifacts in the folder.
    pub versions: u64,
    /// Files in the folder, without those about it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Files that are there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Written {
    pub files: u64,
    pub bytes: u64,
}

/// What is there of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub run: String,
    pub generation: i64,
    pub updated_at: i64,
    pub files: u64,
    pub bytes: u64,
}

impl Allowed<Read, Project> {
    /// Writes the project's runs and artifacts into `folder`, which is made where it is missing. With a filter only the artifacts
    /// that those runs logged. `progress` is told how many of how many runs are done.
    pub async fn export_folder(
        &self,
        folder: &Path,
        filters: Option<&str>,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Exported, Error> {
        let query = RunQuery { filters: filters.map(str::to_owned), ..RunQuery::default() };
        let runs = self.runs(query).await?.edges;
        let names: BTreeSet<String> = runs.iter().map(|edge| edge.details.name.clone()).collect();
        let (mut exported, total, mut kept) = (Exported::default(), runs.len() as u64, BTreeSet::new());
        for (edge, done) in runs.into_iter().zip(1..) {
            let (name, details) = (plain(&edge.details.name), &edge.details);
            let wanted = Entry {
                run: details.name.clone(),
                generation: details.generation,
                updated_at: details.updated_at,
                ..Entry::default()
            };
            let entry = folder.join("done").join(format!("{name}.json"));
            let held = read(&entry).await.filter(|held: &Entry| held.is_same(&wanted));
            exported.unchanged += u64::from(held.is_some());
            let held = match held {
                Some(held) => held,
                None => {
                    let written = edge.run.export(folder, &name, wanted).await?;
                    put(&entry, text(&written)?).await?;
                    written
                }
            };
            exported.runs += 1;
            exported.files += held.files;
            exported.bytes += held.bytes;
            kept.insert(name);
            progress(done, total);
        }
        forget(folder, &kept).await?;
        let proof = self.session().allow::<Download, Project>(&self.resource().path()).await?;
        let (versions, written) = proof.export_artifacts(folder, filters.is_some().then_some(&names)).await?;
        exported.versions = versions;
        exported.files += written.files;
        exported.bytes += written.bytes;
        let table = self.export_runs(filters, None, Format::Parquet).await?;
        copy(table, &folder.join("runs.parquet")).await?;
        let manifest = json!({
            "format": FORMAT,
            "project": self.resource().path().to_string(),
            "server": self.domain().base_url(),
            "filters": filters,
            "exported_at": rfc3339(self.domain().clock().now()),
            "runs": exported.runs,
            "versions": exported.versions,
            "files": exported.files,
            "bytes": exported.bytes,
        });
        put(&folder.join("manifest.json"), text(&manifest)?).await?;
        Ok(exported)
    }
}

impl Entry {
    fn is_same(&self, now: &Self) -> bool {
        (self.generation, self.updated_at, &self.run) == (now.generation, now.updated_at, &now.run)
    }
}

/// A run's name as part of a path: what is not plain is escaped, as in an address.
pub(super) fn plain(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(escape).collect()
}

/// What an earlier export wrote; nothing where that cannot be read.
async fn read(path: &Path) -> Option<Entry> {
    serde_json::from_slice(&tokio::fs::read(path).await.ok()?).ok()
}

pub(super) fn text(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value).map_err(failed)
}

/// Removes what an earlier export wrote of runs that are not there any more.
async fn forget(folder: &Path, kept: &BTreeSet<String>) -> Result<(), Error> {
    let Ok(mut entries) = tokio::fs::read_dir(folder.join("done")).await else { return Ok(()) };
    while let Some(entry) = entries.next_entry().await.map_err(failed)? {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".json").filter(|name| !kept.contains(*name)) else { continue };
        clear(folder, name).await?;
        tokio::fs::remove_file(entry.path()).await.map_err(failed)?;
    }
    Ok(())
}

/// Removes what is there of a run.
pub(super) async fn clear(folder: &Path, name: &str) -> Result<(), Error> {
    for part in parts(folder, name) {
        match tokio::fs::remove_dir_all(&part).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    Ok(())
}

/// Where history, system metrics and files of a run are.
pub(super) fn parts(folder: &Path, name: &str) -> [PathBuf; 3] {
    let run = format!("_run={name}");
    [folder.join("history").join(&run), folder.join("system").join(&run), folder.join("files").join(name)]
}

/// Writes a file that appears when it is whole.
pub(super) async fn put(path: &Path, bytes: Vec<u8>) -> Result<u64, Error> {
    copy(Box::pin(futures::stream::iter([Ok(bytes.into())])), path).await
}

/// Writes what comes as a file that appears when it is whole; how many bytes it has.
pub(super) async fn copy(mut from: Chunks, path: &Path) -> Result<u64, Error> {
    let folder = path.parent().unwrap_or(path);
    tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let mut file = tokio::fs::File::create(&part).await.map_err(failed)?;
    let mut bytes = 0;
    while let Some(chunk) = from.try_next().await? {
        bytes += chunk.len() as u64;
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    drop(file);
    tokio::fs::rename(&part, path).await.map_err(failed)?;
    Ok(bytes)
}
