//! Versions whose time is over: those that outlived their time to live, and those that nobody goes on with.

use super::remove;
use crate::db::sql;
use crate::{Domain, Error, Micros};

/// A pending version that nothing was sent to for so long is given up.
const PATIENCE: Micros = 7 * 24 * 3600 * 1_000_000;

/// Versions that are deleted in one transaction.
const STEP: i64 = 100;

pub(crate) async fn run(domain: &Domain) -> Result<(), Error> {
    let now = domain.clock().now();
    // What is linked somewhere stays.
    let over = "SELECT a.id FROM artifact a JOIN artifact_collection c ON c.id = a.collection_id \
                WHERE (a.state = 'PENDING' AND a.updated_at < $1) OR (a.state = 'COMMITTED' AND a.created_at < $2 - 1000000 * \
                CASE WHEN a.ttl_seconds > 0 THEN a.ttl_seconds WHEN a.ttl_seconds = -1 THEN c.ttl_seconds END \
                AND NOT EXISTS (SELECT 1 FROM artifact_membership m WHERE m.artifact_id = a.id AND m.collection_id <> a.collection_id)) \
                ORDER BY a.id LIMIT $3";
    loop {
        let ids: Vec<(i64,)> = sql(over).bind(now - PATIENCE).bind(now).bind(STEP).all(domain.db()).await?;
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = domain.db().begin().await?;
        for (id,) in ids {
            remove(&mut tx, domain.clock(), id).await?;
        }
        tx.commit().await?;
    }
}
