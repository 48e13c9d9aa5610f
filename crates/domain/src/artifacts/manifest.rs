//! Manifests on their way in.

use bytes::Bytes;
use futures::Stream;

use crate::blobs::{Expect, Wanted};
use crate::db::sql;
use crate::jobs::discard_later;
use crate::model::{ArtifactPath, words};
use crate::policy::{Allowed, Artifact, Session, TicketUse, Update};
use crate::{Domain, Error, Problem, Thing};

/// The most that one manifest may hold: some ten million entries.
const MOST: u64 = 4 << 30;

/// How a manifest is to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestKind {
    /// Everything.
    Full,
    /// Laid over the entries of its base.
    Incremental,
    /// One writer's share; all of them together are everything.
    Patch,
}
words!(ManifestKind, Manifest, { Full => "FULL", Incremental => "INCREMENTAL", Patch => "PATCH" });

/// What a client announces.
#[derive(Clone, Debug)]
pub struct NewManifest {
    /// The name of its file.
    pub name: String,
    /// How it is to be understood.
    pub kind: ManifestKind,
    /// Base64 MD5 of the JSON; empty until it is known.
    pub digest: String,
    /// The artifact that it is laid over.
    pub base: Option<i64>,
}

/// A manifest that is expected.
#[derive(Clone, Debug)]
pub struct ManifestUpload {
    /// Manifest id.
    pub id: i64,
    /// Address for one PUT.
    pub url: String,
}

impl Allowed<Update, Artifact> {
    /// Expects a manifest. A full or an incremental one there is once: announcing it again changes its digest.
    pub async fn create_manifest(&self, new: NewManifest) -> Result<ManifestUpload, Error> {
        let artifact = self.resource();
        let mut tx = self.domain().db().begin().await?;
        self.pending(&mut tx).await?;
        let text = "SELECT id FROM artifact_manifest WHERE artifact_id = $1 AND kind = $2 AND kind <> 'PATCH'";
        let there: Option<(i64,)> = sql(text).bind(artifact.id).bind(new.kind.as_str()).optional(&mut tx).await?;
        let id = match there {
            Some((id,)) => {
                let text = "UPDATE artifact_manifest SET digest = $1, base_id = COALESCE($2, base_id) WHERE id = $3";
                sql(text).bind(&new.digest).bind(new.base).bind(id).run(&mut tx).await?;
                id
            }
            None => {
                let id = self.domain().clock().id()?;
                let text = "INSERT INTO artifact_manifest (id, artifact_id, name, kind, digest, base_id, created_at) \
                            VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let query = sql(text).bind(id).bind(artifact.id).bind(&new.name).bind(new.kind.as_str());
                query.bind(&new.digest).bind(new.base).bind(self.session().now()).run(&mut tx).await?;
                id
            }
        };
        tx.commit().await?;
        upload(self.domain(), id)
    }

    /// Tells the digest of a manifest that is about to come; what is not given stays.
    pub async fn update_manifest(
        &self,
        manifest: i64,
        digest: Option<String>,
        base: Option<i64>,
    ) -> Result<ManifestUpload, Error> {
        let mut tx = self.domain().db().begin().await?;
        self.pending(&mut tx).await?;
        let text = "UPDATE artifact_manifest SET digest = COALESCE($1, digest), base_id = COALESCE($2, base_id) \
                    WHERE id = $3 AND artifact_id = $4";
        let changed = sql(text).bind(digest).bind(base).bind(manifest).bind(self.resource().id).run(&mut tx).await?;
        if changed == 0 {
            return Err(Error::not_found(Thing::Manifest, manifest.to_string()));
        }
        tx.commit().await?;
        upload(self.domain(), manifest)
    }

    /// Holds the row of an artifact that must be pending.
    pub(super) async fn pending(&self, tx: &mut crate::db::Tx) -> Result<(), Error> {
        let artifact = self.resource();
        let text = "UPDATE artifact SET updated_at = $1 WHERE id = $2 AND state = 'PENDING'";
        match sql(text).bind(self.session().now()).bind(artifact.id).run(tx).await? {
            0 => Err(Error::Conflict(Problem::ArtifactNotPending { artifact: artifact.path().to_string() })),
            _ => Ok(()),
        }
    }
}

fn upload(domain: &Domain, id: i64) -> Result<ManifestUpload, Error> {
    let ticket = domain.sign(TicketUse::PutManifest { manifest: id })?;
    Ok(ManifestUpload { id, url: format!("{}/blob/{ticket}", domain.base_url()) })
}

impl Session {
    /// The artifact of a manifest, for whoever may read it.
    pub async fn manifest_artifact(&self, manifest: i64) -> Result<Option<ArtifactPath>, Error> {
        let text = "SELECT artifact_id FROM artifact_manifest WHERE id = $1";
        let row: Option<(i64,)> = sql(text).bind(manifest).optional(self.db()).await?;
        match row {
            Some((artifact,)) => self.artifact_path(artifact).await,
            None => Ok(None),
        }
    }
}

/// Takes the JSON of a manifest; it must have the digest that was announced.
pub(super) async fn put<S>(domain: &Domain, id: i64, stream: S, announced: Option<u64>) -> Result<(), Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    let text = "SELECT f.digest FROM artifact_manifest f JOIN artifact a ON a.id = f.artifact_id \
                WHERE f.id = $1 AND a.state = 'PENDING'";
    let row: Option<(String,)> = sql(text).bind(id).optional(domain.db()).await?;
    let Some((digest,)) = row else { return Err(Error::NotFound(Problem::AddressOld)) };
    let blob = format!("manifests/{}", domain.clock().id()?);
    discard_later(domain.db(), domain.clock(), &blob).await?;
    let written = domain
        .blobs()
        .put_stream(&blob, stream, Expect { length: announced, most: MOST, digests: Wanted::Md5 })
        .await?;
    if !digest.is_empty() {
        written.must_be(&digest)?;
    }
    let mut tx = domain.db().begin().await?;
    let text = "SELECT blob FROM artifact_manifest WHERE id = $1 AND blob IS NOT NULL";
    if let Some((old,)) = sql(text).bind(id).optional::<(String,)>(&mut tx).await? {
        discard_later(&mut tx, domain.clock(), &old).await?;
    }
    sql("UPDATE artifact_manifest SET blob = $1 WHERE id = $2").bind(&blob).bind(id).run(&mut tx).await?;
    tx.commit().await
}
