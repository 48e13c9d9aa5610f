//! From the database into a table: all runs at first, then those that changed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc;

use super::fill::{SELECT, StoredRun};
use super::table::RunTable;
use super::tables::Kept;
use crate::db::{Db, placeholders, sql};
use crate::{Domain, Error};

/// Runs that are read in one statement.
const CHUNK: usize = 1000;
/// So many such groups are read ahead of those that are put into columns.
const AHEAD: usize = 3;

/// How far a table is up to date.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// All changes below this number are in the table.
    pub horizon: i64,
    /// The change that the table has of runs which changed at or after it.
    seen: HashMap<i64, i64>,
    /// Which bringing up to date this was.
    pub begun: u64,
}

/// Brings a table up to date; how many runs were read.
pub(super) async fn advance(
    kept: &Arc<Kept>,
    domain: &Domain,
    project: i64,
    progress: &mut Option<Progress>,
    begun: u64,
) -> Result<usize, Error> {
    let db = domain.db();
    let horizon = db.change_horizon().await?;
    let before = match progress {
        Some(before) => before,
        None => {
            let copy = domain.run_tables().copies().open(kept, domain, project, horizon).await?;
            let Some(horizon) = copy else {
                let runs = all(kept, db, project).await?;
                *progress = Some(Progress { horizon, seen: HashMap::new(), begun });
                return Ok(runs);
            };
            progress.insert(Progress { horizon, seen: HashMap::new(), begun })
        }
    };
    let text = "SELECT run_id, change FROM run_change WHERE project_id = $1 AND change >= $2";
    let changes: Vec<(i64, i64)> = sql(text).bind(project).bind(before.horizon).all(db).await?;
    let seen = std::mem::take(&mut before.seen);
    let news: Vec<i64> =
        changes.iter().filter(|(run, change)| seen.get(run) != Some(change)).map(|(run, _)| *run).collect();
    for ids in news.chunks(CHUNK) {
        let text = format!(
            "{SELECT} WHERE r.project_id = $1 AND r.id IN ({}) AND r.deleted_at IS NULL",
            placeholders(2, ids.len())
        );
        let runs: Vec<StoredRun> = sql(text).bind(project).bind_all(ids.iter().copied()).all(db).await?;
        put(Arc::clone(kept), runs, ids.to_vec()).await?;
    }
    // Only now: a table that could not be brought up to date tries the same again.
    *progress = Some(Progress { horizon, seen: changes.into_iter().collect(), begun });
    Ok(news.len())
}

/// Reads all runs, the next ones while those before are put into columns; how many.
async fn all(kept: &Arc<Kept>, db: &Db, project: i64) -> Result<usize, Error> {
    // Of an attempt that failed.
    *kept.table.write().unwrap_or_else(PoisonError::into_inner) = RunTable::new();
    let (sender, mut receiver) = mpsc::channel::<Vec<StoredRun>>(AHEAD);
    let kept = Arc::clone(kept);
    let filling = tokio::task::spawn_blocking(move || {
        while let Some(runs) = receiver.blocking_recv() {
            kept.table.write().unwrap_or_else(PoisonError::into_inner).put(&runs)?;
        }
        Ok::<(), Error>(())
    });
    let count = send_all(db, project, sender).await;
    // Also when reading failed: the next attempt begins with an empty table.
    filling.await.map_err(|e| Error::internal("reading runs", e))??;
    count
}

/// Sends all runs in groups; how many. Ends when nobody takes them any more.
async fn send_all(db: &Db, project: i64, sender: mpsc::Sender<Vec<StoredRun>>) -> Result<usize, Error> {
    let text = format!(
        "{SELECT} WHERE r.project_id = $1 AND r.deleted_at IS NULL AND (r.created_at, r.id) > ($2, $3) \
         ORDER BY r.created_at, r.id LIMIT {CHUNK}"
    );
    let (mut after, mut count) = ((i64::MIN, i64::MIN), 0);
    loop {
        let runs: Vec<StoredRun> = sql(text.clone()).bind(project).bind(after.0).bind(after.1).all(db).await?;
        let Some(last) = runs.last() else { return Ok(count) };
        after = (last.created_at, last.id);
        count += runs.len();
        if sender.send(runs).await.is_err() {
            return Ok(count);
        }
    }
}

/// Makes the rows of runs anew; of `asked` those that are not there are forgotten.
async fn put(kept: Arc<Kept>, runs: Vec<StoredRun>, asked: Vec<i64>) -> Result<(), Error> {
    let put = move || {
        let mut table = kept.table.write().unwrap_or_else(PoisonError::into_inner);
        asked.into_iter().for_each(|id| table.remove(id));
        table.put(&runs)
    };
    tokio::task::spawn_blocking(put).await.map_err(|e| Error::internal("reading runs", e))?
}
