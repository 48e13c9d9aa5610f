//! Passwords: argon2id with a random salt, in PHC form.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

use crate::db::{Tx, sql};
use crate::{Error, Problem};

/// At least this many characters.
const SHORTEST: usize = 10;
/// Longest password, in bytes: a longer one would only cost time.
const LONGEST: usize = 1024;

/// Hashes a password, which takes tens of milliseconds on a thread of its own.
pub(crate) async fn hash(password: &str) -> Result<String, Error> {
    if password.chars().count() < SHORTEST {
        return Err(Error::Invalid(Problem::PasswordShort { least: SHORTEST }));
    }
    if password.len() > LONGEST {
        return Err(Error::Invalid(Problem::PasswordLong { most: LONGEST }));
    }
    let password = password.to_owned();
    let work = move || Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string());
    let hashed = tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("hashing a password", e))?;
    hashed.map_err(|e| Error::internal("hashing a password", e.to_string()))
}

/// Whether the password fits the hash. Without a hash the work is done all the same, so that the time tells nothing.
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool, Error> {
    let password = password.to_owned();
    let work = move || match hash.as_deref().map(PasswordHash::new) {
        Some(Ok(hash)) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        Some(Err(_)) | None => {
            let _unused = Argon2::default().hash_password(password.as_bytes());
            false
        }
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("checking a password", e))
}

/// Stores the hash of a new password, which ends every web session of the account but `keep` (a cookie's hash), and
/// makes the links to choose one useless.
pub(crate) async fn store(tx: &mut Tx, account: i64, hash: &str, keep: Option<&str>) -> Result<(), Error> {
    sql("UPDATE account SET password_hash = $1 WHERE id = $2").bind(hash).bind(account).run(&mut *tx).await?;
    sql("DELETE FROM password_link WHERE user_id = $1").bind(account).run(&mut *tx).await?;
    let text = "DELETE FROM web_session WHERE user_id = $1 AND hash <> $2";
    sql(text).bind(account).bind(keep.unwrap_or_default()).run(tx).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let stored = hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("correct horse battery", Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horse batterz", Some(stored)).await.unwrap());
        assert!(!verify("anything at all", None).await.unwrap());
        assert!(hash("short").await.is_err());
    }
}
