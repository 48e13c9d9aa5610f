//! Writing through a signed address.

use bytes::Bytes;
use futures::Stream;

use super::together;
use crate::blobs::{Expect, Wanted};
use crate::db::{Tx, sql};
use crate::jobs::{discard_later, keep};
use crate::policy::{Ticket, TicketUse};
use crate::{Domain, Error, Problem};

/// The most that one file may hold: what S3 takes in 8,192 parts of 8 MiB.
pub(super) const MOST: u64 = 64 << 30;

/// Takes the bytes of a file, part or manifest; what the store calls them (`ETag`).
pub(crate) async fn write<S>(ticket: &Ticket, stream: S, announced: Option<u64>) -> Result<String, Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    let domain = ticket.domain();
    match ticket.usage() {
        TicketUse::PutObject { artifact, md5 } => object(domain, *artifact, md5, stream, announced).await,
        TicketUse::PutPart { upload, part } => super::part::put(domain, *upload, *part, stream, announced).await,
        TicketUse::PutManifest { manifest } => {
            super::super::manifest::put(domain, *manifest, stream, announced).await?;
            Ok(format!("manifest-{manifest}"))
        }
        _ => Err(Error::Invalid(Problem::AddressNotForWriting)),
    }
}

async fn object<S>(
    domain: &Domain,
    artifact: i64,
    md5: &str,
    stream: S,
    announced: Option<u64>,
) -> Result<String, Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    if announced.is_some_and(|bytes| bytes <= together::SMALL) {
        return together::object(domain, artifact, md5, stream, announced).await;
    }
    project(domain, artifact).await?;
    let blob = format!("objects/{}", domain.clock().id()?);
    // Deleted after a while, should no row ever name it.
    discard_later(domain.db(), domain.clock(), &blob).await?;
    let expect = Expect { length: announced, most: MOST, digests: Wanted::Both };
    let written = domain.blobs().put_stream(&blob, stream, expect).await?;
    written.must_be(md5)?;
    let hash = written.hash.unwrap_or_default();
    let bytes = i64::try_from(written.bytes).unwrap_or(i64::MAX);
    let parts = [(bytes, blob)];
    register(domain, artifact, &New { hash: &hash, md5, bytes, parts: &parts }).await?;
    Ok(hash)
}

/// The project of an artifact that is still pending.
pub(super) async fn project(domain: &Domain, artifact: i64) -> Result<i64, Error> {
    let text = "SELECT project_id FROM artifact WHERE id = $1 AND state = 'PENDING'";
    let row: Option<(i64,)> = sql(text).bind(artifact).optional(domain.db()).await?;
    row.map(|(project,)| project).ok_or(Error::NotFound(Problem::AddressOld))
}

/// Bytes that have come.
pub(super) struct New<'a> {
    pub hash: &'a str,
    pub md5: &'a str,
    pub bytes: i64,
    /// Bytes and blob of each part.
    pub parts: &'a [(i64, String)],
}

/// Gives the project the bytes. When the server has the same already, those are taken, and the new blobs go after a while.
pub(super) async fn register(domain: &Domain, artifact: i64, new: &New<'_>) -> Result<(), Error> {
    let now = domain.clock().now();
    let mut tx = domain.db().begin().await?;
    let text = "UPDATE artifact SET updated_at = $1 WHERE id = $2 AND state = 'PENDING' RETURNING project_id";
    let row: Option<(i64,)> = sql(text).bind(now).bind(artifact).optional(&mut tx).await?;
    let Some((project,)) = row else { return Err(Error::NotFound(Problem::AddressOld)) };
    let object = find_or_insert(&mut tx, domain, new).await?;
    sql("INSERT INTO project_object (id, project_id, md5, object_id, bytes, birth_id, asked_by, asked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7) \
         ON CONFLICT (project_id, md5) DO UPDATE SET asked_by = excluded.asked_by, asked_at = excluded.asked_at")
    .bind(domain.clock().id()?)
    .bind(project)
    .bind(new.md5)
    .bind(object)
    .bind(new.bytes)
    .bind(artifact)
    .bind(now)
    .run(&mut tx)
    .await?;
    tx.commit().await
}

async fn find_or_insert(tx: &mut Tx, domain: &Domain, new: &New<'_>) -> Result<i64, Error> {
    let id = domain.clock().id()?;
    let text = "INSERT INTO object (id, hash, md5, bytes, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (hash) DO NOTHING";
    let query = sql(text).bind(id).bind(new.hash).bind(new.md5).bind(new.bytes).bind(domain.clock().now());
    if query.run(&mut *tx).await? == 0 {
        let (there,): (i64,) = sql("SELECT id FROM object WHERE hash = $1").bind(new.hash).one(&mut *tx).await?;
        return Ok(there);
    }
    for ((bytes, blob), position) in new.parts.iter().zip(0_i64..) {
        let text = "INSERT INTO object_part (object_id, position, bytes, blob) VALUES ($1, $2, $3, $4)";
        sql(text).bind(id).bind(position).bind(*bytes).bind(blob).run(&mut *tx).await?;
        keep(tx, blob).await?;
    }
    Ok(id)
}
