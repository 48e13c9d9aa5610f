//! Columnar copies of tables in the cache folder: made once, found by the bytes they are of, the oldest removed.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures::StreamExt;
use history::logged::{self, LoggedError, Sheet};
use tokio::sync::{Semaphore, mpsc, watch};

use super::memory::Memory;
use super::source::SheetSource;
use crate::{Domain, Error, Problem};

/// How long a question waits for a copy before it tells how far it is.
const PATIENCE: Duration = Duration::from_millis(1500);
/// Copies that are made at once.
const AT_ONCE: usize = 2;
/// Most copies that are kept open.
const MOST_OPEN: usize = 256;
/// An unfinished copy that is older was left by a process that is gone.
const LEFT: Duration = Duration::from_secs(24 * 3600);

/// A table, or how far it is.
pub(super) enum State {
    Ready(Arc<Sheet>),
    Preparing { read: u64, size: u64 },
}

/// Why a copy could not be made, for everybody who waited for it.
#[derive(Clone)]
enum Failure {
    Problem(Problem),
    Passing(String),
    Internal(String),
}

type Outcome = Option<Result<Arc<Sheet>, Failure>>;

/// A copy that is being made.
struct Making {
    read: AtomicU64,
    outcome: watch::Receiver<Outcome>,
}

/// The copies of this process.
pub(crate) struct Tables {
    folder: PathBuf,
    most: u64,
    memory: Arc<Memory>,
    open: Mutex<HashMap<String, (Arc<Sheet>, u64)>>,
    making: Mutex<HashMap<String, Arc<Making>>>,
    turns: Arc<Semaphore>,
    uses: AtomicU64,
}

impl Tables {
    /// Copies in this folder, of at most so many bytes; and as many bytes of memory.
    pub fn new(folder: PathBuf, most: u64, memory: usize) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let memory = Arc::new(Memory::new(memory));
        let (open, making, uses) = Default::default();
        Self { folder, most, memory, open, making, turns, uses }
    }

    pub(super) fn memory(&self) -> Arc<Memory> {
        Arc::clone(&self.memory)
    }

    /// The copy of a table; while it is made, how far that is.
    pub(super) async fn sheet(&self, domain: &Domain, source: &SheetSource) -> Result<State, Error> {
        if let Some(sheet) = self.known(&source.key) {
            return Ok(State::Ready(sheet));
        }
        let path = self.folder.join(format!("{}.parquet", name(&source.key)));
        let opened = tokio::task::spawn_blocking(move || open(&path)).await;
        if let Some(sheet) = opened.map_err(|e| Error::internal("opening a copy of a table", e))? {
            return Ok(State::Ready(self.know(&source.key, Arc::new(sheet))));
        }
        let making = self.make(domain, source);
        let mut outcome = making.outcome.clone();
        let done = tokio::time::timeout(PATIENCE, outcome.wait_for(Option::is_some)).await;
        let done = match done {
            Ok(Ok(done)) => done.clone(),
            Ok(Err(_)) => None,
            Err(_) => {
                return Ok(State::Preparing { read: making.read.load(Ordering::Relaxed), size: source.size.max(1) });
            }
        };
        match done {
            Some(Ok(sheet)) => Ok(State::Ready(sheet)),
            Some(Err(Failure::Problem(problem))) => Err(Error::Invalid(problem)),
            Some(Err(Failure::Passing(cause))) => Err(Error::Busy(cause)),
            Some(Err(Failure::Internal(cause))) => Err(Error::internal("reading a table", cause)),
            None => Err(Error::internal("reading a table", "it was given up")),
        }
    }

    fn known(&self, key: &str) -> Option<Arc<Sheet>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (sheet, used) = open.get_mut(key)?;
        *used = self.uses.fetch_add(1, Ordering::Relaxed);
        Some(Arc::clone(sheet))
    }

    fn know(&self, key: &str, sheet: Arc<Sheet>) -> Arc<Sheet> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        open.insert(key.to_owned(), (Arc::clone(&sheet), now));
        if open.len() > MOST_OPEN
            && let Some(oldest) = open.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone())
        {
            open.remove(&oldest);
        }
        sheet
    }

    /// Begins a copy, unless it is being made. It goes on when whoever asked goes away.
    fn make(&self, domain: &Domain, source: &SheetSource) -> Arc<Making> {
        let mut all = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        // One whose maker is gone without an outcome will have none.
        if let Some(making) = all.get(&source.key).filter(|making| making.outcome.has_changed().is_ok()) {
            return Arc::clone(making);
        }
        let (tell, outcome) = watch::channel(None);
        let making = Arc::new(Making { read: AtomicU64::new(0), outcome });
        all.insert(source.key.clone(), Arc::clone(&making));
        let (domain, source, progress) = (domain.clone(), source.clone(), Arc::clone(&making));
        tokio::spawn(async move {
            let tables = domain.tables();
            let made = tables.copy(&domain, &source, progress).await;
            let outcome = made.map(|sheet| tables.know(&source.key, Arc::new(sheet))).map_err(|error| match error {
                Error::Invalid(problem) | Error::NotFound(problem) => Failure::Problem(problem),
                Error::Busy(cause) => Failure::Passing(cause),
                error => Failure::Internal(error.to_string()),
            });
            tables.making.lock().unwrap_or_else(PoisonError::into_inner).remove(&source.key);
            // Nobody may be waiting any more.
            let _ = tell.send(Some(outcome));
        });
        making
    }

    async fn copy(&self, domain: &Domain, source: &SheetSource, progress: Arc<Making>) -> Result<Sheet, Error> {
        let failed = |e: io::Error| Error::internal("writing a copy of a table", e);
        let _turn = self.turns.acquire().await.map_err(|e| Error::internal("waiting", e))?;
        tokio::fs::create_dir_all(&self.folder).await.map_err(failed)?;
        let ticket = domain.redeem(source.url.rsplit('/').next().unwrap_or_default())?;
        let mut stream = ticket.read(None).await?.download.stream;
        let (send, taken) = mpsc::channel::<Result<Bytes, Error>>(4);
        let feed = async move {
            while let Some(bytes) = stream.next().await {
                progress.read.fetch_add(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64), Ordering::Relaxed);
                if send.send(bytes).await.is_err() {
                    break;
                }
            }
        };
        let (folder, path) = (self.folder.clone(), self.folder.join(format!("{}.parquet", name(&source.key))));
        let (table, most) = (source.name.clone(), self.most);
        let write = tokio::task::spawn_blocking(move || {
            let file = tempfile::Builder::new().suffix(".part").tempfile_in(&folder).map_err(failed)?;
            let mut input = Arriving { taken, now: Bytes::new(), trouble: None };
            let converted = logged::convert(&mut input, file.as_file());
            if let Some(trouble) = input.trouble {
                return Err(trouble);
            }
            converted.map_err(|error| problem(table, error))?;
            file.persist(&path).map_err(|e| failed(e.error))?;
            evict(&folder, &path, most).map_err(failed)?;
            let file = File::open(&path).map_err(failed)?;
            Sheet::open(file).map_err(|e| Error::internal("opening a copy of a table", e))
        });
        let (written, ()) = tokio::join!(write, feed);
        written.map_err(|e| Error::internal("reading a table", e))?
    }
}

