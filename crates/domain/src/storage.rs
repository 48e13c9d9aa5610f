//! What runs keep: files, segments of what they logged (a blob that several generations share counts once), and what is
//! not yet in a segment; and what a project's artifacts keep, where the same bytes count once.

use sqlx::FromRow;

use crate::Error;
use crate::db::{On, Sql, placeholders, sql};

/// Bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Storage {
    /// Of the runs and artifacts that are there.
    pub kept: i64,
    /// Of those in the trash, and of those that are being removed.
    pub deleted: i64,
}

impl Storage {
    /// All of it: what a quota limits.
    pub fn total(self) -> i64 {
        self.kept + self.deleted
    }
}

/// `of` joins `run r` with what the condition needs. CAST: PostgreSQL sums BIGINT to NUMERIC.
fn select(of: &str, artifacts: bool) -> Sql {
    let parts = [
        ("DISTINCT", "x.blob", "x.bytes", "segment"),
        ("", "x.blob", "x.bytes", "file"),
        ("", "''", "CAST(LENGTH(x.payload) AS BIGINT)", "tail"),
    ];
    let part = |(distinct, blob, bytes, table): (&str, &str, &str, &str)| {
        format!(
            "SELECT {distinct} {blob} AS blob, {bytes} AS bytes, r.deleted_at IS NOT NULL AS gone \
             FROM {table} x JOIN run r ON r.id = x.run_id {of}"
        )
    };
    let mut parts: Vec<String> = parts.map(part).into();
    if artifacts {
        // Under the name `r`, so that the same condition fits.
        parts.push(format!("SELECT '' AS blob, r.bytes AS bytes, 1 = 0 AS gone FROM project_object r {of}"));
    }
    sql(format!(
        "SELECT CAST(COALESCE(SUM(CASE WHEN gone THEN 0 ELSE bytes END), 0) AS BIGINT) AS kept, \
         CAST(COALESCE(SUM(CASE WHEN gone THEN bytes ELSE 0 END), 0) AS BIGINT) AS deleted FROM ({}) parts",
        parts.join(" UNION ALL ")
    ))
}

/// What a project keeps.
pub(crate) async fn of_project(on: impl Into<On<'_>>, id: i64) -> Result<Storage, Error> {
    select("WHERE r.project_id = $1", true).bind(id).one(on).await
}

/// What all projects of an entity keep.
pub(crate) async fn of_entity(on: impl Into<On<'_>>, id: i64) -> Result<Storage, Error> {
    select("JOIN project p ON p.id = r.project_id WHERE p.entity_id = $1", true).bind(id).one(on).await
}

/// What these runs keep; not too many for one statement.
pub(crate) async fn of_runs(on: impl Into<On<'_>>, ids: &[i64]) -> Result<i64, Error> {
    if ids.is_empty() {
        return Ok(0);
    }
    let text = format!("WHERE r.id IN ({})", placeholders(1, ids.len()));
    let all: Storage = select(&text, false).bind_all(ids.iter().copied()).one(on).await?;
    Ok(all.total())
}
