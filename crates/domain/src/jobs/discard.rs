//! Deleting a blob that no row names.
//!
//! Asked for before a blob is written (its row may never come) and when its last row goes: nothing is leaked, whenever a
//! process is killed, and nothing that is named is deleted.

use std::time::Duration;

use super::{Job, enqueue};
use crate::db::{Db, On, Tx, sql};
use crate::{Clock, Domain, Error};

/// Readers that found the blob in a row may still be reading it, and a writer has this long to commit its row.
const DELAY: Duration = Duration::from_secs(3600);

/// Asks for the blob's deletion an hour from now, unless a row names it then.
pub(crate) async fn discard_later(on: impl Into<On<'_>>, clock: &Clock, blob: &str) -> Result<(), Error> {
    enqueue(on, clock, Job::Discard, blob, DELAY).await
}

/// A blob that a row of this transaction names is not asked about again.
pub(crate) async fn keep(tx: &mut Tx, blob: &str) -> Result<(), Error> {
    let text = "DELETE FROM job WHERE kind = $1 AND subject = $2";
    sql(text).bind(Job::Discard.as_str()).bind(blob).run(tx).await.map(drop)
}

/// Where blobs are named.
pub(crate) const NAMES: [(&str, &str); 6] = [
    ("segment", "blob"),
    ("file", "blob"),
    ("object_part", "blob"),
    ("artifact", "manifest_blob"),
    ("artifact_manifest", "blob"),
    ("artifact_upload_part", "blob"),
];

/// Whether a row names the blob.
pub(crate) async fn is_named(db: &Db, blob: &str) -> Result<bool, Error> {
    let named =
        NAMES.map(|(table, column)| format!("SELECT {column} FROM {table} WHERE {column} = $1")).join(" UNION ALL ");
    let named: Option<(String,)> = sql(named).bind(blob).optional(db).await?;
    Ok(named.is_some())
}

/// Deletes what no row names: the blob, or every blob of a folder (`objects/ID/`), where small ones are written together.
pub(super) async fn run(domain: &Domain, blob: &str) -> Result<(), Error> {
    let blobs = match blob.strip_suffix('/') {
        Some(folder) => domain.blobs().list(folder).await?,
        None => vec![blob.to_owned()],
    };
    for blob in blobs {
        if !is_named(domain.db(), &blob).await? {
            domain.blobs().delete(&blob).await?;
        }
    }
    Ok(())
}
