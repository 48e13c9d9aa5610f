//! Slowing down whoever guesses passwords, and what the audit log is told of it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::Micros;

/// Wrong tries that cost nothing: people mistype.
const FREE: u32 = 5;

/// Longest wait between two tries, in seconds.
const LONGEST: u64 = 60;

/// Names that are remembered; beyond that, those without a wait are forgotten.
const NAMES: usize = 10_000;

/// Wrong tries by name, in this process. A restart forgives, which is fine against guessing.
#[derive(Debug, Default)]
pub struct Throttle {
    tries: Mutex<HashMap<String, Tries>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    wrong: u32,
    /// No try is answered before this time.
    not_before: Micros,
    /// Not told since the last one that was.
    untold: u32,
}

impl Tries {
    fn add(&mut self, now: Micros) {
        self.wrong = self.wrong.saturating_add(1);
        let doublings = self.wrong.saturating_sub(FREE);
        let seconds = if doublings == 0 { 0 } else { (1u64 << doublings.min(10)).min(LONGEST) };
        self.not_before = now + i64::try_from(seconds * 1_000_000).unwrap_or(0);
    }
}

impl Throttle {
    /// Fails with the seconds to wait while tries for `name` come too fast.
    pub fn check(&self, name: &str, now: Micros) -> Result<(), domain::Error> {
        let tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = tries.get(name).map_or(0, |tries| tries.not_before - now);
        match u64::try_from(wait) {
            Ok(wait) if wait > 0 => Err(domain::Error::RateLimited { retry_after: wait.div_ceil(1_000_000) }),
            _ => Ok(()),
        }
    }

    /// Remembers a wrong try: from the sixth on, each doubles the wait.
    pub fn wrong(&self, name: &str, now: Micros) {
        self.with(name, now, |tries| tries.add(now));
    }

    /// Whether a wrong try from a network is told: the first five are, then one after each wait, which grows to a minute.
    /// None is: not this one. Else how many were not told since the last one.
    pub fn tell(&self, network: &str, now: Micros) -> Option<u32> {
        self.with(&format!("from:{network}"), now, |tries| {
            if tries.not_before > now {
                tries.untold = tries.untold.saturating_add(1);
                return None;
            }
            tries.add(now);
            Some(std::mem::take(&mut tries.untold))
        })
    }

    fn with<T>(&self, name: &str, now: Micros, change: impl FnOnce(&mut Tries) -> T) -> T {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= NAMES {
            tries.retain(|_, tries| tries.not_before > now);
        }
        change(tries.entry(name.to_owned()).or_default())
    }

    /// Forgets the wrong tries of somebody who knew the password.
    pub fn right(&self, name: &str) {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_becomes_slow_and_a_right_password_forgives() {
        let throttle = Throttle::default();
        for _ in 0..FREE {
            throttle.wrong("ann", 0);
            assert!(throttle.check("ann", 0).is_ok());
        }
        throttle.wrong("ann", 0);
        assert!(matches!(throttle.check("ann", 1), Err(domain::Error::RateLimited { retry_after: 2 })));
        assert!(throttle.check("bob", 1).is_ok());
        assert!(throttle.check("ann", 2_000_000).is_ok());
        for _ in 0..40 {
            throttle.wrong("ann", 0);
        }
        assert!(matches!(throttle.check("ann", 0), Err(domain::Error::RateLimited { retry_after: LONGEST })));
        throttle.right("ann");
        assert!(throttle.check("ann", 0).is_ok());
    }

    #[test]
    fn a_flood_is_told_now_and_then_with_its_size() {
        let throttle = Throttle::default();
        // A thousand tries a second, for an hour.
        let told: Vec<u32> = (0..3_600_000).filter_map(|n| throttle.tell("6.6.6.6", n * 1000)).collect();
        assert!((60..=75).contains(&told.len()), "{}", told.len());
        assert_eq!(told[..6], [0; 6]);
        assert_eq!(told[6], 1999);
        assert_eq!(throttle.tell("7.7.7.7", 0), Some(0));
    }
}
