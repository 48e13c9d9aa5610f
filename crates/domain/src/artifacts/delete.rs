//! Deleting versions and collections: gone at once for everybody; what only they held is removed by a job.

mod collect;
mod preview;
mod retire;

pub(crate) use collect::run as collect;
pub use preview::Deletion;
pub(crate) use retire::run as retire;

use std::time::Duration;

use super::link::leave;
use super::row::CollectionKind;
use crate::db::{Tx, sql};
use crate::jobs::{Job, discard_later, enqueue};
use crate::policy::{Allowed, Artifact, Collection, Delete, Run};
use crate::registry::{may_delete, may_move};
use crate::{Clock, Error, Problem, Thing, audit};

/// What goes with a collection: of a sequence the versions themselves, of a portfolio their links.
const MEMBERS: &str = "SELECT artifact_id FROM artifact_membership WHERE collection_id = $1";
const SEQUENCE: &str = "SELECT id FROM artifact WHERE collection_id = $1 AND state <> 'DELETED'";

impl Allowed<Delete, Artifact> {
    /// Deletes the version. One with aliases (other than `latest`, which nobody gave) only when these may go with it.
    pub async fn delete(&self, with_aliases: bool) -> Result<(), Error> {
        let (artifact, clock) = (self.resource(), self.domain().clock());
        may_delete(self.session(), "$1", artifact.id, &artifact.path().to_string()).await?;
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT l.alias FROM artifact_alias l JOIN artifact_membership m ON m.id = l.membership_id \
                    WHERE m.artifact_id = $1 AND l.alias <> 'latest' ORDER BY l.alias";
        let aliases: Vec<(String,)> = sql(text).bind(artifact.id).all(&mut tx).await?;
        if !aliases.is_empty() && !with_aliases {
            let aliases = aliases.into_iter().map(|(alias,)| alias).collect::<Vec<_>>().join(", ");
            return Err(Error::Invalid(Problem::ArtifactHasAliases { artifact: artifact.path().to_string(), aliases }));
        }
        if !remove(&mut tx, clock, artifact.id).await? {
            return Err(Error::not_found(Thing::Artifact, artifact.path().to_string()));
        }
        audit::done(&mut tx, self.session(), "artifact:delete", &artifact.path().to_string()).await?;
        tx.commit().await
    }
}

impl Allowed<Delete, Collection> {
    /// Deletes the collection: a sequence with all its versions, a portfolio with its links. Its name can be taken again.
    pub async fn delete(&self) -> Result<(), Error> {
        let (collection, clock, now) = (self.resource(), self.domain().clock(), self.session().now());
        let text = "SELECT alias FROM artifact_alias WHERE collection_id = $1";
        let aliases: Vec<(String,)> = sql(text).bind(collection.id).all(self.domain().db()).await?;
        let aliases: Vec<_> = aliases.into_iter().map(|(alias,)| alias).collect();
        may_move(self.session(), &collection.project, &aliases).await?;
        if !collection.project.registry {
            may_delete(self.session(), SEQUENCE, collection.id, &collection.path().to_string()).await?;
        }
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE artifact_collection SET deleted_at = $1, updated_at = $1 WHERE id = $2 AND deleted_at IS NULL RETURNING kind";
        let row: Option<(String,)> = sql(text).bind(now).bind(collection.id).optional(&mut tx).await?;
        let Some((kind,)) = row else {
            return Err(Error::not_found(Thing::Collection, collection.path().to_string()));
        };
        let text = "SELECT artifact_id FROM artifact_membership WHERE collection_id = $1";
        let members: Vec<(i64,)> = sql(text).bind(collection.id).all(&mut tx).await?;
        for (artifact,) in members {
            match kind == CollectionKind::Sequence.as_str() {
                true => remove(&mut tx, clock, artifact).await.map(drop)?,
                false => leave(&mut tx, clock, collection.id, artifact).await?,
            }
        }
        sql("DELETE FROM artifact_client WHERE collection_id = $1").bind(collection.id).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "artifact:delete", &collection.path().to_string()).await?;
        tx.commit().await
    }
}

impl Allowed<Delete, Run> {
    /// Deletes what the run logged.
    pub async fn delete_artifacts(&self) -> Result<(), Error> {
        let of = "SELECT id FROM artifact WHERE run_id = $1 AND state <> 'DELETED'";
        may_delete(self.session(), of, self.resource().id, &self.resource().path().to_string()).await?;
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT id FROM artifact WHERE run_id = $1 AND state <> 'DELETED'";
        let logged: Vec<(i64,)> = sql(text).bind(self.resource().id).all(&mut tx).await?;
        for (artifact,) in logged {
            remove(&mut tx, self.domain().clock(), artifact).await?;
        }
        tx.commit().await
    }
}

/// Deletes a version as far as anybody sees, and asks for the rest; false when it was deleted already.
pub(super) async fn remove(tx: &mut Tx, clock: &Clock, artifact: i64) -> Result<bool, Error> {
    let now = clock.now();
    let text = "UPDATE artifact SET state = 'DELETED', deleted_at = $1, updated_at = $1, commit_token = NULL, distributed_id = NULL \
                WHERE id = $2 AND state <> 'DELETED' RETURNING manifest_blob";
    let row: Option<(Option<String>,)> = sql(text).bind(now).bind(artifact).optional(&mut *tx).await?;
    let Some((manifest,)) = row else { return Ok(false) };
    if let Some(blob) = manifest {
        discard_later(&mut *tx, clock, &blob).await?;
        let text = "UPDATE artifact SET manifest_blob = NULL WHERE id = $1";
        sql(text).bind(artifact).run(&mut *tx).await?;
    }
    let text = "SELECT collection_id FROM artifact_membership WHERE artifact_id = $1";
    let collections: Vec<(i64,)> = sql(text).bind(artifact).all(&mut *tx).await?;
    for (collection,) in collections {
        leave(tx, clock, collection, artifact).await?;
    }
    sql("DELETE FROM artifact_client WHERE artifact_id = $1").bind(artifact).run(&mut *tx).await?;
    forget_uploads(tx, clock, artifact).await?;
    enqueue(tx, clock, Job::Collect, &artifact.to_string(), Duration::ZERO).await?;
    Ok(true)
}

