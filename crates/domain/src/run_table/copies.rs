//! When copies of run tables are written, read and removed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::Semaphore;

use super::copy::{self, Head};
use super::tables::Kept;
use crate::clock::Micros;
use crate::db::{Db, Tx, sql};
use crate::{Clock, Domain, Error};

/// A project with fewer runs is read quickly enough.
const FEWEST: usize = if cfg!(test) { 3 } else { 2000 };
/// One part of its runs must have changed since the last copy, …
const PART: usize = 10;
/// … and so much time have passed, in microseconds; or so much when any has changed.
const REST: Micros = 600_000_000;
const LONG: Micros = 24 * 3600 * 1_000_000;
/// Copies that were not used for so long are removed, and the oldest while all are larger.
const UNUSED: Duration = Duration::from_secs(30 * 24 * 3600);
const MOST: u64 = 4 << 30;

/// The copies of this process.
#[derive(Debug)]
pub(crate) struct Copies {
    folder: PathBuf,
    /// One is written at a time.
    turn: Arc<Semaphore>,
}

impl Copies {
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, turn: Arc::new(Semaphore::new(1)) }
    }

    pub fn path(&self, project: i64) -> PathBuf {
        self.folder.join(format!("{project}.runs"))
    }

    /// Removes copies that are ahead of the database, which was put back to an earlier state: it will reach their numbers
    /// again, with other changes. To be called when a process starts.
    pub async fn drop_ahead(&self, db: &Db) -> Result<(), Error> {
        let (now, folder) = (db.change_horizon().await?, self.folder.clone());
        let dropped = tokio::task::spawn_blocking(move || drop_ahead(&folder, now)).await;
        let failed = |e| Error::internal("removing copies of runs", e);
        dropped.map_err(|e| failed(e.into()))?.map_err(failed)
    }

    /// Puts a project's copy in the place of its table, which is empty; below which number all changes are in it, or none
    /// where there is no good one. `now` is that number of the database.
    pub(super) async fn open(
        &self,
        kept: &Kept,
        domain: &Domain,
        project: i64,
        now: i64,
    ) -> Result<Option<i64>, Error> {
        let path = self.path(project);
        let from = path.clone();
        let found = tokio::task::spawn_blocking(move || read(&from)).await;
        let found = found.map_err(|e| Error::internal("reading a copy of runs", e))?;
        let (table, head) = match found {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "reading all runs, because their copy is not good");
                return Ok(None);
            }
        };
        // A number that is yet to come is of a database that was put back to an earlier state.
        if Some(head.database) != database(domain.db()).await? || head.horizon > now {
            return Ok(None);
        }
        *kept.table.write().unwrap_or_else(PoisonError::into_inner) = table;
        kept.copied.store(domain.clock().now(), Ordering::Relaxed);
        Ok(Some(head.horizon))
    }

    /// Writes a copy of a table of which enough has changed, beside everything else.
    pub(super) fn keep(&self, domain: &Domain, kept: &Arc<Kept>, project: i64) {
        let (now, news) = (domain.clock().now(), kept.news.load(Ordering::Relaxed));
        let since = now - kept.copied.load(Ordering::Relaxed);
        let runs = kept.table.read().unwrap_or_else(PoisonError::into_inner).ids.len();
        let due = (news * PART >= runs && since >= REST) || (news > 0 && since >= LONG);
        if runs < FEWEST || !due {
            return;
        }
        let Ok(turn) = Arc::clone(&self.turn).try_acquire_owned() else { return };
        kept.news.store(0, Ordering::Relaxed);
        kept.copied.store(now, Ordering::Relaxed);
        let (domain, kept, path) = (domain.clone(), Arc::clone(kept), self.path(project));
        tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = write(&domain, kept, path).await {
                tracing::warn!(%error, "a project's runs are not copied");
            }
        });
    }
}

fn drop_ahead(folder: &Path, now: i64) -> io::Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        // One that cannot be read is no copy.
        if copy::horizon(&path).is_ok_and(|horizon| horizon > now) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a copy, unless another process was faster.
fn remove(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}

async fn write(domain: &Domain, kept: Arc<Kept>, path: PathBuf) -> Result<(), Error> {
    let failed = |e: io::Error| Error::internal("writing a copy of runs", e);
    let database = named(domain.db(), domain.clock()).await?;
    let Some(head) = kept.head(database).await else { return Ok(()) };
    let written = tokio::task::spawn_blocking(move || {
        copy::write(&path, head, &kept.table)?;
        tidy(&path)
    });
    written.await.map_err(|e| Error::internal("writing a copy of runs", e))?.map_err(failed)
}

/// The copy, which is in use now.
#[expect(clippy::disallowed_methods, reason = "compared with the times of files")]
fn read(path: &Path) -> io::Result<Option<(super::table::RunTable, Head)>> {
    let found = copy::read(path)?;
    if found.is_some() {
        std::fs::File::open(path)?.set_modified(SystemTime::now())?;
    }
    Ok(found)
}

/// Removes what nobody has used for long, and the oldest while there is too much; never the one that was just made.
#[expect(clippy::disallowed_methods, reason = "compared with the times of files")]
fn tidy(made: &Path) -> io::Result<()> {
    let now = SystemTime::now();
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(made.parent().unwrap_or(made))? {
        let entry = entry?;
        let about = entry.metadata()?;
        copies.push((now.duration_since(about.modified()?).unwrap_or_default(), about.len(), entry.path()));
    }
    copies.sort_unstable();
    let mut held = 0;
    for (age, bytes, path) in copies {
        held += bytes;
        if path != made && (age > UNUSED || held > MOST) {
            remove(&path)?;
        }
    }
    Ok(())
}

const NAME: &str = "run_copies";

/// A number that no other database has; none before the first copy of it.
async fn database(db: &Db) -> Result<Option<i64>, Error> {
    let found: Option<(i64,)> = sql("SELECT last FROM counter WHERE name = $1").bind(NAME).optional(db).await?;
    Ok(found.map(|(number,)| number))
}

/// The same; given now where it had none.
async fn named(db: &Db, clock: &Clock) -> Result<i64, Error> {
    if let Some(known) = database(db).await? {
        return Ok(known);
    }
    let text = "INSERT INTO counter (name, last) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sql(text).bind(NAME).bind(clock.id()?).run(db).await?;
    database(db).await?.ok_or_else(|| Error::internal("naming a database", "it has no name"))
}

/// The database is another one from here on: copies of the one that it was made from do not count.
pub(crate) async fn renamed(tx: &mut Tx, clock: &Clock) -> Result<(), Error> {
    sql("UPDATE counter SET last = $1 WHERE name = $2").bind(clock.id()?).bind(NAME).run(tx).await.map(drop)
}

#[cfg(test)]
mod tests;
