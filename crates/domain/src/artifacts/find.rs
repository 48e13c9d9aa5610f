//! Finding versions: by name, by id, by the client's own id.

use super::names::Which;
use super::row::{ArtifactVersion, CollectionRow, VersionRow, select};
use crate::Error;
use crate::db::sql;
use crate::model::ArtifactPath;
use crate::policy::{Allowed, Operation, Project, Read, Session};

impl Allowed<Read, Project> {
    /// The version that `collection`, `collection:alias`, `collection:vN` or `collection:DIGEST` names in this project.
    pub async fn artifact(&self, name: &str) -> Result<Option<ArtifactVersion>, Error> {
        let (collection, which) = Which::split(name);
        let text = format!("{} WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL", select());
        let by = |condition: &str| format!("{text} AND {condition}");
        let query = |text: String| sql(text).bind(self.resource().id).bind(collection);
        let db = self.domain().db();
        let row: Option<VersionRow> = match &which {
            Which::Version(version) => query(by("m.version = $3")).bind(*version).optional(db).await?,
            Which::Alias(alias) => {
                let aliased = by(
                    "m.id IN (SELECT l.membership_id FROM artifact_alias l WHERE l.collection_id = c.id AND l.alias = $3)",
                );
                match query(aliased).bind(alias).optional(db).await? {
                    Some(row) => Some(row),
                    None => {
                        let same = by("a.digest = $3 AND a.state = 'COMMITTED' ORDER BY m.version DESC LIMIT 1");
                        query(same).bind(alias).optional(db).await?
                    }
                }
            }
        };
        Ok(self.versions(row.into_iter().collect()).await?.pop())
    }

    /// The version of a collection of this project that an alias or `vN` names.
    pub async fn member(&self, collection: &CollectionRow, alias: &str) -> Result<Option<ArtifactVersion>, Error> {
        self.artifact(&format!("{}:{alias}", collection.name)).await
    }

    /// The newest committed version of a sequence.
    pub async fn latest(&self, collection: i64) -> Result<Option<ArtifactVersion>, Error> {
        let text = format!(
            "{} WHERE c.project_id = $1 AND c.id = $2 AND a.state = 'COMMITTED' ORDER BY m.version DESC LIMIT 1",
            select()
        );
        let row: Option<VersionRow> =
            sql(text).bind(self.resource().id).bind(collection).optional(self.domain().db()).await?;
        Ok(self.versions(row.into_iter().collect()).await?.pop())
    }
}

impl Session {
    /// The artifact with this id, as a version of its sequence, or else of a collection that the caller may read.
    pub async fn artifact(&self, id: i64) -> Result<Option<ArtifactVersion>, Error> {
        Ok(self.artifact_memberships(id).await?.into_iter().next())
    }

    /// Every collection that it is in and that the caller may read, its sequence first.
    pub(crate) async fn artifact_memberships(&self, id: i64) -> Result<Vec<ArtifactVersion>, Error> {
        let text = format!(
            "{} WHERE m.artifact_id = $1 ORDER BY CASE WHEN m.id = sm.id THEN 0 ELSE 1 END, m.created_at, m.id",
            select()
        );
        let rows: Vec<VersionRow> = sql(text).bind(id).all(self.db()).await?;
        let mut found = Vec::new();
        for row in rows {
            if let Some(project) = self.artifacts_project(row.collection.project_id).await? {
                found.extend(project.versions(vec![row]).await?);
            }
        }
        Ok(found)
    }

    /// Where an artifact is, for whoever may read its sequence's project: to others it is not there.
    pub async fn artifact_path(&self, id: i64) -> Result<Option<ArtifactPath>, Error> {
        let text = "SELECT e.name, p.name, c.name, m.version FROM artifact a JOIN project p ON p.id = a.project_id \
                    JOIN entity e ON e.id = p.entity_id JOIN artifact_collection c ON c.id = a.collection_id \
                    JOIN artifact_membership m ON m.collection_id = c.id AND m.artifact_id = a.id WHERE a.id = $1";
        let row: Option<(String, String, String, Option<i64>)> = sql(text).bind(id).optional(self.db()).await?;
        let Some((entity, project, collection, version)) = row else { return Ok(None) };
        let readable =
            self.may_exactly(Operation::ArtifactRead, (entity.clone(), project.clone(), String::new())).await?;
        let artifact = version.map_or_else(|| format!("{collection}:{id}"), |v| format!("{collection}:v{v}"));
        Ok(readable.then_some(ArtifactPath { entity, project, artifact }))
    }

    /// The artifact that a client called so before it had an id; for a sequence its newest version.
    pub async fn artifact_of_client(&self, client_id: &str) -> Result<Option<ArtifactVersion>, Error> {
        let text = "SELECT k.artifact_id, k.collection_id, c.project_id FROM artifact_client k \
                    LEFT JOIN artifact_collection c ON c.id = k.collection_id WHERE k.client_id = $1";
        let row: Option<(Option<i64>, Option<i64>, Option<i64>)> =
            sql(text).bind(client_id).optional(self.db()).await?;
        match row {
            Some((Some(artifact), _, _)) => self.artifact(artifact).await,
            Some((None, Some(collection), Some(project))) => match self.artifacts_project(project).await? {
                Some(project) => project.latest(collection).await,
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }
}
