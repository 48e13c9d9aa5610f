//! The last transaction: number, aliases, state.

use super::super::link::{PendingLink, link_in};
use super::super::names::LATEST;
use super::super::{aliases, delete};
use super::Commit;
use super::walk::Whole;
use crate::Error;
use crate::db::{Tx, sql};
use crate::jobs::discard_later;

impl Commit<'_> {
    pub(super) async fn publish(&self, whole: &Whole) -> Result<(), Error> {
        let artifact = self.artifact.resource();
        let (clock, now) = (self.artifact.domain().clock(), self.artifact.session().now());
        let mut tx = self.begin().await?;
        let version = number(&mut tx, artifact.collection_id).await?;
        sql("UPDATE artifact_membership SET version = $1 WHERE collection_id = $2 AND artifact_id = $3")
            .bind(version)
            .bind(artifact.collection_id)
            .bind(artifact.id)
            .run(&mut tx)
            .await?;
        let text = "UPDATE artifact SET state = 'COMMITTED', digest = $1, bytes = $2, file_count = $3, manifest_blob = $4, \
                    committed_at = $5, updated_at = $5, commit_token = NULL, distributed_id = NULL WHERE id = $6 \
                    RETURNING pending_aliases, pending_links";
        let query = sql(text).bind(&whole.digest).bind(whole.bytes).bind(whole.files).bind(&whole.blob);
        let (given, links): (String, String) = query.bind(now).bind(artifact.id).one(&mut tx).await?;
        let fault = |e| Error::internal("reading what waits for a commit", e);
        let mut given: Vec<String> = serde_json::from_str(&given).map_err(fault)?;
        given.push(LATEST.to_owned());
        aliases::give(&mut tx, clock, artifact.collection_id, artifact.id, &given).await?;
        let links: Vec<PendingLink> = serde_json::from_str(&links).map_err(fault)?;
        for link in links {
            // A portfolio that was deleted meanwhile takes nothing.
            let text = "SELECT id FROM artifact_collection WHERE id = $1 AND deleted_at IS NULL";
            let there: Option<(i64,)> = sql(text).bind(link.collection).optional(&mut tx).await?;
            if there.is_some() {
                link_in(&mut tx, clock, link.collection, artifact.id, link.user, &link.aliases).await?;
            }
        }
        let text = "SELECT blob FROM artifact_manifest WHERE artifact_id = $1 AND blob IS NOT NULL AND blob <> $2";
        let merged: Vec<(String,)> = sql(text).bind(artifact.id).bind(&whole.blob).all(&mut tx).await?;
        for (blob,) in merged {
            discard_later(&mut tx, clock, &blob).await?;
        }
        delete::forget_uploads(&mut tx, clock, artifact.id).await?;
        tx.commit().await
    }
}

/// The next number of a collection.
pub(in super::super) async fn number(tx: &mut Tx, collection: i64) -> Result<i64, Error> {
    let text =
        "UPDATE artifact_collection SET next_version = next_version + 1 WHERE id = $1 RETURNING next_version - 1";
    let (version,): (i64,) = sql(text).bind(collection).one(tx).await?;
    Ok(version)
}
