//! Removing what only a deleted version held: its entries, then the bytes that no version of its project lists any more.
//! Every step is a transaction of its own, and doing it twice is the same: it may be killed anywhere.

use crate::db::{Tx, placeholders, sql};
use crate::jobs::discard_later;
use crate::{Domain, Error};

/// Entries of one transaction.
const ENTRIES: i64 = 20_000;
/// Objects of one transaction.
const OBJECTS: i64 = 1000;

/// What makes a project's object needless: no version lists it, and no pending one has asked for it.
const NEEDLESS: &str = "NOT EXISTS (SELECT 1 FROM artifact_entry e WHERE e.object_id = project_object.id) \
    AND NOT EXISTS (SELECT 1 FROM artifact a WHERE a.id = project_object.asked_by AND a.state = 'PENDING')";

pub(crate) async fn run(domain: &Domain, subject: &str) -> Result<(), Error> {
    let id: i64 = subject.parse().map_err(|e| Error::internal("reading the subject of a collection", e))?;
    let text = "SELECT project_id FROM artifact WHERE id = $1 AND state = 'DELETED'";
    let row: Option<(i64,)> = sql(text).bind(id).optional(domain.db()).await?;
    let Some((project,)) = row else { return Ok(()) };
    let text = "DELETE FROM artifact_entry WHERE artifact_id = $1 AND name IN \
                (SELECT name FROM artifact_entry WHERE artifact_id = $1 ORDER BY name LIMIT $2)";
    while sql(text).bind(id).bind(ENTRIES).run(domain.db()).await? > 0 {}
    let mut after = 0;
    while let Some(last) = step(domain, project, after).await? {
        after = last;
    }
    Ok(())
}

/// Removes some needless objects of the project after this one; the last one looked at.
async fn step(domain: &Domain, project: i64, after: i64) -> Result<Option<i64>, Error> {
    let text =
        format!("SELECT id FROM project_object WHERE project_id = $1 AND id > $2 AND {NEEDLESS} ORDER BY id LIMIT $3");
    let found: Vec<(i64,)> = sql(text).bind(project).bind(after).bind(OBJECTS).all(domain.db()).await?;
    let ids: Vec<i64> = found.into_iter().map(|(id,)| id).collect();
    let Some(last) = ids.last().copied() else { return Ok(None) };
    let of = placeholders(1, ids.len());
    let mut tx = domain.db().begin().await?;
    // Locks the rows; then looks again at what others did to them meanwhile.
    let text = format!("UPDATE project_object SET asked_at = asked_at WHERE id IN ({of})");
    sql(text).bind_all(ids.iter().copied()).run(&mut tx).await?;
    let text = format!("DELETE FROM project_object WHERE id IN ({of}) AND {NEEDLESS} RETURNING object_id");
    let objects: Vec<(i64,)> = sql(text).bind_all(ids.iter().copied()).all(&mut tx).await?;
    let objects: Vec<i64> = objects.into_iter().map(|(id,)| id).collect();
    for blob in remove_objects(&mut tx, &objects).await? {
        discard_later(&mut tx, domain.clock(), &blob).await?;
    }
    tx.commit().await?;
    Ok(Some(last))
}

/// Removes those of the objects that no project has; their blobs.
pub(super) async fn remove_objects(tx: &mut Tx, objects: &[i64]) -> Result<Vec<String>, Error> {
    let mut gone = Vec::new();
    for objects in objects.chunks(1000) {
        let of = placeholders(1, objects.len());
        let text = format!("UPDATE object SET bytes = bytes WHERE id IN ({of})");
        sql(text).bind_all(objects.iter().copied()).run(&mut *tx).await?;
        let text = format!(
            "SELECT id FROM object WHERE id IN ({of}) AND NOT EXISTS (SELECT 1 FROM project_object p WHERE p.object_id = object.id)"
        );
        let alone: Vec<(i64,)> = sql(text).bind_all(objects.iter().copied()).all(&mut *tx).await?;
        if alone.is_empty() {
            continue;
        }
        let alone: Vec<i64> = alone.into_iter().map(|(id,)| id).collect();
        let of = placeholders(1, alone.len());
        let text = format!("DELETE FROM object_part WHERE object_id IN ({of}) RETURNING blob");
        let blobs: Vec<(String,)> = sql(text).bind_all(alone.iter().copied()).all(&mut *tx).await?;
        gone.extend(blobs.into_iter().map(|(blob,)| blob));
        sql(format!("DELETE FROM object WHERE id IN ({of})")).bind_all(alone).run(&mut *tx).await?;
    }
    Ok(gone)
}
