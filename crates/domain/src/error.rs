//! What a domain verb can answer instead of its result.

use std::io::ErrorKind;

use crate::policy::Denied;
use crate::problem::{Problem, Thing};

/// Every failure of the domain. The server maps each to one status and one sentence; private causes go to the log only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The policy said no; carries the reasons as data.
    #[error("denied: {0}")]
    Denied(Box<Denied>),
    /// The thing is not there (and its absence may be told).
    #[error("{0}")]
    NotFound(Problem),
    /// Something else already has this name or state; nothing was changed.
    #[error("{0}")]
    Conflict(Problem),
    /// The input cannot be accepted; nothing was changed.
    #[error("{0}")]
    Invalid(Problem),
    /// More bytes than are accepted; nothing was kept.
    #[error("{what}: more than {most} bytes")]
    TooLarge {
        /// Which input.
        what: Thing,
        /// The most that is accepted.
        most: u64,
    },
    /// Passing trouble (busy database, exhausted pool): the same request may succeed later. Nothing was changed.
    #[error("busy: {0}")]
    Busy(String),
    /// The disk, or the database's, is full: the same request succeeds when there is room. Nothing was changed.
    #[error("no room is left: {0}")]
    StorageFull(String),
    /// Too many tries; the seconds to wait.
    #[error("too many attempts; wait {retry_after} s")]
    RateLimited {
        /// Seconds until another try is answered.
        retry_after: u64,
    },
    /// A fault of ours. The text is for the log, never for the user.
    #[error("{doing}: {cause}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// The private cause.
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// A fault while `doing` something, with its private cause.
    pub fn internal(doing: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        match is_full(cause.as_ref()) {
            true => Self::StorageFull(format!("{doing}: {cause}")),
            false => Self::Internal { doing, cause },
        }
    }

    /// A thing that is not there.
    pub fn not_found(what: Thing, name: impl Into<String>) -> Self {
        Self::NotFound(Problem::NotFound { what, name: name.into() })
    }
}

/// Whether the system said, somewhere below, that there is no room.
fn is_full(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(cause);
    while let Some(error) = next {
        let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        if matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded)) {
            return true;
        }
        next = error.source();
    }
    false
}

impl From<sqlx::Error> for Error {
    fn from(e: sqlx::Error) -> Self {
        let passing = match &e {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                true
            }
            // SQLITE_BUSY and its extended codes; PostgreSQL: connection trouble, serialization failure, shutting down.
            sqlx::Error::Database(d) => d.code().is_some_and(|c| {
                matches!(c.as_ref(), "5" | "261" | "517" | "40001" | "40P01" | "53300" | "57P01" | "57P02" | "57P03")
            }),
            _ => false,
        };
        // SQLITE_FULL; PostgreSQL: disk_full.
        let code = e.as_database_error().and_then(|d| d.code());
        if matches!(code.as_deref(), Some("13" | "53100")) {
            return Self::StorageFull(e.to_string());
        }
        if passing { Self::Busy(e.to_string()) } else { Self::internal("talking to the database", e) }
    }
}

impl From<object_store::Error> for Error {
    fn from(e: object_store::Error) -> Self {
        match e {
            object_store::Error::NotFound { path, .. } => Self::not_found(Thing::Blob, path),
            // What is left of S3 after its refusals have kinds of their own: it is away, or overloaded.
            object_store::Error::Generic { store: "S3", source } => Self::Busy(source.to_string()),
            e => Self::internal("talking to the blob store", e),
        }
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(Box::new(denied))
    }
}
