//! Time, randomness and ids, as one parameter.
//!
//! Nothing else in the workspace may read the wall clock or draw random bytes (`clippy.toml`), so a test that fixes the
//! clock fixes everything that is derived from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01 UTC, the only representation of time in the database.
pub type Micros = i64;

/// 2026-01-01T00:00:00Z in milliseconds: ids count from here, so that they stay positive in 63 bits until 2095.
const EPOCH_MS: i64 = 1_767_225_600_000;

/// Where time, randomness and ids come from. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `now` until [`Clock::advance`] moves it. Randomness stays random.
    pub fn fixed(now: Micros) -> Self {
        Self { fixed: Some(Arc::new(AtomicI64::new(now))) }
    }

    /// Moves a fixed clock forward; does nothing to the system's.
    pub fn advance(&self, by: std::time::Duration) {
        if let Some(fixed) = &self.fixed {
            fixed.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX / 4), Ordering::SeqCst);
        }
    }

    /// Now, in microseconds since 1970.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    pub fn now(&self) -> Micros {
        match &self.fixed {
            Some(fixed) => fixed.load(Ordering::SeqCst),
            None => jiff::Timestamp::now().as_microsecond(),
        }
    }

    /// A new id: 43 bits of milliseconds, then 20 random bits. Ids of one process sort by time of making.
    pub fn id(&self) -> Result<i64, crate::Error> {
        let bits = i64::from(u32::from_le_bytes(random::<4>()?)) & 0xF_FFFF;
        Ok(((self.now() / 1000 - EPOCH_MS).max(0) << 20) | bits)
    }

    /// `N` bytes from the system's random source.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], crate::Error> {
        random()
    }

    /// `N` characters of `[a-z0-9]` from the system's random source (5.17 bits each).
    pub fn token<const N: usize>(&self) -> Result<String, crate::Error> {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut out = String::with_capacity(N);
        while out.len() < N {
            // 252 = 7 × 36: bytes above would favour the first letters.
            for byte in random::<64>()?.into_iter().filter(|b| *b < 252) {
                if out.len() < N {
                    out.push(char::from(ALPHABET[usize::from(byte % 36)]));
                }
            }
        }
        Ok(out)
    }
}

/// `N` bytes from the system's random source.
fn random<const N: usize>() -> Result<[u8; N], crate::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| crate::Error::internal("reading the system's random source", e))?;
    Ok(bytes)
}

/// The time that RFC 3339 text names; none when it names none.
pub fn micros(text: &str) -> Option<Micros> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

/// Microseconds as RFC 3339 with `Z`, the form of `DateTime` on the wire.
pub fn rfc3339(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at).map(|t| t.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time() {
        let clock = Clock::fixed((EPOCH_MS + 5_000) * 1000);
        let first = clock.id().unwrap();
        clock.advance(std::time::Duration::from_millis(2));
        assert!(clock.id().unwrap() > first);
    }

    #[test]
    fn tokens_have_their_length_and_alphabet() {
        let token = Clock::system().token::<40>().unwrap();
        assert_eq!(token.len(), 40);
        assert!(token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
    }
}
