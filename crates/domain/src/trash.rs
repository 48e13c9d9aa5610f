//! The trash: where deleted runs lie until they are restored, until somebody empties it, or until their days are over.
//!
//! A run is in it while `deleted_at` is set and `emptied_at` is not. Emptying sets `emptied_at`, which nothing undoes, in one
//! statement; the job [`Purge`](Job::Purge) then removes the rows, some runs in a transaction, which also hands their blobs to
//! `garbage`, and deletes those. Killed at any moment, it goes on where it was.

mod empty;
mod list;
mod remove;
mod restore;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use empty::Emptied;
pub(crate) use remove::{garbage, remove_emptied, remove_parts};
pub(crate) use restore::{name_taken, taken};

use crate::db::{Tx, placeholders, sql};
use crate::jobs::{Job, enqueue};
use crate::settings::Settings;
use crate::{Clock, Error, Micros};

const DAY: Micros = 24 * 3600 * 1_000_000;

/// Runs in one statement.
const CHUNK: usize = 1000;

/// Puts runs into the trash, where they are gone for everybody; how many of them there were. Their names are free.
pub(crate) async fn put(tx: &mut Tx, clock: &Clock, settings: &Settings, ids: &[i64]) -> Result<u64, Error> {
    let now = clock.now();
    let emptied = (settings.trash_days == 0).then_some(now);
    let mut count = 0;
    for ids in ids.chunks(CHUNK) {
        let text = format!(
            "UPDATE run SET deleted_at = $1, updated_at = $1, emptied_at = $2 WHERE id IN ({}) AND deleted_at IS NULL",
            placeholders(3, ids.len())
        );
        count += sql(text).bind(now).bind(emptied).bind_all(ids.iter().copied()).run(&mut *tx).await?;
    }
    if emptied.is_some() {
        enqueue(tx, clock, Job::Purge, "all", Duration::ZERO).await?;
    }
    Ok(count)
}

impl Settings {
    /// When the trash will be emptied of what was deleted then.
    pub fn purged_at(&self, deleted_at: Micros) -> Micros {
        deleted_at + i64::from(self.trash_days) * DAY
    }
}
