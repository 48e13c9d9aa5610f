//! Deleting a blob that no row names.
//!
//! Asked for before a blob is written (its row may never come) and when its last row goes: nothing is leaked, whenever a
//! process is killed, and nothing that is named is deleted.

use std::time::Duration;

use super::{Job, enqueue};
use crate::db::{Db, On, sql};
use crate::{Clock, Domain, Error};

/// Readers that found the blob in a row may still be reading it, and a writer has this long to commit its row.
const DELAY: Duration = Duration::from_secs(3600);

/// Asks for the blob's deletion an hour from now, unless a row names it then.
pub(crate) async fn discard_later(on: impl Into<On<'_>>, clock: &Clock, blob: &str) -> Result<(), Error> {
    enqueue(on, clock, Job::Discard, blob, DELAY).await
}

/// Whether a row names the blob.
pub(crate) async fn is_named(db: &Db, blob: &str) -> Result<bool, Error> {
    let text = "SELECT blob FROM segment WHERE blob = $1 UNION ALL SELECT blob FROM file WHERE blob = $1";
    let named: Option<(String,)> = sql(text).bind(blob).optional(db).await?;
    Ok(named.is_some())
}

pub(super) async fn run(domain: &Domain, blob: &str) -> Result<(), Error> {
    match is_named(domain.db(), blob).await? {
        true => Ok(()),
        false => domain.blobs().delete(blob).await,
    }
}
