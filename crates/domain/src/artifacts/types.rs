//! Types of artifacts.

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Allowed, LogArtifact, Place, Project, Read};

/// A type.
#[derive(Clone, Debug, FromRow)]
pub struct ArtifactType {
    /// Type id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Text about it.
    pub description: Option<String>,
    /// When it was first used.
    pub created_at: Micros,
}

/// What there is of a type.
#[derive(Clone, Debug, FromRow)]
pub struct TypeSummary {
    /// Its name.
    pub name: String,
    /// Collections.
    pub collections: i64,
    /// Committed versions of its sequences.
    pub versions: i64,
    /// Bytes that these list.
    pub bytes: i64,
}

/// What the client logs by itself (`public-api` 7.9).
fn is_hidden(name: &str) -> bool {
    matches!(name, "job" | "run_table" | "code") || name.starts_with("wandb-")
}

/// A type of which nothing is left is not listed.
const USED: &str = "EXISTS (SELECT 1 FROM artifact_collection c WHERE c.type_id = t.id AND c.deleted_at IS NULL)";

impl Allowed<LogArtifact, Place> {
    /// The type of this name, which is made when it is not there (and its project), with the project. A text replaces the one before.
    pub async fn create_artifact_type(
        &self,
        name: &str,
        text: Option<&str>,
    ) -> Result<(Allowed<Read, Project>, ArtifactType), Error> {
        super::names::check_type(name)?;
        let (mut tx, project) = self.begin().await?;
        let statement = "INSERT INTO artifact_type (id, project_id, name, description, created_at) VALUES ($1, $2, $3, $4, $5) \
                         ON CONFLICT (project_id, name) DO UPDATE \
                         SET description = COALESCE(excluded.description, artifact_type.description) \
                         RETURNING id, name, description, created_at";
        let query = sql(statement).bind(self.domain().clock().id()?).bind(project.id).bind(name);
        let made = query.bind(text.map(str::to_owned)).bind(self.session().now()).one(&mut tx).await?;
        tx.commit().await?;
        Ok((self.session().allow::<Read, Project>(&project.path()).await?, made))
    }
}

impl Allowed<Read, Project> {
    /// The types of the project's collections, by name; with those of which there is nothing (yet), where `all` are asked for.
    pub async fn artifact_types(&self, all: bool) -> Result<Vec<ArtifactType>, Error> {
        if self.shows_a_report_only().await? {
            return Ok(Vec::new());
        }
        let used = if all { "1 = 1" } else { USED };
        let text = format!(
            "SELECT t.id, t.name, t.description, t.created_at FROM artifact_type t WHERE t.project_id = $1 AND {used} ORDER BY t.name"
        );
        sql(text).bind(self.resource().id).all(self.domain().db()).await
    }

    /// The type of this name.
    pub async fn artifact_type(&self, name: &str) -> Result<Option<ArtifactType>, Error> {
        Ok(self.artifact_types(false).await?.into_iter().find(|one| one.name == name))
    }

    /// What there is of each type.
    pub async fn artifact_type_summaries(&self, hidden: bool) -> Result<Vec<TypeSummary>, Error> {
        if self.shows_a_report_only().await? {
            return Ok(Vec::new());
        }
        let text = "SELECT t.name, COUNT(DISTINCT c.id) AS collections, COUNT(a.id) AS versions, \
                    CAST(COALESCE(SUM(a.bytes), 0) AS BIGINT) AS bytes FROM artifact_type t \
                    JOIN artifact_collection c ON c.type_id = t.id AND c.deleted_at IS NULL \
                    LEFT JOIN artifact a ON a.collection_id = c.id AND a.state = 'COMMITTED' \
                    WHERE t.project_id = $1 GROUP BY t.name ORDER BY t.name";
        let mut all: Vec<TypeSummary> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        all.retain(|one| hidden || !is_hidden(&one.name));
        Ok(all)
    }
}
