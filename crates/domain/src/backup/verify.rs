//! Whether everything that rows name is there and unchanged.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::TryStreamExt;
use md5::{Digest, Md5};
use sqlx::FromRow;

use crate::db::sql;
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem};

/// What was looked at and what is wrong.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Run files read and compared with their checksums.
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

const ROWS: &str = "SELECT x.blob, x.bytes, x.md5, x.name, r.name AS run, p.name AS project, e.name AS entity FROM \
    (SELECT run_id, blob, bytes, md5, name FROM file UNION ALL SELECT run_id, blob, bytes, '', kind FROM segment) x \
    JOIN run r ON r.id = x.run_id JOIN project p ON p.id = r.project_id JOIN entity e ON e.id = p.entity_id \
    ORDER BY x.blob";

impl Allowed<Administer, Org> {
    /// Reads every blob that a row names. `progress` is told how many of how many are done.
    pub async fn verify(&self, mut progress: impl FnMut(u64, u64)) -> Result<Report, Error> {
        let domain = self.domain();
        let stored = domain.blobs().list("files").await?.into_iter().chain(domain.blobs().list("segments").await?);
        let mut unnamed: BTreeSet<String> = stored.collect();
        let rows: Vec<Row> = sql(ROWS).all(domain.db()).await?;
        let (mut report, total) = (Report::default(), rows.len() as u64);
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
        report.unreferenced = unnamed.len() as u64;
        Ok(report)
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
