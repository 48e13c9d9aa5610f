//! From the database into a table: all runs at first, then those that changed.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use tokio::task::JoinHandle;

use super::fill::{SELECT, StoredRun};
use super::table::RunTable;
use super::tables::Kept;
use crate::db::{Db, placeholders, sql};
use crate::{Domain, Error};

/// Runs that are read in one statement.
const CHUNK: usize = 1000;

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
    let text = format!(
        "{SELECT} WHERE r.project_id = $1 AND r.deleted_at IS NULL AND (r.created_at, r.id) > ($2, $3) \
         ORDER BY r.created_at, r.id LIMIT {CHUNK}"
    );
    // Of an attempt that failed.
    *kept.table.write().unwrap_or_else(PoisonError::into_inner) = RunTable::new();
    let (mut after, mut count) = ((i64::MIN, i64::MIN), 0);
    let mut filling: Option<JoinHandle<Result<(), Error>>> = None;
    loop {
        let runs: Vec<StoredRun> = sql(text.clone()).bind(project).bind(after.0).bind(after.1).all(db).await?;
        if let Some(filling) = filling.take() {
            joined(filling).await?;
        }
        count += runs.len();
        let Some(last) = runs.last() else { return Ok(count) };
        after = (last.created_at, last.id);
        filling = Some(tokio::spawn(put(Arc::clone(kept), runs, Vec::new())));
    }
}

async fn joined(filling: JoinHandle<Result<(), Error>>) -> Result<(), Error> {
    filling.await.map_err(|e| Error::internal("reading runs", e))?
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
