//! Updates of many runs in one transaction: a commit waits for the disk, and what comes meanwhile waits for the next one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::batch::{self, Outcome};
use super::prepare::Prepared;
use super::queue::{Queue, Taken};
use super::write::Done;
use crate::clock::Micros;
use crate::policy::{Allowed, Run, Update};
use crate::{Domain, Error};

/// The least time from the begin of a transaction to that of the next. What comes meanwhile goes with the next: a transaction
/// costs nearly the same for three updates as for one. Who is alone, or rare, does not wait.
const PACE: Duration = Duration::from_millis(4);

/// Updates that wait to be written.
#[derive(Clone, Default)]
pub(crate) struct Waiting(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    queue: Queue<Item>,
    writers: usize,
    pace: Pace,
}

/// When the last transaction began, or will.
#[derive(Default)]
struct Pace(Option<Instant>);

impl Pace {
    /// When a transaction may begin that could begin now.
    fn turn(&mut self, now: Instant) -> Instant {
        let turn = self.0.map_or(now, |last| now.max(last + PACE));
        self.0 = Some(turn);
        turn
    }
}

/// What an update was allowed on: it is written only while that is so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ground {
    pub run_id: i64,
    pub project_id: i64,
    pub owner: Option<i64>,
    /// The last change of access that the decision knew of; none where no change concerns the caller.
    pub access: Option<i64>,
    /// When the key ends.
    pub ends: Option<Micros>,
}

pub(super) struct Item {
    pub ground: Ground,
    pub update: Prepared,
    answer: oneshot::Sender<Answer>,
}

/// What became of an update.
pub(super) enum Answer {
    /// It is durable.
    Written(Written),
    /// Nothing was written: what it was allowed on is not so any more. The update, to be asked for again.
    Stale(Prepared),
    /// Nothing was written.
    Failed(Error),
}

/// An update that is durable.
pub(super) struct Written {
    pub done: Done,
    /// What was found when its lines were read.
    pub warnings: Vec<String>,
}

impl Ground {
    fn of(run: &Allowed<Update, Run>) -> Self {
        let Run { id, project, owner, .. } = run.resource();
        let access = run.session().access();
        Self { run_id: *id, project_id: project.id, owner: *owner, access, ends: run.ends() }
    }
}

/// Writes an update, with whatever others are there; the answer comes after the commit. An update is written also when
/// nobody waits for it any more.
pub(super) async fn write(run: &Allowed<Update, Run>, update: Prepared) -> Result<Answer, Error> {
    let domain = run.domain();
    let (answer, written) = oneshot::channel();
    let account = run.session().user().map_or(0, |user| user.id);
    let item = Item { ground: Ground::of(run), update, answer };
    {
        let mut waiting = domain.waiting().lock();
        let bytes = item.update.bytes();
        if waiting.queue.push(account, item.ground.run_id, bytes, item).is_err() {
            return Err(Error::Busy("too many rows wait to be written".to_owned()));
        }
        if waiting.writers < domain.db().writers() {
            waiting.writers += 1;
            tokio::spawn(drain(domain.clone(), Writer { waiting: domain.waiting().clone(), counted: true }));
        }
    }
    written.await.map_err(|_| Error::Busy("the update was not written".to_owned()))
}

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counted until it is done, however it ends.
struct Writer {
    waiting: Waiting,
    counted: bool,
}

/// Runs that are being written, until they are not, however that ends.
struct Busy {
    waiting: Waiting,
    runs: Vec<i64>,
    bytes: usize,
}

impl Writer {
    /// Comes back when it is time to write.
    async fn turn(&self) {
        let now = Instant::now();
        let turn = self.waiting.lock().pace.turn(now);
        if turn > now {
            sleep_until(turn).await;
        }
    }

    /// What to write next. When there is nothing the writer is done, under the lock: who comes after starts another.
    fn next(&mut self) -> Option<(Vec<Item>, Busy)> {
        let mut waiting = self.waiting.lock();
        let taken = waiting.queue.take();
        if taken.is_empty() {
            waiting.writers -= 1;
            self.counted = false;
            return None;
        }
        drop(waiting);
        let runs = taken.iter().map(|taken| taken.run).collect();
        let bytes = taken.iter().map(|taken| taken.bytes).sum();
        let items = taken.into_iter().map(|Taken { item, .. }| item).collect();
        Some((items, Busy { waiting: self.waiting.clone(), runs, bytes }))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.counted {
            self.waiting.lock().writers -= 1;
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.waiting.lock().queue.done(&self.runs, self.bytes);
    }
}

/// Writes until nothing waits.
async fn drain(domain: Domain, mut writer: Writer) {
    loop {
        writer.turn().await;
        let Some((mut items, busy)) = writer.next() else { return };
        // Two writers take runs in the same order, so neither waits for the other.
        items.sort_unstable_by_key(|item| item.ground.run_id);
        match batch::write(&domain, &items).await {
            Ok(all) => items.into_iter().zip(all).for_each(|(item, outcome)| item.told(Ok(outcome))),
            // What one update fails by must not touch the others.
            Err(_) if items.len() > 1 => {
                for item in items {
                    let outcome = batch::write(&domain, std::slice::from_ref(&item)).await;
                    item.told(outcome.and_then(|mut all| all.pop().ok_or_else(nothing)));
                }
            }
            Err(e) => items.into_iter().take(1).zip([e]).for_each(|(item, e)| item.told(Err(e))),
        }
        drop(busy);
    }
}

fn nothing() -> Error {
    Error::internal("writing an update", "nothing was written")
}

impl Item {
    fn told(self, outcome: Result<Outcome, Error>) {
        let answer = match outcome {
            Ok(Outcome::Done(done)) => Answer::Written(Written { done: *done, warnings: self.update.warnings }),
            Ok(Outcome::Stale) => Answer::Stale(self.update),
            Err(e) => Answer::Failed(e),
        };
        // Whoever sent it may be gone.
        let _ = self.answer.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_soon_after_another_waits() {
        let (mut pace, begin) = (Pace::default(), Instant::now());
        assert_eq!(pace.turn(begin), begin);
        assert_eq!(pace.turn(begin + PACE / 4), begin + PACE);
        assert_eq!(pace.turn(begin + PACE / 2), begin + 2 * PACE);
        assert_eq!(pace.turn(begin + 5 * PACE), begin + 5 * PACE);
    }
}
