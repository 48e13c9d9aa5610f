//! Removing what a deleted run left.

use super::discard::discard_later;
use crate::db::sql;
use crate::{Domain, Error};

pub(super) async fn run(domain: &Domain, subject: &str) -> Result<(), Error> {
    let id: i64 = subject.parse().map_err(|e| Error::internal("reading the subject of a purge", e))?;
    let mut tx = domain.db().begin().await?;
    let text = "SELECT id FROM run WHERE id = $1 AND deleted_at IS NOT NULL";
    let deleted: Option<(i64,)> = sql(text).bind(id).optional(&mut tx).await?;
    if deleted.is_none() {
        return Ok(());
    }
    let text = "SELECT blob FROM segment WHERE run_id = $1 UNION SELECT blob FROM file WHERE run_id = $1";
    let blobs: Vec<(String,)> = sql(text).bind(id).all(&mut tx).await?;
    for (blob,) in blobs {
        discard_later(&mut tx, domain.clock(), &blob).await?;
    }
    sql("UPDATE artifact SET run_id = NULL WHERE run_id = $1").bind(id).run(&mut tx).await?;
    for table in ["tail", "segment", "stream", "file", "alert", "sweep_run", "artifact_use"] {
        sql(format!("DELETE FROM {table} WHERE run_id = $1")).bind(id).run(&mut tx).await?;
    }
    sql("DELETE FROM run WHERE id = $1").bind(id).run(&mut tx).await?;
    tx.commit().await
}
