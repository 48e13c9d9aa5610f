//! The shape of keys: ours, and those of other servers.
//!
//! A key is this server's prefix, a dash, and 40 characters of `[a-z0-9]` (207 bits): clients before 0.22.3 insist on 40
//! after an optional prefix (`run-lifecycle` §2). So much randomness needs no slow hash.

use crate::Error;
use crate::clock::Clock;

/// What a text that no key matches looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Nothing at all.
    Empty,
    /// No server's key.
    Malformed,
    /// Another server's key; which kind.
    Foreign(&'static str),
    /// Has this server's prefix.
    Ours,
}

/// A new key of this server.
pub(crate) fn generate(clock: &Clock, prefix: &str) -> Result<String, Error> {
    Ok(format!("{prefix}-{}", clock.token::<40>()?))
}

/// What is stored of a key or a cookie.
pub(crate) fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

/// What people see of a key: its prefix and its last four characters.
pub(crate) fn hint(secret: &str) -> String {
    let prefix = secret.split_once('-').map_or("", |(prefix, _)| prefix);
    let last: String = secret.chars().skip(secret.chars().count().saturating_sub(4)).collect();
    format!("{prefix}-…{last}")
}

/// Which server a text could be a key of.
pub(crate) fn recognise(text: &str, our_prefix: &str) -> Shape {
    if text.is_empty() {
        return Shape::Empty;
    }
    if text.starts_with("wandb_v1_") {
        return Shape::Foreign("wandb.ai");
    }
    let (prefix, rest) = text.split_once('-').unwrap_or(("", text));
    let hex = rest.len() == 40 && rest.bytes().all(|b| b.is_ascii_hexdigit());
    let word = rest.len() >= 40 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    match prefix {
        _ if prefix == our_prefix && word => Shape::Ours,
        "" if hex => Shape::Foreign("wandb.ai"),
        "local" if word => Shape::Foreign("a self-managed W&B server"),
        _ if prefix.len() == 7 && prefix.starts_with("rs") && word => Shape::Foreign("another Runstead server"),
        _ => Shape::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_version_accepts_our_keys() {
        let key = generate(&Clock::system(), "rsab12c").unwrap();
        let (_, rest) = key.split_once('-').unwrap();
        assert_eq!(rest.len(), 40);
        assert!(rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert_eq!(recognise(&key, "rsab12c"), Shape::Ours);
    }

    #[test]
    fn foreign_keys_are_recognised() {
        let forty = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(recognise(forty, "rsab12c"), Shape::Foreign("wandb.ai"));
        assert_eq!(recognise(&format!("wandb_v1_{forty}"), "rsab12c"), Shape::Foreign("wandb.ai"));
        assert_eq!(recognise(&format!("local-{forty}"), "rsab12c"), Shape::Foreign("a self-managed W&B server"));
        assert_eq!(recognise(&format!("rszzzzz-{forty}"), "rsab12c"), Shape::Foreign("another Runstead server"));
        assert_eq!(recognise("hello", "rsab12c"), Shape::Malformed);
        assert_eq!(recognise("", "rsab12c"), Shape::Empty);
    }

    #[test]
    fn hints_do_not_give_the_key_away() {
        assert_eq!(hint("rsab12c-0123456789abcdef0123456789abcdef01234567"), "rsab12c-…4567");
    }
}
