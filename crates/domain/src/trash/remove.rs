//! Removing for good, in steps that a kill at any moment leaves to be gone on with.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt};

use super::DAY;
use crate::db::{Tx, placeholders, sql};
use crate::jobs::{Job, enqueue, is_named};
use crate::{Clock, Domain, Error};

/// Runs that are removed in one transaction.
const RUNS: i64 = 200;

/// Blobs that are deleted before the next are looked for, and how many of them at once.
const BLOBS: usize = 256;
const AT_ONCE: usize = 16;

/// Empties the trash of what has lain in it for long enough, then removes the runs it was emptied of.
pub(crate) async fn remove_emptied(domain: &Domain) -> Result<(), Error> {
    let now = domain.clock().now();
    let oldest = now - i64::from(domain.settings().await?.trash_days) * DAY;
    let text = "UPDATE run SET emptied_at = $1 WHERE deleted_at <= $2 AND emptied_at IS NULL";
    sql(text).bind(now).bind(oldest).run(domain.db()).await?;
    loop {
        let text = "SELECT id FROM run WHERE emptied_at IS NOT NULL ORDER BY emptied_at LIMIT $1";
        let runs: Vec<(i64,)> = sql(text).bind(RUNS).all(domain.db()).await?;
        let ids: Vec<i64> = runs.into_iter().map(|(id,)| id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let these = placeholders(1, ids.len());
        let mut tx = domain.db().begin().await?;
        remove_parts(&mut tx, domain.clock(), &these, &ids).await?;
        sql(format!("DELETE FROM run WHERE id IN ({these})")).bind_all(ids).run(&mut tx).await?;
        tx.commit().await?;
    }
}

/// Removes everything that belongs to the runs whose ids are `runs`, a list or a query with these arguments; their blobs are
/// deleted after the commit.
pub(crate) async fn remove_parts(tx: &mut Tx, clock: &Clock, runs: &str, args: &[i64]) -> Result<(), Error> {
    for table in ["segment", "file"] {
        let text = format!(
            "INSERT INTO garbage (blob) SELECT DISTINCT blob FROM {table} WHERE run_id IN ({runs}) ON CONFLICT (blob) DO NOTHING"
        );
        sql(text).bind_all(args.iter().copied()).run(&mut *tx).await?;
    }
    let text = format!("UPDATE artifact SET run_id = NULL WHERE run_id IN ({runs})");
    sql(text).bind_all(args.iter().copied()).run(&mut *tx).await?;
    for table in ["tail", "segment", "stream", "file", "alert", "sweep_run", "run_moved", "artifact_use"] {
        let text = format!("DELETE FROM {table} WHERE run_id IN ({runs})");
        sql(text).bind_all(args.iter().copied()).run(&mut *tx).await?;
    }
    enqueue(tx, clock, Job::Purge, "all", Duration::ZERO).await
}

/// Deletes the blobs whose last row is gone.
pub(crate) async fn garbage(domain: &Domain) -> Result<(), Error> {
    loop {
        let blobs: Vec<(String,)> =
            sql("SELECT blob FROM garbage ORDER BY blob LIMIT $1").bind(BLOBS as i64).all(domain.db()).await?;
        let names: Vec<String> = blobs.into_iter().map(|(blob,)| blob).collect();
        if names.is_empty() {
            return Ok(());
        }
        let delete = async |name: String| match is_named(domain.db(), &name).await? {
            true => Ok(()),
            false => domain.blobs().delete(&name).await,
        };
        let deletions = futures::stream::iter(names.clone()).map(delete);
        deletions.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let text = format!("DELETE FROM garbage WHERE blob IN ({})", placeholders(1, names.len()));
        sql(text).bind_all(names).run(domain.db()).await?;
    }
}
