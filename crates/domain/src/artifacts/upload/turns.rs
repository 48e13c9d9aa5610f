//! Whose turn it is among the parts of one file. Clients send dozens at once: received all together they would all end
//! together, and nothing could be digested in their order before. So a few come at a time, the earliest first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

/// Parts of one file that are received at once.
const AT_ONCE: usize = 4;
/// Who waits longer goes on all the same: behind a slow line nothing is gained by waiting, and what lies between may give
/// up a request that nothing of is read.
const PATIENCE: Duration = Duration::from_secs(20);

/// The turns of one file.
#[derive(Clone)]
pub(super) struct Turns {
    queue: Arc<Mutex<Queue>>,
    patience: Duration,
}

impl Default for Turns {
    fn default() -> Self {
        Self { queue: Arc::default(), patience: PATIENCE }
    }
}

#[derive(Default)]
struct Queue {
    taken: usize,
    /// By part, then by arrival.
    waiting: BTreeMap<(i64, u64), oneshot::Sender<Turn>>,
    arrived: u64,
}

/// Held while a part is received.
pub(super) struct Turn(Turns);

impl Turns {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the turn of a part; none when that took too long.
    pub async fn take(&self, part: i64) -> Option<Turn> {
        let turn = {
            let mut queue = self.lock();
            if queue.taken < AT_ONCE {
                queue.taken += 1;
                return Some(Turn(self.clone()));
            }
            queue.arrived += 1;
            let (give, turn) = oneshot::channel();
            let place = (part, queue.arrived);
            queue.waiting.insert(place, give);
            turn
        };
        timeout(self.patience, turn).await.ok()?.ok()
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        let mut waiting = std::iter::from_fn(|| queue.waiting.pop_first());
        match waiting.find(|(_, next)| !next.is_closed()) {
            Some((_, next)) => {
                drop(queue);
                // Whoever goes away in this moment drops it, and it is the next one's.
                drop(next.send(Self(self.0.clone())));
            }
            None => queue.taken -= 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_earliest_part_is_next_and_nobody_waits_for_ever() {
        let turns = Turns { patience: Duration::from_millis(5), ..Turns::default() };
        let mut held: Vec<_> = (0..AT_ONCE).map(|_| turns.take(40).now_or_never().flatten()).collect();
        assert!(held.iter().all(Option::is_some));
        let (mut late, mut gone, mut early) =
            (Box::pin(turns.take(9)), Box::pin(turns.take(1)), Box::pin(turns.take(2)));
        assert!(futures::poll!(&mut late).is_pending() && futures::poll!(&mut gone).is_pending());
        assert!(futures::poll!(&mut early).is_pending());
        drop(gone);
        held.pop();
        assert!(futures::poll!(&mut late).is_pending());
        held.push(early.await);
        // A turn that was given and not taken goes on, too.
        held.pop();
        drop(late);
        held.push(turns.take(50).now_or_never().flatten());
        assert!(held.iter().all(Option::is_some));
        assert!(turns.take(1).await.is_none());
        drop(held);
        assert_eq!(turns.lock().taken, 0);
    }
}
