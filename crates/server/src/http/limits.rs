//! How much may be asked in a minute: one account of the server, and the runs of one team. Off unless somebody sets it.
//!
//! A bucket holds a minute's requests and fills evenly, so a short burst passes. Each process counts by itself.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::Micros;

use crate::Error;

const MINUTE: Micros = 60_000_000;

/// Buckets that are remembered; beyond that, full ones are forgotten.
const BUCKETS: usize = 10_000;

/// Requests of the last minute, by whose they are.
#[derive(Debug, Default)]
pub struct Limits {
    buckets: Mutex<HashMap<String, Bucket>>,
}

/// Counted in microseconds that the bucket needs to be full again: nothing is rounded away.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    full_at: Micros,
}

/// What a limit leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Requests in a minute.
    limit: u32,
    /// Requests that may follow at once.
    remaining: u32,
    /// Seconds until none is missing.
    reset: u64,
}

impl Limits {
    /// Counts a request of `whose`; fails with the seconds to wait when there was none left.
    pub fn take(&self, whose: &str, limit: u32, now: Micros) -> Result<Left, Error> {
        let each = MINUTE / Micros::from(limit.max(1));
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS {
            buckets.retain(|_, bucket| bucket.full_at > now);
        }
        let bucket = buckets.entry(whose.to_owned()).or_default();
        let full_at = bucket.full_at.max(now) + each;
        let over = full_at - now - MINUTE;
        if over > 0 {
            let whose = whose.split_once(' ').map_or(whose, |(_, name)| name).to_owned();
            return Err(Error::TooOften { whose, limit, seconds: seconds(over) });
        }
        bucket.full_at = full_at;
        let remaining = u32::try_from((MINUTE - (full_at - now)) / each).unwrap_or(0);
        Ok(Left { limit, remaining, reset: seconds(full_at - now) })
    }
}

fn seconds(wait: Micros) -> u64 {
    u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000)
}

impl Left {
    /// The `RateLimit-*` headers, by which the client slows down before it has to wait.
    pub fn write(self, headers: &mut HeaderMap) {
        let all = [
            ("ratelimit-limit", u64::from(self.limit)),
            ("ratelimit-remaining", u64::from(self.remaining)),
            ("ratelimit-reset", self.reset),
        ];
        for (name, value) in all {
            headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }

    /// The one of two that ends first.
    pub fn tighter(self, other: Self) -> Self {
        if other.remaining < self.remaining { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_one_at_a_time() {
        let limits = Limits::default();
        for n in 0..60 {
            let left = limits.take("account ann", 60, 0).unwrap();
            assert_eq!((left.remaining, left.reset), (59 - n, u64::from(n) + 1));
        }
        let over = limits.take("account ann", 60, 0);
        assert!(matches!(over, Err(Error::TooOften { whose, limit: 60, seconds: 1 }) if whose == "ann"));
        assert!(limits.take("account bob", 60, 0).is_ok());
        assert!(limits.take("account ann", 60, 999_999).is_err());
        assert_eq!(limits.take("account ann", 60, 1_000_000).unwrap().remaining, 0);
        assert_eq!(limits.take("account ann", 60, 10 * MINUTE).unwrap().remaining, 59);
    }
}
