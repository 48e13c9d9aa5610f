//! Whether everything that rows name is there and unchanged.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use md5::{Digest, Md5};
use sqlx::FromRow;

use crate::db::sql;
use crate::jobs::BLOB_NAMES;
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem};

/// What was looked at and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Run files and objects of artifacts read and compared with their checksums.
    pub files: u64,
    /// History files read.
    pub segments: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Stored blobs that no row names: left by crashes or being written now; removed by the server in time.
    pub unreferenced: u64,
    /// What is wrong.
    pub damage: Vec<Damage>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// `entity/project/run`, and the file's name where it is one.
    pub what: String,
    /// Name in the blob store.
    pub blob: String,
    /// What is wrong with it.
    pub problem: Problem,
}

#[derive(FromRow)]
struct Row {
    blob: String,
    bytes: i64,
    md5: String,
    name: String,
    run: String,
    project: String,
    entity: String,
}

/// Bytes of artifacts.
#[derive(FromRow)]
struct Object {
    id: i64,
    hash: String,
    bytes: i64,
}

const ROWS: &str = "SELECT x.blob, x.bytes, x.md5, x.name, r.name AS run, p.name AS project, e.name AS entity FROM \
    (SELECT run_id, blob, bytes, md5, name FROM file UNION ALL SELECT run_id, blob, bytes, '', kind FROM segment) x \
    JOIN run r ON r.id = x.run_id JOIN project p ON p.id = r.project_id JOIN entity e ON e.id = p.entity_id \
    ORDER BY x.blob";

impl Allowed<Administer, Org> {
    /// Reads every blob that a row names. `progress` is told how many of how many are done.
    pub async fn verify(&self, mut progress: impl FnMut(u64, u64)) -> Result<Report, Error> {
        let domain = self.domain();
        let mut unnamed: BTreeSet<String> = BTreeSet::new();
        for prefix in ["files", "segments", "objects", "manifests"] {
            unnamed.extend(domain.blobs().list(prefix).await?);
        }
        let rows: Vec<Row> = sql(ROWS).all(domain.db()).await?;
        let objects: Vec<Object> = sql("SELECT id, hash, bytes FROM object ORDER BY id").all(domain.db()).await?;
        let (mut report, total) = (Report::default(), (rows.len() + objects.len()) as u64);
        let done_before = rows.len() as u64;
        for (row, done) in rows.into_iter().zip(1..) {
            unnamed.remove(&row.blob);
            match row.md5.is_empty() {
                true => report.segments += 1,
                false => report.files += 1,
            }
            let problem = self.check(&row, &mut report.bytes).await?;
            if let Some(problem) = problem {
                let Row { blob, name, run, project, entity, .. } = row;
                report.damage.push(Damage { what: format!("{entity}/{project}/{run}: {name}"), blob, problem });
            }
            progress(done, total);
        }
        for (object, done) in objects.into_iter().zip(done_before + 1..) {
            report.files += 1;
            if let Some(problem) = self.check_object(&object, &mut report.bytes).await? {
                let what = self.object_name(object.id).await?;
                report.damage.push(Damage { what, blob: format!("object {}", object.id), problem });
            }
            progress(done, total);
        }
        for (table, column) in BLOB_NAMES {
            let named = format!("SELECT {column} FROM {table} WHERE {column} IS NOT NULL");
            let mut named: Vec<(String,)> = sql(named).all(domain.db()).await?;
            named.sort_unstable();
            unnamed.retain(|blob| named.binary_search_by(|(name,)| name.cmp(blob)).is_err());
        }
        report.unreferenced = unnamed.len() as u64;
        Ok(report)
    }

    /// What is wrong with an object: its bytes must have the hash by which it is known.
    async fn check_object(&self, object: &Object, read: &mut u64) -> Result<Option<Problem>, Error> {
        let mut download = match crate::artifacts::download(self.domain(), object.id, "", None).await {
            Ok((_, download)) => download,
            Err(Error::NotFound { .. }) => return Ok(Some(Problem::StoredMissing)),
            Err(e) => return Err(e),
        };
        let (mut hash, mut bytes) = (blake3::Hasher::new(), 0);
        loop {
            match download.stream.try_next().await {
                Ok(Some(chunk)) => {
                    hash.update(&chunk);
                    bytes += chunk.len() as u64;
                }
                Ok(None) => break,
                Err(Error::NotFound { .. }) => return Ok(Some(Problem::StoredMissing)),
                Err(e) => return Err(e),
            }
        }
        *read += bytes;
        if u64::try_from(object.bytes) != Ok(bytes) {
            return Ok(Some(Problem::StoredLength { bytes, expected: object.bytes }));
        }
        Ok((hash.finalize().to_string() != object.hash).then_some(Problem::StoredChanged))
    }

    /// A file that has these bytes.
    async fn object_name(&self, id: i64) -> Result<String, Error> {
        let text = "SELECT e.name, c.name, p.name, n.name FROM project_object o JOIN artifact_entry e ON e.object_id = o.id \
                    JOIN artifact a ON a.id = e.artifact_id JOIN artifact_collection c ON c.id = a.collection_id \
                    JOIN project p ON p.id = a.project_id JOIN entity n ON n.id = p.entity_id WHERE o.object_id = $1 LIMIT 1";
        let row: Option<(String, String, String, String)> = sql(text).bind(id).optional(self.domain().db()).await?;
        Ok(row.map_or_else(
            || id.to_string(),
            |(file, collection, project, entity)| format!("{entity}/{project}/{collection}: {file}"),
        ))
    }

    /// What is wrong with one blob.
    async fn check(&self, row: &Row, read: &mut u64) -> Result<Option<Problem>, Error> {
        let mut download = match self.domain().blobs().stream(&row.blob, None).await {
            Ok(download) => download,
            Err(Error::NotFound { .. }) => return Ok(Some(Problem::StoredMissing)),
            Err(e) => return Err(e),
        };
        let (mut digest, mut bytes) = (Md5::new(), 0);
        let mut ends: (Vec<u8>, Vec<u8>) = Default::default();
        while let Some(chunk) = download.stream.try_next().await? {
            digest.update(&chunk);
            bytes += chunk.len() as u64;
            ends.0.extend(chunk.iter().take(4_usize.saturating_sub(ends.0.len())));
            ends.1.extend(&chunk[chunk.len().saturating_sub(4)..]);
            ends.1.drain(..ends.1.len().saturating_sub(4));
        }
        *read += bytes;
        if u64::try_from(row.bytes) != Ok(bytes) {
            return Ok(Some(Problem::StoredLength { bytes, expected: row.bytes }));
        }
        if row.md5.is_empty() {
            let whole = ends.0 == b"PAR1" && ends.1 == b"PAR1";
            return Ok((!whole).then_some(Problem::StoredNotParquet));
        }
        let same = STANDARD.encode(digest.finalize()) == row.md5;
        Ok((!same).then_some(Problem::StoredChanged))
    }
}
