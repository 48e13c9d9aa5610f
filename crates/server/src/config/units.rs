//! `90d`, `5m`, `1h30m` and `64MiB`, as people write them.

use std::time::Duration;

use crate::{Error, Problem};

/// Parses a duration: numbers with the units `s m h d w`, most significant first.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || Error::Usage(Problem::NotDuration { text: text.to_owned() }).in_shell();
    let mut seconds = 0u64;
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        let unit = match rest[digits..].chars().next().ok_or_else(wrong)? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(wrong()),
        };
        seconds = number.checked_mul(unit).and_then(|s| seconds.checked_add(s)).ok_or_else(wrong)?;
        rest = &rest[digits + 1..];
    }
    Ok(Duration::from_secs(seconds))
}

/// Parses a size: a number, alone or with `kB MB GB` (powers of 1000) or `KiB MiB GiB` (powers of 1024).
pub fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || Error::Usage(Problem::NotSize { text: text.to_owned() }).in_shell();
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: usize = text[..digits].parse().map_err(|_| wrong())?;
    let unit = match text[digits..].trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(wrong()),
    };
    number.checked_mul(unit).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("90d"), Ok(Duration::from_secs(90 * 86_400)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_secs(5_400)));
        for wrong in ["", "5", "5 m", "m", "5y", "-1s", "99999999999999999999s", "ä"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes("64MiB"), Ok(64 << 20));
        assert_eq!(bytes("10 MB"), Ok(10_000_000));
        assert_eq!(bytes("17"), Ok(17));
        for wrong in ["", "MiB", "5X", "-5", "99999999999GiB"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