/// Forgets the manifests and parts that an artifact was made of.
pub(super) async fn forget_uploads(tx: &mut Tx, clock: &Clock, artifact: i64) -> Result<(), Error> {
    let uploads = "SELECT id FROM artifact_upload WHERE artifact_id = $1";
    let text = format!(
        "SELECT blob FROM artifact_manifest WHERE artifact_id = $1 AND blob IS NOT NULL \
         UNION SELECT blob FROM artifact_upload_part WHERE upload_id IN ({uploads}) AND blob IS NOT NULL"
    );
    let blobs: Vec<(String,)> = sql(text).bind(artifact).all(&mut *tx).await?;
    for (blob,) in blobs {
        discard_later(&mut *tx, clock, &blob).await?;
    }
    for text in [
        &format!("DELETE FROM artifact_upload_part WHERE upload_id IN ({uploads})"),
        "DELETE FROM artifact_upload WHERE artifact_id = $1",
        "DELETE FROM artifact_manifest WHERE artifact_id = $1",
    ] {
        sql(text).bind(artifact).run(&mut *tx).await?;
    }
    Ok(())
}

/// Deletes every row of a project's artifacts, with the project. The objects that nothing else has are left without one that
/// names them; the names of blobs that nothing reaches any more.
pub(crate) async fn remove_all(tx: &mut Tx, project: i64) -> Result<Vec<String>, Error> {
    const HERE: &str = "SELECT id FROM artifact WHERE project_id = $1";
    const COLLECTIONS: &str = "SELECT id FROM artifact_collection WHERE project_id = $1";
    const UPLOADS: &str =
        "SELECT id FROM artifact_upload WHERE artifact_id IN (SELECT id FROM artifact WHERE project_id = $1)";
    const MEMBERS: &str = "SELECT id FROM artifact_membership WHERE artifact_id IN (SELECT id FROM artifact WHERE project_id = $1) \
                           OR collection_id IN (SELECT id FROM artifact_collection WHERE project_id = $1)";
    let text = format!(
        "SELECT manifest_blob FROM artifact WHERE project_id = $1 AND manifest_blob IS NOT NULL \
         UNION SELECT blob FROM artifact_manifest WHERE artifact_id IN ({HERE}) AND blob IS NOT NULL \
         UNION SELECT blob FROM artifact_upload_part WHERE upload_id IN ({UPLOADS}) AND blob IS NOT NULL"
    );
    let blobs: Vec<(String,)> = sql(text).bind(project).all(&mut *tx).await?;
    // Objects that no other project has.
    let alone = "SELECT o.object_id FROM project_object o WHERE o.project_id = $1 AND NOT EXISTS \
                 (SELECT 1 FROM project_object x WHERE x.object_id = o.object_id AND x.project_id <> $1)";
    let alone: Vec<(i64,)> = sql(alone).bind(project).all(&mut *tx).await?;
    for text in [
        format!("DELETE FROM artifact_alias WHERE membership_id IN ({MEMBERS})"),
        format!("DELETE FROM artifact_membership WHERE id IN ({MEMBERS})"),
        format!("DELETE FROM artifact_tag WHERE artifact_id IN ({HERE})"),
        format!("DELETE FROM artifact_collection_tag WHERE collection_id IN ({COLLECTIONS})"),
        format!("DELETE FROM artifact_client WHERE artifact_id IN ({HERE}) OR collection_id IN ({COLLECTIONS})"),
        format!("DELETE FROM artifact_use WHERE artifact_id IN ({HERE})"),
        "DELETE FROM artifact_use WHERE run_id IN (SELECT id FROM run WHERE project_id = $1)".to_owned(),
        format!("UPDATE artifact_manifest SET base_id = NULL WHERE base_id IN ({HERE})"),
        format!("DELETE FROM artifact_manifest WHERE artifact_id IN ({HERE})"),
        format!("DELETE FROM artifact_entry WHERE artifact_id IN ({HERE})"),
        format!("DELETE FROM artifact_upload_part WHERE upload_id IN ({UPLOADS})"),
        format!("DELETE FROM artifact_upload WHERE artifact_id IN ({HERE})"),
        "DELETE FROM project_object WHERE project_id = $1".to_owned(),
        "DELETE FROM artifact WHERE project_id = $1".to_owned(),
        "DELETE FROM artifact_collection WHERE project_id = $1".to_owned(),
        "DELETE FROM artifact_type WHERE project_id = $1".to_owned(),
    ] {
        sql(text).bind(project).run(&mut *tx).await?;
    }
    let mut gone: Vec<String> = blobs.into_iter().map(|(blob,)| blob).collect();
    let alone: Vec<i64> = alone.into_iter().map(|(id,)| id).collect();
    gone.extend(collect::remove_objects(tx, &alone).await?);
    Ok(gone)
}
