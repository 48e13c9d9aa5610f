//! Updates that wait to be written, in a fair order: one account after another, of each one run after another. Whoever sends
//! much waits for what it sends itself, and a run is written by one writer at a time, in the order in which it sent.

use std::collections::{HashMap, HashSet, VecDeque};

/// Most updates in one transaction.
const MOST_UPDATES: usize = 256;
/// Most bytes of rows in one transaction, unless one update has more.
const MOST_BYTES: usize = 16 << 20;
/// Bytes of rows that may wait. Beyond that an account may have as much waiting as each would have if all had the same; who
/// comes with more is told to come later, and holds the rows until it does.
const MOST_WAITING: usize = 128 << 20;

/// What waits.
pub(super) struct Queue<T> {
    accounts: HashMap<i64, Account<T>>,
    /// Accounts of which something waits, whose turn is next first.
    turns: VecDeque<i64>,
    /// Runs that are being written.
    busy: HashSet<i64>,
    bytes: usize,
}

struct Account<T> {
    runs: HashMap<i64, VecDeque<Waiting<T>>>,
    /// Runs of which something waits, whose turn is next first.
    turns: VecDeque<i64>,
    bytes: usize,
}

struct Waiting<T> {
    bytes: usize,
    item: T,
}

/// Something to be written, and of which run.
pub(super) struct Taken<T> {
    pub run: i64,
    pub bytes: usize,
    pub item: T,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        let (accounts, turns, busy) = Default::default();
        Self { accounts, turns, busy, bytes: 0 }
    }
}

impl<T> Queue<T> {
    /// Takes an update of a run; gives it back when there is no room for it.
    pub fn push(&mut self, account: i64, run: i64, bytes: usize, item: T) -> Result<(), T> {
        let held = self.accounts.get(&account).map_or(0, |account| account.bytes);
        let share = MOST_WAITING / (self.accounts.len() + usize::from(held == 0)).max(1);
        if held > 0 && self.bytes + bytes > MOST_WAITING && held + bytes > share {
            return Err(item);
        }
        self.bytes += bytes;
        let account = self.accounts.entry(account).or_insert_with(|| {
            self.turns.push_back(account);
            Account { runs: HashMap::new(), turns: VecDeque::new(), bytes: 0 }
        });
        account.bytes += bytes;
        let waiting = account.runs.entry(run).or_insert_with(|| {
            account.turns.push_back(run);
            VecDeque::new()
        });
        waiting.push_back(Waiting { bytes, item });
        Ok(())
    }

    /// What is to be written next together: of each run at most one update. Nothing when nothing waits but updates of runs
    /// that are being written; whoever writes those comes back.
    pub fn take(&mut self) -> Vec<Taken<T>> {
        let (mut all, mut bytes, mut passed) = (Vec::new(), 0, 0);
        while all.len() < MOST_UPDATES && passed < self.turns.len() {
            let Some(turn) = self.turns.pop_front() else { break };
            let Some(account) = self.accounts.get_mut(&turn) else { continue };
            match account.next(&self.busy) {
                Some((_, size)) if !all.is_empty() && bytes + size > MOST_BYTES => {
                    self.turns.push_front(turn);
                    break;
                }
                Some((run, _)) => {
                    passed = 0;
                    self.busy.insert(run);
                    all.extend(account.pop(run).inspect(|taken| bytes += taken.bytes));
                }
                None => passed += 1,
            }
            if account.turns.is_empty() {
                self.accounts.remove(&turn);
            } else {
                self.turns.push_back(turn);
            }
        }
        all
    }

    /// What was taken is written, or never will be.
    pub fn done(&mut self, runs: &[i64], bytes: usize) {
        runs.iter().for_each(|run| _ = self.busy.remove(run));
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

impl<T> Account<T> {
    /// The run whose turn it is, and the bytes of its first update; those that are being written are passed over.
    fn next(&mut self, busy: &HashSet<i64>) -> Option<(i64, usize)> {
        for _ in 0..self.turns.len() {
            let run = *self.turns.front()?;
            if !busy.contains(&run) {
                return Some((run, self.runs.get(&run)?.front()?.bytes));
            }
            self.turns.rotate_left(1);
        }
        None
    }

    /// The first update of the run whose turn it is.
    fn pop(&mut self, run: i64) -> Option<Taken<T>> {
        self.turns.pop_front();
        let waiting = self.runs.get_mut(&run)?;
        let Waiting { bytes, item } = waiting.pop_front()?;
        if waiting.is_empty() {
            self.runs.remove(&run);
        } else {
            self.turns.push_back(run);
        }
        self.bytes -= bytes;
        Some(Taken { run, bytes, item })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GREEDY: i64 = 1;
    const MODEST: i64 = 2;

    fn runs(taken: &[Taken<usize>]) -> Vec<i64> {
        taken.iter().map(|taken| taken.run).collect()
    }

    #[test]
    fn a_greedy_account_and_a_greedy_run_delay_nobody_else() {
        let mut queue = Queue::default();
        for n in 0..10_000 {
            assert!(queue.push(GREEDY, 100 + n % 1000, 1000, 0).is_ok());
        }
        for n in 0..1000 {
            assert!(queue.push(MODEST, 1, 1000, n).is_ok());
        }
        assert!(queue.push(MODEST, 2, 1000, 0).is_ok());
        assert!(queue.push(3, 3, 1000, 0).is_ok());
        let first = runs(&queue.take());
        assert_eq!(first.len(), MOST_UPDATES);
        // In the first turns, although thousands came before.
        for run in [1, 2, 3] {
            assert!(first[..6].contains(&run), "{run} waits behind others: {:?}", &first[..6]);
        }
    }

    #[test]
    fn what_is_large_ends_a_transaction_and_the_next_begins_with_whoever_was_next() {
        let mut queue = Queue::default();
        for run in 10..20 {
            assert!(queue.push(GREEDY, run, MOST_BYTES / 2, 0).is_ok());
        }
        assert!(queue.push(MODEST, 1, 10, 0).is_ok());
        assert_eq!(runs(&queue.take()), [10, 1]);
        assert_eq!(runs(&queue.take()), [11, 12]);
        assert!(queue.push(MODEST, 2, MOST_BYTES * 2, 0).is_ok());
        assert_eq!(runs(&queue.take()), [13]);
        assert_eq!(runs(&queue.take()), [2], "more than a transaction's bytes go alone");
    }

    #[test]
    fn the_updates_of_a_run_are_written_one_after_another_in_their_order() {
        let mut queue = Queue::default();
        for n in 0..3 {
            assert!(queue.push(MODEST, 1, 10, n).is_ok());
        }
        for n in 0..3 {
            let taken = queue.take();
            assert_eq!(taken.iter().map(|taken| taken.item).collect::<Vec<_>>(), [n]);
            assert!(queue.take().is_empty(), "another writer must wait");
            queue.done(&[1], 10);
        }
        assert!(queue.take().is_empty() && queue.accounts.is_empty() && queue.bytes == 0);
    }

    #[test]
    fn a_full_queue_refuses_only_who_fills_it() {
        let mut queue = Queue::default();
        let each = MOST_WAITING / 8;
        let taken = (0..20).filter(|n| queue.push(GREEDY, *n, each, 0).is_ok()).count();
        assert_eq!(taken, 8);
        assert!(queue.push(MODEST, 100, each, 0).is_ok());
        assert!(queue.push(GREEDY, 101, each, 0).is_err());
    }
}
