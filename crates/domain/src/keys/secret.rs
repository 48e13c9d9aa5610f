//! The shape of keys: ours, and those of other servers.
//!
//! A key is this server's prefix, a dash, and 40 characters of `[a-z0-9]`: clients before 0.22.3 insist on 40 after an
//! optional prefix (`run-lifecycle` §2). The first 34 are random (175 bits, which need no slow hash), the last 6 are a
//! checksum, so that scanners and typing mistakes are told from keys without asking (`docs/access`).

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
    /// Has this server's prefix, and is whole.
    Ours,
}

/// A new key or token of this server.
pub(crate) struct Secret {
    /// The whole of it, told once.
    pub text: String,
}

impl Secret {
    /// Draws one.
    pub fn generate(clock: &Clock, prefix: &str) -> Result<Self, Error> {
        let body = format!("{prefix}-{}", clock.token::<34>()?);
        Ok(Self { text: format!("{body}{}", checksum(&body)) })
    }

    /// What people see of it later: its prefix and its last four characters.
    pub fn hint(&self) -> String {
        hint(&self.text)
    }
}

/// Characters of a checksum.
const CHECKSUM: usize = 6;

/// CRC-32 (as in zip and zlib) modulo 36⁶, as six digits of `[0-9a-z]`, most significant first.
fn checksum(body: &str) -> String {
    let crc = body.bytes().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    });
    let mut rest = !crc % 36_u32.pow(6);
    let mut digits = [0_u8; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
        rest /= 36;
    }
    digits.into_iter().map(char::from).collect()
}

/// Whether the last characters are the checksum of those before. Keys made before there were checksums fail: they are
/// known by their hash.
fn is_whole(key: &str) -> bool {
    key.is_ascii() && key.len() > CHECKSUM && {
        let (body, sum) = key.split_at(key.len() - CHECKSUM);
        checksum(body) == sum
    }
}

/// What is stored of a key or a cookie.
pub(crate) fn hash(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

fn hint(secret: &str) -> String {
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
        _ if prefix == our_prefix && rest.len() == 40 && is_whole(text) => Shape::Ours,
        _ if prefix == our_prefix => Shape::Malformed,
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
        let key = Secret::generate(&Clock::system(), "rsab12c").unwrap().text;
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
    fn a_key_that_was_mistyped_is_seen_to_be_none() {
        let key = Secret::generate(&Clock::system(), "rsab12c").unwrap().text;
        for at in 8..48 {
            let mut wrong = key.clone().into_bytes();
            wrong[at] = if wrong[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(recognise(&String::from_utf8(wrong).unwrap(), "rsab12c"), Shape::Malformed);
        }
        assert_eq!(recognise(&key[..47], "rsab12c"), Shape::Malformed);
        assert_eq!(recognise(&format!("{key}x"), "rsab12c"), Shape::Malformed);
        assert_eq!(recognise("rsab12c-é", "rsab12c"), Shape::Malformed);
    }

    #[test]
    fn the_checksum_is_the_documented_one() {
        // zlib.crc32(b"123456789") is 0xCBF43926.
        assert_eq!(checksum("123456789"), "kl8mjq");
        assert_eq!(checksum("rsab12c-0123456789abcdefghijklmnopqrstuvwx").len(), 6);
    }

    #[test]
    fn hints_do_not_give_the_key_away() {
        assert_eq!(hint("rsab12c-0123456789abcdef0123456789abcdef01234567"), "rsab12c-…4567");
    }
}
