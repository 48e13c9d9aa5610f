//! Brings the schema up to date at start: forward only, one transaction a step, refusing a schema newer than the program.

use sqlx::AssertSqlSafe;

use super::{Db, Tx, sql};
use crate::{Clock, Error, Problem};

/// Every migration ever released, in order. A released one never changes; the list only grows.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_init", include_str!("../../../../migrations/0001_init.sql")),
    ("0002_access", include_str!("../../../../migrations/0002_access.sql")),
    ("0004_views", include_str!("../../../../migrations/0004_views.sql")),
];

/// Applies what is missing. Several processes may start at once: each step re-reads the version under the write lock.
pub(super) async fn up(db: &Db, clock: &Clock) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)")
        .run(&mut tx)
        .await?;
    let (applied,): (i64,) = sql("SELECT COUNT(*) FROM schema_version").one(&mut tx).await?;
    let applied = usize::try_from(applied).unwrap_or(usize::MAX);
    if applied > MIGRATIONS.len() {
        return Err(Error::Invalid(Problem::SchemaNewer { version: applied, known: MIGRATIONS.len() }));
    }
    for (index, (name, text)) in MIGRATIONS.iter().enumerate().skip(applied) {
        run_script(&mut tx, text).await?;
        sql("INSERT INTO schema_version (version, name, applied_at) VALUES ($1, $2, $3)")
            .bind(i64::try_from(index + 1).unwrap_or(i64::MAX))
            .bind(*name)
            .bind(clock.now())
            .run(&mut tx)
            .await?;
        tracing::info!(migration = name, "applied");
    }
    tx.commit().await
}

/// PostgreSQL has no single writer: take an advisory lock for the length of the transaction.
async fn lock(tx: &mut Tx) -> Result<(), Error> {
    if let Tx::Postgres(tx) = tx {
        sqlx::query("SELECT pg_advisory_xact_lock(727473)").execute(&mut **tx).await?;
    }
    Ok(())
}

async fn run_script(tx: &mut Tx, text: &'static str) -> Result<(), Error> {
    match tx {
        Tx::Sqlite(tx) => sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut **tx).await.map(drop)?,
        Tx::Postgres(tx) => sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut **tx).await.map(drop)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn starting_twice_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", dir.path().join("db").display());
        let clock = Clock::system();
        for _ in 0..2 {
            let db = Db::open(&url, &clock).await.unwrap();
            let (n,): (i64,) = sql("SELECT COUNT(*) FROM schema_version").one(&db).await.unwrap();
            assert_eq!(n, i64::try_from(MIGRATIONS.len()).unwrap());
            db.close().await;
        }
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused_and_left_alone() {
        for db in testing::databases().await {
            sql("INSERT INTO schema_version (version, name, applied_at) VALUES (9999, 'from the future', 0)")
                .run(&db)
                .await
                .unwrap();
            let error = up(&db, &Clock::system()).await.unwrap_err();
            assert!(matches!(error, Error::Invalid(Problem::SchemaNewer { .. })), "{error}");
        }
    }
}