/// A file name for a key.
fn name(key: &str) -> String {
    blake3::hash(format!("{} {key}", logged::VERSION).as_bytes()).to_hex().to_string()
}

/// The copy in a file that is there and good.
#[expect(clippy::disallowed_methods, reason = "compared with the times of other files")]
fn open(path: &Path) -> Option<Sheet> {
    let file = File::open(path).ok()?;
    // What was used is not the oldest.
    let touched = file.set_modified(SystemTime::now());
    if let Err(error) = touched {
        tracing::debug!(%error, "a copy of a table keeps its time");
    }
    match Sheet::open(file) {
        Ok(sheet) => Some(sheet),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "making a copy of a table anew");
            None
        }
    }
}

/// Removes the oldest copies until no more than `most` bytes are left; never the one that was just made.
#[expect(clippy::disallowed_methods, reason = "compared with the times of files")]
fn evict(folder: &Path, made: &Path, most: u64) -> io::Result<()> {
    let now = SystemTime::now();
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, about) = (entry.path(), entry.metadata()?);
        let age = now.duration_since(about.modified()?).unwrap_or_default();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => copies.push((age, about.len(), path)),
            Some("part") if age > LEFT => remove(&path)?,
            _ => {}
        }
    }
    let mut held: u64 = copies.iter().map(|(_, bytes, _)| bytes).sum();
    copies.sort_unstable_by(|a, b| b.cmp(a));
    for (_, bytes, path) in copies {
        if held <= most || path == made {
            continue;
        }
        remove(&path)?;
        held -= bytes;
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn problem(table: String, error: LoggedError) -> Error {
    match error {
        LoggedError::Io(error) => Error::internal("writing a copy of a table", error),
        LoggedError::Parquet(error) => Error::internal("writing a copy of a table", error),
        LoggedError::Wide { row, cells, columns } => {
            Error::Invalid(Problem::TableWide { table, row: row + 1, cells, columns })
        }
        LoggedError::Rows => Error::Invalid(Problem::TableRows { table, most: logged::MOST_ROWS }),
        LoggedError::Columns => Error::Invalid(Problem::TableColumns { table, most: logged::MOST_COLUMNS }),
        error => Error::Invalid(Problem::TableBroken { table, detail: error.to_string() }),
    }
}

/// Bytes that arrive from a stream, for a thread that waits for them.
struct Arriving {
    taken: mpsc::Receiver<Result<Bytes, Error>>,
    now: Bytes,
    trouble: Option<Error>,
}

impl Read for Arriving {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.now.is_empty() {
            match self.taken.blocking_recv() {
                Some(Ok(bytes)) => self.now = bytes,
                Some(Err(error)) => {
                    self.trouble = Some(error);
                    return Err(io::Error::other("the stream broke off"));
                }
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.now.len());
        into[..count].copy_from_slice(&self.now.split_to(count));
        Ok(count)
    }
}
