//! The second step of a password sign-in: codes of an authenticator (TOTP, RFC 6238: SHA-1, six digits, 30 seconds, one
//! step of tolerance, no code twice), and recovery codes for who has lost it.

mod begin;
mod check;
mod confirm;
mod remove;
#[cfg(test)]
mod tests;

pub use begin::NewSecret;
pub use check::SecondStep;

use totp_rs::{Builder, Secret, Totp};

use crate::Error;

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;

/// The codes of a secret in base32.
fn codes(secret: &str) -> Result<Totp, Error> {
    let secret =
        Secret::try_from_base32(secret).map_err(|e| Error::internal("reading a second factor", e.to_string()))?;
    Builder::new().with_secret(secret).build().map_err(|e| Error::internal("reading a second factor", e.to_string()))
}

/// Now, in seconds.
fn seconds(now: crate::Micros) -> u64 {
    u64::try_from(now / 1_000_000).unwrap_or_default()
}
