//! What a registry takes and holds.

use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Project, Read};

/// A registry beyond what every project has.
#[derive(Clone, Debug)]
pub struct RegistryDetails {
    /// Takes artifacts of any type.
    pub all_types: bool,
    /// Types that it takes, or has taken, by name.
    pub types: Vec<String>,
    /// Aliases that only its admins move.
    pub protected_aliases: Vec<String>,
    /// Collections.
    pub collections: i64,
    /// Versions that are linked.
    pub versions: i64,
    /// Bytes that these list; one that is linked twice counts once.
    pub bytes: i64,
}

impl Allowed<Read, Project> {
    /// What the registry takes and holds; none where this is no registry.
    pub async fn registry(&self) -> Result<Option<RegistryDetails>, Error> {
        let (project, db) = (self.resource(), self.domain().db());
        if !project.registry {
            return Ok(None);
        }
        let text = "SELECT all_types, protected_aliases FROM project WHERE id = $1";
        let (all_types, protected): (bool, String) = sql(text).bind(project.id).one(db).await?;
        let text = "SELECT name FROM artifact_type WHERE project_id = $1 ORDER BY name";
        let types: Vec<(String,)> = sql(text).bind(project.id).all(db).await?;
        let text = "SELECT COUNT(*) FROM artifact_collection WHERE project_id = $1 AND deleted_at IS NULL";
        let (collections,): (i64,) = sql(text).bind(project.id).one(db).await?;
        let of = "FROM artifact_membership m JOIN artifact_collection c ON c.id = m.collection_id \
                  JOIN artifact a ON a.id = m.artifact_id \
                  WHERE c.project_id = $1 AND c.deleted_at IS NULL AND a.state = 'COMMITTED'";
        let (versions,): (i64,) = sql(format!("SELECT COUNT(*) {of}")).bind(project.id).one(db).await?;
        let text = format!(
            "SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM (SELECT DISTINCT a.id, a.bytes {of}) each_once"
        );
        let (bytes,): (i64,) = sql(text).bind(project.id).one(db).await?;
        Ok(Some(RegistryDetails {
            all_types,
            types: types.into_iter().map(|(name,)| name).collect(),
            protected_aliases: super::protect::read(&protected)?,
            collections,
            versions,
            bytes,
        }))
    }
}
