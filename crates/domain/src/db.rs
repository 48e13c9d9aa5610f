//! One database behind one SQL text: SQLite inside the process, or PostgreSQL.
//!
//! Invariants: statements use `$1` arguments and the SQL both understand; rows derive `FromRow`; a function never takes a
//! second connection while it holds one (pass the [`Tx`] on); SQLite has one writer (`BEGIN IMMEDIATE`) and several readers.

mod dump;
mod migrate;
mod rows;
mod sql;

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub(crate) use rows::Rows;
pub(crate) use sql::{Arg, MOST_ROWS, On, Sql, in_steps, placeholders, sql, values};

use crate::{Clock, Error, Problem};

/// Pages (of 4 KiB) that SQLite's log may have before they are copied into the database. Most commits write the same pages
/// again, of runs that log: the fewer copies the better. It also bounds what a start after a crash reads.
const LOG_PAGES: &str = "8192";
/// Most memory for pages of each connection to SQLite, in KiB, as a negative number.
const PAGE_CACHE: &str = "-16384";

/// How long a connection to PostgreSQL counts as working after it was used.
const FRESH: Duration = Duration::from_secs(1);

/// How long a request waits for a connection before it is told to come back later.
const ACQUIRE: Duration = Duration::from_secs(20);

/// A connected, migrated database. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// An open transaction; rolled back when dropped without [`Tx::commit`].
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Connects to `sqlite:PATH` (made when missing) or `postgres://…` and brings the schema up to date.
    pub async fn open(url: &str, clock: &Clock) -> Result<Self, Error> {
        let db = Self::connect(url).await?;
        migrate::up(&db, clock).await?;
        Ok(db)
    }

    /// Connects, and leaves the schema as it is.
    async fn connect(url: &str) -> Result<Self, Error> {
        Ok(if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(|_| bad_url())?;
            let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(ACQUIRE);
            // One that was just used works: asking it first would be a journey more for every statement.
            let pool = pool.test_before_acquire(false).before_acquire(|connection, last| {
                Box::pin(async move {
                    if last.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            });
            Self::Postgres(
                pool.connect_with(options).await.map_err(|e| Error::internal("connecting to PostgreSQL", e))?,
            )
        } else if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(path).await?
        } else {
            return Err(bad_url());
        })
    }

    async fn open_sqlite(path: &str) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // FULL: a commit that was answered survives power failure.
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", LOG_PAGES)
            .pragma("cache_size", PAGE_CACHE)
            // Rows of a batch at once, and far ahead of who reads a whole table: its thread hardly waits for others.
            .row_buffer_size(MOST_ROWS)
            .busy_timeout(ACQUIRE);
        let pool = || {
            let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE).idle_timeout(None).max_lifetime(None);
            // A full disk makes SQLite itself roll back, which the driver does not count: such a connection begins nothing
            // any more, so another takes its place. Nothing else happens to one within the process.
            pool.test_before_acquire(false)
                .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        };
        let write = pool().max_connections(1).connect_with(options.clone()).await;
        let write = write.map_err(|e| Error::internal("opening the SQLite database", e))?;
        let read = pool().max_connections(4).connect_with(options).await?;
        Ok(Self::Sqlite { write, read })
    }

    /// Starts a writing transaction (SQLite: `BEGIN IMMEDIATE`).
    pub async fn begin(&self) -> Result<Tx, Error> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Every transaction that wrote a number below this one to `run_change` has ended, and what it did can be read: a
    /// reader of changes goes on from here. Read it before the changes.
    pub async fn change_horizon(&self) -> Result<i64, Error> {
        let text = match self {
            Self::Sqlite { .. } => "SELECT COALESCE(MAX(last), 0) + 1 FROM counter WHERE name = 'run_change'",
            // Transactions get their numbers when they begin to write and end in any order: below the oldest that has
            // not ended, all have.
            Self::Postgres(_) => "SELECT txid_snapshot_xmin(txid_current_snapshot())",
        };
        let (horizon,): (i64,) = sql(text).one(self).await?;
        Ok(horizon)
    }

    /// How many transactions that write many rows are worth having at once.
    pub fn writers(&self) -> usize {
        match self {
            Self::Sqlite { .. } => 1,
            Self::Postgres(_) => 4,
        }
    }

    /// `sqlite` or `postgres`, for logs and metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Open connections of each pool: its name, how many work, how many are idle.
    pub fn connections(&self) -> Vec<(&'static str, usize, usize)> {
        fn count<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> (&'static str, usize, usize) {
            let idle = pool.num_idle();
            (name, (pool.size() as usize).saturating_sub(idle), idle)
        }
        match self {
            Self::Sqlite { write, read } => vec![count("write", write), count("read", read)],
            Self::Postgres(pool) => vec![count("all", pool)],
        }
    }

    /// Closes every connection after the running statements have ended.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything done in the transaction durable and visible at once.
    pub async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// The number of the last change of access that this transaction sees.
    pub async fn access(&mut self) -> Result<i64, Error> {
        let (now,): (i64,) = sql("SELECT last FROM access_epoch").one(self).await?;
        Ok(now)
    }

    /// Whether no change of access is committed since `seen`, nor will be before this transaction. Comes last: nothing else
    /// may be waited for after it.
    pub async fn holds_access(&mut self, seen: i64) -> Result<bool, Error> {
        match self {
            // The only writer.
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(_) => Ok(sql("SELECT access_held()").one::<(i64,)>(self).await? == (seen,)),
        }
    }

    /// What a `SELECT` ends with that takes its rows for the length of the transaction. SQLite's one writer has them all.
    pub fn for_update(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "",
            Self::Postgres(_) => "FOR UPDATE",
        }
    }

    /// The next small id of a table (1, 2, 3 …).
    pub async fn next_id(&mut self, table: &'static str) -> Result<i64, Error> {
        let text = "INSERT INTO counter (name, last) VALUES ($1, 1)
                    ON CONFLICT (name) DO UPDATE SET last = counter.last + 1 RETURNING last";
        let (id,): (i64,) = sql(text).bind(table).one(self).await?;
        Ok(id)
    }
}

fn bad_url() -> Error {
    Error::Invalid(Problem::DatabaseUrl)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;

    #[tokio::test]
    async fn a_connection_that_lost_its_transaction_is_replaced() {
        for lab in Lab::all().await {
            for _ in 0..20 {
                let mut tx = lab.domain.db().begin().await.unwrap();
                // As SQLite does by itself when the disk is full.
                sql("ROLLBACK").run(&mut tx).await.unwrap();
                drop(tx);
            }
            lab.domain.db().begin().await.unwrap().next_id("entity").await.unwrap();
        }
    }
}
