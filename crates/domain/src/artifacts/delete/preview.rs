//! What deleting would do, without doing it.

use super::super::names::LATEST;
use super::super::row::{ArtifactVersion, CollectionKind, CollectionRow};
use super::MEMBERS;
use crate::db::{Db, sql};
use crate::policy::{Allowed, Operation, Project, Read};
use crate::registry::{is_protected, may_delete};
use crate::{Error, Problem, Thing};

/// What would go.
#[derive(Debug, Default)]
pub struct Deletion {
    /// Versions that would be deleted; of a portfolio, those that would no longer be linked there.
    pub versions: i64,
    /// Bytes that come back: of files that no other version of the project has.
    pub bytes: i64,
    /// Aliases that would go, as far as the caller sees them; not `latest`.
    pub aliases: Vec<String>,
    /// Collections that the versions are linked to.
    pub links: i64,
    /// Runs that use them.
    pub used_by: i64,
    /// Why it can't be deleted.
    pub obstacle: Option<Error>,
}

impl Deletion {
    /// `of` is SQL for the ids of the artifacts, of an id as `$1`.
    async fn of(db: &Db, of: &'static str, id: i64) -> Result<Self, Error> {
        let count = async |text: String| -> Result<i64, Error> {
            let (count,): (i64,) = sql(text).bind(id).one(db).await?;
            Ok(count)
        };
        let versions =
            count(format!("SELECT COUNT(*) FROM artifact WHERE id IN ({of}) AND state <> 'DELETED'")).await?;
        let bytes = format!(
            "SELECT CAST(COALESCE(SUM(o.bytes), 0) AS BIGINT) FROM project_object o \
             WHERE o.id IN (SELECT e.object_id FROM artifact_entry e WHERE e.artifact_id IN ({of})) \
             AND NOT EXISTS (SELECT 1 FROM artifact_entry x WHERE x.object_id = o.id AND x.artifact_id NOT IN ({of}))"
        );
        let links = format!(
            "SELECT COUNT(*) FROM artifact_membership m JOIN artifact a ON a.id = m.artifact_id \
             WHERE a.id IN ({of}) AND m.collection_id <> a.collection_id"
        );
        let used = format!(
            "SELECT COUNT(DISTINCT u.run_id) FROM artifact_use u JOIN run r ON r.id = u.run_id \
             WHERE u.artifact_id IN ({of}) AND u.kind = 'input' AND r.deleted_at IS NULL"
        );
        let (bytes, links, used_by) = (count(bytes).await?, count(links).await?, count(used).await?);
        Ok(Self { versions, bytes, links, used_by, ..Self::default() })
    }
}

impl ArtifactVersion {
    /// What deleting this version would do; `with_aliases`: also when it has some.
    pub async fn deletion(&self, with_aliases: bool) -> Result<Deletion, Error> {
        let (session, id) = (self.project.session(), self.row.artifact_id);
        let mut deletion = Deletion::of(session.db(), "$1", id).await?;
        for member in self.memberships().await? {
            deletion.aliases.extend(member.own_aliases().await?.into_iter().map(|alias| alias.alias));
        }
        deletion.aliases.retain(|alias| alias != LATEST);
        deletion.aliases.sort();
        deletion.aliases.dedup();
        let Some(path) = session.artifact_path(id).await? else {
            let name = self.sequence_name().to_owned();
            return Ok(Deletion { obstacle: Some(Error::not_found(Thing::Artifact, name)), ..deletion });
        };
        let artifact = path.to_string();
        let decision = session.explain(Operation::ArtifactDelete, (path.entity, path.project, path.artifact)).await?;
        let has_aliases = !deletion.aliases.is_empty() && !with_aliases;
        deletion.obstacle = match (decision.denied(), may_delete(session, "$1", id, &artifact).await) {
            (Some(denied), _) => Some(denied.into()),
            (None, Err(refused)) => Some(refused),
            (None, Ok(())) if has_aliases => {
                let aliases = deletion.aliases.join(", ");
                Some(Error::Invalid(Problem::ArtifactHasAliases { artifact, aliases }))
            }
            (None, Ok(())) => None,
        };
        Ok(deletion)
    }
}

impl Allowed<Read, Project> {
    /// What deleting a collection of this project would do.
    pub async fn collection_deletion(&self, collection: &CollectionRow) -> Result<Deletion, Error> {
        let (session, path) = (self.session(), self.resource().path());
        let sequence = collection.kind() == CollectionKind::Sequence;
        let mut deletion = Deletion::of(session.db(), MEMBERS, collection.id).await?;
        if !sequence {
            deletion = Deletion { versions: deletion.versions, ..Deletion::default() };
        }
        let aliases = self.collection_aliases(collection.id).await?;
        deletion.aliases = aliases.into_iter().map(|alias| alias.alias).filter(|alias| alias != LATEST).collect();
        let name = format!("{path}/{}", collection.name);
        let here = |object: &str| (path.entity.clone(), path.project.clone(), object.to_owned());
        let mut denied = session.explain(Operation::ArtifactDelete, here(&collection.name)).await?.denied();
        if denied.is_none() && is_protected(session, self.resource(), &deletion.aliases).await? {
            denied = session.explain(Operation::ArtifactProtect, here("")).await?.denied();
        }
        deletion.obstacle = match denied {
            Some(denied) => Some(denied.into()),
            None if sequence => may_delete(session, super::SEQUENCE, collection.id, &name).await.err(),
            None => None,
        };
        Ok(deletion)
    }
}
