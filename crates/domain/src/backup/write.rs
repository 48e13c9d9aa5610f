//! Making a backup.

use std::io::Write;

use futures::TryStreamExt;

use super::archive::Writer;
use super::tables::{self, TABLES};
use super::{BLOB_PREFIX, CHECKSUMS, Copied, FORMAT, HEAD, Head, TABLE_PREFIX};
use crate::db::{Tx, sql};
use crate::jobs::BLOB_NAMES;
use crate::jobs::is_named;
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem, audit, rfc3339};

/// Bytes of rows in one entry.
const CHUNK: usize = 4 << 20;

impl Allowed<Administer, Org> {
    /// Writes everything to `out`. `progress` is told how many of how many blobs are done.
    pub async fn backup<W: Write>(&self, out: W, mut progress: impl FnMut(u64, u64)) -> Result<(Copied, W), Error> {
        let domain = self.domain();
        let mut snapshot = domain.db().snapshot().await?;
        let (schema,): (i64,) = sql("SELECT COUNT(*) FROM schema_version").one(&mut snapshot).await?;
        let named = BLOB_NAMES
            .map(|(table, column)| format!("SELECT {column} AS blob FROM {table} WHERE {column} IS NOT NULL"));
        let text = format!("{} ORDER BY blob", named.join(" UNION "));
        let blobs: Vec<(String,)> = sql(text).all(&mut snapshot).await?;
        let total = blobs.len() as u64;
        let created_at = rfc3339(domain.clock().now());
        let head = Head { format: FORMAT, schema, created_at, blobs: total };
        let mut out = Writer::new(out);
        out.entry(HEAD, &json(&head)?)?;
        let mut copied = Copied::default();
        for table in TABLES {
            copied.rows += write_table(&mut snapshot, table, &mut out).await?;
        }
        drop(snapshot);
        for (blob,) in blobs {
            if let Some(bytes) = self.write_blob(&blob, &mut out).await? {
                copied.bytes += bytes;
                copied.blobs += 1;
            }
            progress(copied.blobs, total);
        }
        let checksums = json(&out.checksums)?;
        out.entry(CHECKSUMS, &checksums)?;
        let out = out.finish()?;
        let mut tx = domain.db().begin().await?;
        audit::done(&mut tx, self.session(), "org:backup", "").await?;
        tx.commit().await?;
        Ok((copied, out))
    }

    /// The blob's length; none for one that was removed for good since the backup began.
    async fn write_blob<W: Write>(&self, name: &str, out: &mut Writer<W>) -> Result<Option<u64>, Error> {
        let mut download = match self.domain().blobs().stream(name, None).await {
            Err(Error::NotFound(_)) if !is_named(self.domain().db(), name).await? => return Ok(None),
            Err(Error::NotFound(_)) => return Err(Error::Conflict(Problem::BlobMissing { blob: name.to_owned() })),
            other => other?,
        };
        out.begin(&format!("{BLOB_PREFIX}{name}"), download.size)?;
        while let Some(bytes) = download.stream.try_next().await? {
            out.write(&bytes)?;
        }
        out.end()?;
        Ok(Some(download.size))
    }
}

/// Writes the rows of a table, in entries of about [`CHUNK`] bytes; how many rows.
async fn write_table<W: Write>(tx: &mut Tx, table: &str, out: &mut Writer<W>) -> Result<u64, Error> {
    let columns = tables::columns(tx, table).await?;
    let names: Vec<_> = columns.iter().map(|(name, _)| name.as_str()).collect();
    let kinds: Vec<_> = columns.iter().map(|(_, kind)| *kind).collect();
    let first = json(&columns)?;
    let (mut rows, mut part, mut chunk) = (0, 0, first.clone());
    let mut flush = |chunk: &mut Vec<u8>| {
        part += 1;
        out.entry(&format!("{TABLE_PREFIX}{table}/{part:06}.jsonl"), chunk)?;
        chunk.clone_from(&first);
        Ok::<_, Error>(())
    };
    tx.each_row(format!("SELECT {} FROM {table}", names.join(", ")), &kinds, |row| {
        rows += 1;
        chunk.push(b'\n');
        chunk.extend(json(&row.into_iter().map(tables::to_json).collect::<Vec<_>>())?);
        if chunk.len() > CHUNK { flush(&mut chunk) } else { Ok(()) }
    })
    .await?;
    flush(&mut chunk)?;
    Ok(rows)
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|e| Error::internal("writing the backup", e))
}
