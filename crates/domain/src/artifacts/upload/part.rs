//! Files that come in parts: each part is a blob of its own, and stays one.

use bytes::Bytes;
use futures::Stream;

use super::along;
use super::put::{MOST, New, project, register};
use super::{Multipart, Part, hex_to_base64, storage_path};
use crate::blobs::{Digests, Expect, Wanted};
use crate::db::{Tx, sql};
use crate::jobs::discard_later;
use crate::policy::{Allowed, Artifact, TicketUse, Update};
use crate::{Domain, Error, Problem, Thing};

impl Allowed<Update, Artifact> {
    /// Expects the parts of a file.
    pub(super) async fn begin_parts(
        &self,
        tx: &mut Tx,
        md5: &str,
        parts: &[(i64, String)],
    ) -> Result<Multipart, Error> {
        let id = self.domain().clock().id()?;
        let count = i64::try_from(parts.len()).unwrap_or(i64::MAX);
        let text = "INSERT INTO artifact_upload (id, artifact_id, md5, parts, created_at) VALUES ($1, $2, $3, $4, $5)";
        let query = sql(text).bind(id).bind(self.resource().id).bind(md5).bind(count);
        query.bind(self.session().now()).run(&mut *tx).await?;
        let mut urls = Vec::with_capacity(parts.len());
        for (number, hex) in parts {
            let text = "INSERT INTO artifact_upload_part (upload_id, part, md5) VALUES ($1, $2, $3)";
            let md5 = hex_to_base64(hex).unwrap_or_default();
            sql(text).bind(id).bind(*number).bind(md5).run(&mut *tx).await?;
            urls.push(Part { number: *number, url: self.address(TicketUse::PutPart { upload: id, part: *number })? });
        }
        Ok(Multipart { id, parts: urls })
    }

    /// Joins the parts, which must have come and must be the file announced; its MD5 in base64. Doing it again is the same.
    pub async fn complete_parts(&self, upload: i64, storage: &str) -> Result<String, Error> {
        let artifact = self.resource();
        let text = "SELECT md5, parts FROM artifact_upload WHERE id = $1 AND artifact_id = $2";
        let row: Option<(String, i64)> = sql(text).bind(upload).bind(artifact.id).optional(self.domain().db()).await?;
        let gone = || Error::not_found(Thing::Upload, upload.to_string());
        let (announced, count) = row.ok_or_else(gone)?;
        if storage != storage_path(artifact.id, &announced) {
            return Err(gone());
        }
        let text = "SELECT part, bytes, blob FROM artifact_upload_part WHERE upload_id = $1 ORDER BY part";
        let rows: Vec<(i64, Option<i64>, Option<String>)> = sql(text).bind(upload).all(self.domain().db()).await?;
        let mut parts = Vec::new();
        for (part, bytes, blob) in rows {
            let (Some(bytes), Some(blob)) = (bytes, blob) else {
                return Err(Error::Invalid(Problem::UploadPartMissing { part }));
            };
            parts.push((bytes, blob));
        }
        debug_assert_eq!(i64::try_from(parts.len()), Ok(count));
        let (hash, md5) = along::digests(self.domain(), upload, &parts).await?;
        if md5 != announced {
            self.forget_wrong_parts(upload).await?;
            return Err(Error::Invalid(Problem::UploadDigest { announced, came: md5 }));
        }
        let bytes = parts.iter().map(|(bytes, _)| bytes).sum();
        register(self.domain(), artifact.id, &New { hash: &hash, md5: &md5, bytes, parts: &parts }).await?;
        Ok(md5)
    }

    /// The file is not what was announced: parts that are not either have to come again. The first of them is the reason.
    async fn forget_wrong_parts(&self, upload: i64) -> Result<(), Error> {
        let domain = self.domain();
        let text =
            "SELECT part, md5, blob FROM artifact_upload_part WHERE upload_id = $1 AND blob IS NOT NULL ORDER BY part";
        let parts: Vec<(i64, String, String)> = sql(text).bind(upload).all(domain.db()).await?;
        let mut reason = Ok(());
        for (part, announced, blob) in parts {
            let came = domain.blobs().digest(&blob, Digests::new(Wanted::Md5)).await?.md5().unwrap_or_default();
            if came == announced {
                continue;
            }
            let mut tx = domain.db().begin().await?;
            let text = "UPDATE artifact_upload_part SET bytes = NULL, blob = NULL WHERE upload_id = $1 AND part = $2 AND blob = $3";
            sql(text).bind(upload).bind(part).bind(&blob).run(&mut tx).await?;
            discard_later(&mut tx, domain.clock(), &blob).await?;
            tx.commit().await?;
            reason = reason.and(Err(Error::Invalid(Problem::UploadDigest { announced, came })));
        }
        reason
    }
}

/// Takes one part; the digest announced for it. It is believed until the whole file, whose digest is computed over all its
/// parts anyway, is not what was announced.
pub(super) async fn put<S>(
    domain: &Domain,
    upload: i64,
    part: i64,
    stream: S,
    announced: Option<u64>,
) -> Result<String, Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    let text = "SELECT p.md5, u.artifact_id FROM artifact_upload_part p JOIN artifact_upload u ON u.id = p.upload_id \
                WHERE p.upload_id = $1 AND p.part = $2";
    let row: Option<(String, i64)> = sql(text).bind(upload).bind(part).optional(domain.db()).await?;
    let Some((md5, artifact)) = row else { return Err(Error::NotFound(Problem::AddressOld)) };
    project(domain, artifact).await?;
    let _turn = domain.along().turns(upload).take(part).await;
    let blob = format!("objects/{}", domain.clock().id()?);
    discard_later(domain.db(), domain.clock(), &blob).await?;
    let expect = Expect { length: announced, most: MOST, digests: Wanted::Nothing };
    let written = domain.blobs().put_stream(&blob, stream, expect).await?;
    let mut tx = domain.db().begin().await?;
    let text = "SELECT blob FROM artifact_upload_part WHERE upload_id = $1 AND part = $2 AND blob IS NOT NULL";
    if let Some((old,)) = sql(text).bind(upload).bind(part).optional::<(String,)>(&mut tx).await? {
        discard_later(&mut tx, domain.clock(), &old).await?;
    }
    let text = "UPDATE artifact_upload_part SET bytes = $1, blob = $2 WHERE upload_id = $3 AND part = $4";
    let bytes = i64::try_from(written.bytes).unwrap_or(i64::MAX);
    sql(text).bind(bytes).bind(&blob).bind(upload).bind(part).run(&mut tx).await?;
    tx.commit().await?;
    along::follow(domain, upload);
    Ok(md5)
}
