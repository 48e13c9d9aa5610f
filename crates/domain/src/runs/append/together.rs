//! Updates of many runs in one transaction: a commit waits for the disk, and what comes meanwhile waits for the next one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::prepare::Prepared;
use super::write::{self, Done};
use crate::db::Tx;
use crate::jobs::{Job, enqueue};
use crate::{Domain, Error};

/// Most updates in one transaction.
const MOST_UPDATES: usize = 256;
/// Most bytes of rows in one transaction, unless one update has more.
const MOST_BYTES: usize = 16 << 20;
/// Most bytes of rows that wait; who comes then is told to come later, and holds the rows until it does.
const MOST_WAITING: usize = 128 << 20;

/// Updates that wait to be written.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    bytes: usize,
    writers: usize,
}

struct Item {
    run_id: i64,
    update: Prepared,
    bytes: usize,
    answer: oneshot::Sender<Result<Written, Error>>,
}

/// An update that is durable.
pub(super) struct Written {
    pub done: Done,
    /// What was found when its lines were read.
    pub warnings: Vec<String>,
}

/// Writes an update, with whatever others are there; the answer comes after the commit. An update is written also when
/// nobody waits for it any more.
pub(super) async fn write(domain: &Domain, run_id: i64, update: Prepared) -> Result<Written, Error> {
    let (answer, written) = oneshot::channel();
    let bytes = update.bytes();
    {
        let mut queue = domain.waiting().lock();
        if queue.bytes > 0 && queue.bytes + bytes > MOST_WAITING {
            return Err(Error::Busy("too many rows wait to be written".to_owned()));
        }
        queue.bytes += bytes;
        queue.items.push_back(Item { run_id, update, bytes, answer });
        if queue.writers < domain.db().writers() {
            queue.writers += 1;
            tokio::spawn(drain(domain.clone(), Writer { waiting: domain.waiting().clone(), counted: true }));
        }
    }
    written.await.map_err(|_| Error::Busy("the update was not written".to_owned()))?
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counted until it is done, however it ends.
struct Writer {
    waiting: Waiting,
    counted: bool,
}

impl Writer {
    /// What to write next. When there is nothing the writer is done, under the lock: who comes after starts another.
    fn next(&mut self) -> Option<Vec<Item>> {
        let mut queue = self.waiting.lock();
        if queue.items.is_empty() {
            queue.writers -= 1;
            self.counted = false;
            return None;
        }
        Some(take(&mut queue))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.counted {
            self.waiting.lock().writers -= 1;
        }
    }
}

/// Writes until nothing waits.
async fn drain(domain: Domain, mut writer: Writer) {
    while let Some(mut items) = writer.next() {
        // Two writers take runs in the same order, so neither waits for the other.
        items.sort_by_key(|item| item.run_id);
        let bytes: usize = items.iter().map(|item| item.bytes).sum();
        match together(&domain, &items).await {
            Ok(all) => items.into_iter().zip(all).for_each(|(item, done)| item.told(Ok(done))),
            // What one update fails by must not touch the others.
            Err(_) if items.len() > 1 => {
                for item in items {
                    let done = together(&domain, std::slice::from_ref(&item)).await;
                    item.told(done.and_then(|mut all| all.pop().ok_or_else(nothing)));
                }
            }
            Err(e) => items.into_iter().take(1).zip([e]).for_each(|(item, e)| item.told(Err(e))),
        }
        writer.waiting.lock().bytes -= bytes;
    }
}

fn nothing() -> Error {
    Error::internal("writing an update", "nothing was written")
}

fn take(queue: &mut Queue) -> Vec<Item> {
    let mut bytes = 0;
    let fits = |item: &Item| {
        bytes += item.bytes;
        bytes == item.bytes || bytes <= MOST_BYTES
    };
    let count = queue.items.iter().take(MOST_UPDATES).map(fits).take_while(|fits| *fits).count();
    queue.items.drain(..count).collect()
}

impl Item {
    fn told(self, done: Result<Done, Error>) {
        let warnings = self.update.warnings;
        // Whoever sent it may be gone.
        let _ = self.answer.send(done.map(|done| Written { done, warnings }));
    }
}

/// One transaction: all of the updates or none.
async fn together(domain: &Domain, items: &[Item]) -> Result<Vec<Done>, Error> {
    let mut tx: Tx = domain.db().begin().await?;
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        let done = write::write(&mut tx, domain, item.run_id, &item.update).await?;
        for kind in &done.compact {
            let subject = format!("{}/{}/{kind}", item.run_id, done.generation);
            enqueue(&mut tx, domain.clock(), Job::Compact, &subject, std::time::Duration::ZERO).await?;
        }
        all.push(done);
    }
    tx.commit().await?;
    metrics::counter!("runstead_commits_total").increment(1);
    Ok(all)
}
