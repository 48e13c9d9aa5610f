//! Brings the schema up to date at start: forward only, one transaction a step, refusing a schema newer than the program.

use sqlx::AssertSqlSafe;

use super::{Db, Tx, sql};
use crate::{Clock, Error, Problem};

/// Every migration ever released, in order. A released one never changes; the list only grows.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_init", include_str!("../../../../migrations/0001_init.sql")),
    ("0002_access", include_str!("../../../../migrations/0002_access.sql")),
    ("0003_sweeps", include_str!("../../../../migrations/0003_sweeps.sql")),
    ("0004_views", include_str!("../../../../migrations/0004_views.sql")),
    ("0005_access", include_str!("../../../../migrations/0005_access.sql")),
    ("0006_run_table", include_str!("../../../../migrations/0006_run_table.sql")),
    ("0007_artifacts", include_str!("../../../../migrations/0007_artifacts.sql")),
    ("0008_lifecycle", include_str!("../../../../migrations/0008_lifecycle.sql")),
    ("0009_sharing", include_str!("../../../../migrations/0009_sharing.sql")),
    ("0010_custom_charts", include_str!("../../../../migrations/0010_custom_charts.sql")),
    ("0011_registry", include_str!("../../../../migrations/0011_registry.sql")),
    ("0012_access_epoch", include_str!("../../../../migrations/0012_access_epoch.sql")),
    ("0013_writes", include_str!("../../../../migrations/0013_writes.sql")),
];

/// Applies what is missing. Several processes may start at once: each step re-reads the version under the write lock.
pub(super) async fn up(db: &Db, clock: &Clock) -> Result<(), Error> {
    apply(db, clock, MIGRATIONS).await
}

async fn apply(db: &Db, clock: &Clock, migrations: &[(&'static str, &'static str)]) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    lock(&mut tx).await?;
    sql("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)")
        .run(&mut tx)
        .await?;
    let (applied,): (i64,) = sql("SELECT COUNT(*) FROM schema_version").one(&mut tx).await?;
    let applied = usize::try_from(applied).unwrap_or(usize::MAX);
    if applied > migrations.len() {
        return Err(Error::Invalid(Problem::SchemaNewer { version: applied, known: migrations.len() }));
    }
    for (index, (name, text)) in migrations.iter().enumerate().skip(applied) {
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

/// Triggers have no common language: what comes after a line `-- only sqlite` or `-- only postgres` is for that one.
async fn run_script(tx: &mut Tx, text: &'static str) -> Result<(), Error> {
    let other = match tx {
        Tx::Sqlite(_) => "postgres",
        Tx::Postgres(_) => "sqlite",
    };
    let mut parts = text.split("\n-- only ");
    let common = parts.next().into_iter();
    let text = common.chain(
        parts.filter(|part| !part.starts_with(other)).map(|part| part.split_once('\n').map_or("", |(_, sql)| sql)),
    );
    let text = text.collect::<Vec<_>>().join("\n");
    match tx {
        Tx::Sqlite(tx) => sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut **tx).await.map(drop)?,
        Tx::Postgres(tx) => {
            // A table with triggers that wait for the commit cannot be altered any more.
            let text = format!("SET CONSTRAINTS ALL IMMEDIATE;\n{text}");
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut **tx).await.map(drop)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RunPath;
    use crate::policy::{Read, Run};
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

    /// What one person has, in the words of the oldest schema.
    const DATA: [&str; 5] = [
        "INSERT INTO entity (id, name, kind, created_at) VALUES (1, 'ann', 'user', 1)",
        "INSERT INTO account (id, entity_id, name, is_admin, created_at) VALUES (1, 1, 'ann', TRUE, 1)",
        "INSERT INTO project (id, entity_id, name, visibility, owner_id, created_at, updated_at) \
         VALUES (1, 1, 'p', 'team', 1, 1, 1)",
        "INSERT INTO run (id, project_id, name, user_id, display_name, state, generation, config, summary, system_metrics, tags, \
         stop_requested, preempting, created_at, updated_at, heartbeat_at) \
         VALUES (7, 1, 'r1', 1, 'one', 'finished', 0, '{\"lr\":{\"value\":0.1}}', '{\"loss\":2}', '{}', '[\"t\"]', FALSE, FALSE, 1, 1, 1)",
        "INSERT INTO alert (id, run_id, title, text, severity, created_at) VALUES (1, 7, 'hot', 'too hot', 'WARN', 1)",
    ];

    #[tokio::test]
    async fn what_every_earlier_schema_holds_is_there_after_the_upgrade() {
        for applied in 1..MIGRATIONS.len() {
            for url in testing::urls().await {
                let clock = Clock::system();
                let db = Db::connect(&url).await.unwrap();
                super::apply(&db, &clock, &MIGRATIONS[..applied]).await.unwrap();
                for text in DATA {
                    sql(text).run(&db).await.unwrap();
                }
                db.close().await;
                let domain = testing::domain_at(url, clock).await;
                let path = RunPath::new("ann", "p", "r1");
                let run = domain.operator().allow::<Read, Run>(&path).await.unwrap();
                assert_eq!(run.alerts().await.unwrap().len(), 1);
                let filter = r#"{"config.lr":0.1,"summary_metrics.loss":2,"tags":"t","username":"ann"}"#;
                assert_eq!(
                    run.project().run_count(Some(filter)).await.unwrap(),
                    1,
                    "after {}",
                    MIGRATIONS[applied - 1].0
                );
            }
        }
    }
}
