//! Rows of versions and collections.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::{placeholders, sql};
use crate::model::{ProjectPath, words};
use crate::policy::{Allowed, Operation, Project, Read, Session};

/// What a collection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CollectionKind {
    /// Versions are logged here.
    Sequence,
    /// Versions of sequences are linked here.
    Portfolio,
}
words!(CollectionKind, Collection, { Sequence => "sequence", Portfolio => "portfolio" });

/// A collection.
#[derive(Clone, Debug, FromRow)]
pub struct CollectionRow {
    /// Collection id.
    #[sqlx(rename = "c_id")]
    pub id: i64,
    #[sqlx(rename = "c_project")]
    pub(super) project_id: i64,
    #[sqlx(rename = "c_kind")]
    pub(super) kind: String,
    /// Its name.
    #[sqlx(rename = "c_name")]
    pub name: String,
    /// The type of all in it.
    #[sqlx(rename = "c_type")]
    pub type_name: String,
    /// Text about it.
    #[sqlx(rename = "c_description")]
    pub description: Option<String>,
    /// Seconds that versions stay which inherit it; none: for ever.
    #[sqlx(rename = "c_ttl")]
    pub ttl_seconds: Option<i64>,
    /// When it was made.
    #[sqlx(rename = "c_created")]
    pub created_at: Micros,
    /// When it or what is in it last changed.
    #[sqlx(rename = "c_updated")]
    pub updated_at: Micros,
}

impl CollectionRow {
    /// Its project's id.
    pub(crate) fn project_id(&self) -> i64 {
        self.project_id
    }

    /// What it is for.
    pub fn kind(&self) -> CollectionKind {
        if self.kind == CollectionKind::Portfolio.as_str() {
            CollectionKind::Portfolio
        } else {
            CollectionKind::Sequence
        }
    }
}

/// The columns of a [`CollectionRow`], of `artifact_collection c` and `artifact_type t`.
pub(super) const COLLECTION: &str = "c.id AS c_id, c.project_id AS c_project, c.kind AS c_kind, c.name AS c_name, t.name AS c_type, \
    c.description AS c_description, c.ttl_seconds AS c_ttl, c.created_at AS c_created, c.updated_at AS c_updated";

/// An artifact as a version of a collection.
#[derive(Clone, Debug, FromRow)]
pub struct VersionRow {
    /// Membership id.
    pub membership_id: i64,
    /// Its number in the collection; none until it is committed.
    pub version: Option<i64>,
    /// Since when it is in the collection.
    pub linked_at: Micros,
    /// The collection.
    #[sqlx(flatten)]
    pub collection: CollectionRow,
    /// Artifact id.
    pub artifact_id: i64,
    pub(super) source_project: i64,
    /// Its sequence's id.
    pub source_collection: i64,
    pub(super) source_name: String,
    pub(super) source_version: Option<i64>,
    /// Seconds that its sequence's versions stay; none: for ever.
    pub source_ttl: Option<i64>,
    /// PENDING, COMMITTED or DELETED.
    pub state: String,
    /// Hex MD5 of its manifest.
    pub digest: String,
    /// Text about it.
    pub description: Option<String>,
    /// JSON object.
    pub metadata: Option<String>,
    /// JSON, of old clients.
    pub labels: Option<String>,
    /// -1: the collection's; -2: never; else seconds.
    pub ttl_seconds: i64,
    /// The step of history at which it was logged.
    pub history_step: Option<i64>,
    /// Bytes of all entries, references included as far as they tell.
    pub bytes: i64,
    /// Entries.
    pub file_count: i64,
    /// When it was begun.
    pub created_at: Micros,
    /// When it was last edited.
    pub updated_at: Micros,
}

/// `SELECT … FROM artifact_membership m …` for [`VersionRow`]s; conditions come after it.
pub(super) fn select() -> String {
    format!(
        "SELECT m.id AS membership_id, m.version, m.created_at AS linked_at, {COLLECTION}, a.id AS artifact_id, \
         a.project_id AS source_project, s.id AS source_collection, s.name AS source_name, sm.version AS source_version, s.ttl_seconds AS source_ttl, \
         a.state, a.digest, a.description, a.metadata, a.labels, a.ttl_seconds, a.history_step, a.bytes, a.file_count, \
         a.created_at, a.updated_at FROM artifact_membership m \
         JOIN artifact_collection c ON c.id = m.collection_id JOIN artifact_type t ON t.id = c.type_id \
         JOIN artifact a ON a.id = m.artifact_id JOIN artifact_collection s ON s.id = a.collection_id \
         JOIN artifact_membership sm ON sm.collection_id = s.id AND sm.artifact_id = a.id"
    )
}

/// An artifact that the caller may read, as a version of a collection that the caller may read.
#[derive(Clone, Debug)]
pub struct ArtifactVersion {
    /// The collection's project.
    pub project: Allowed<Read, Project>,
    /// The row.
    pub row: VersionRow,
    /// The project of its sequence, where the caller may read that too.
    pub source: Option<Allowed<Read, Project>>,
}

impl ArtifactVersion {
    /// Where its sequence is, as far as the caller may know: else where it is linked.
    pub fn sequence_project(&self) -> &Allowed<Read, Project> {
        self.source.as_ref().unwrap_or(&self.project)
    }

    /// Its sequence's name, as far as the caller may know.
    pub fn sequence_name(&self) -> &str {
        if self.source.is_some() { &self.row.source_name } else { &self.row.collection.name }
    }

    /// Its number there.
    pub fn sequence_version(&self) -> Option<i64> {
        if self.source.is_some() { self.row.source_version } else { self.row.version }
    }
}

/// An alias, with the collection in which it is one.
#[derive(Clone, Debug, FromRow)]
pub struct Alias {
    /// Alias id.
    pub id: i64,
    /// The alias.
    pub alias: String,
    /// The membership that has it.
    pub membership_id: i64,
    /// The collection.
    #[sqlx(flatten)]
    pub collection: CollectionRow,
}

impl Session {
    /// Where the project with this id is, for whoever may read it: to others it is not there.
    pub async fn project_path(&self, id: i64) -> Result<Option<ProjectPath>, Error> {
        Ok(self.artifacts_project(id).await?.map(|project| project.resource().path()))
    }

    /// The project with this id, where the caller may read its artifacts.
    pub(crate) async fn artifacts_project(&self, id: i64) -> Result<Option<Allowed<Read, Project>>, Error> {
        let text = "SELECT e.name, p.name FROM project p JOIN entity e ON e.id = p.entity_id WHERE p.id = $1";
        let row: Option<(String, String)> = sql(text).bind(id).optional(self.db()).await?;
        let Some((entity, project)) = row else { return Ok(None) };
        let asked = (entity.clone(), project.clone(), String::new());
        if !self.may_exactly(Operation::ArtifactRead, asked).await? {
            return Ok(None);
        }
        let project = self.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
        Ok((!project.shows_a_report_only().await?).then_some(project))
    }
}

impl Allowed<Read, Project> {
    /// Whether a link to a report lets the caller in: it shows no artifacts.
    pub(super) async fn shows_a_report_only(&self) -> Result<bool, Error> {
        Ok(self.session().only_view(self.resource()).await?.is_some())
    }

    /// Rows of this project's collections, with where they come from as far as the caller may know.
    pub(crate) async fn versions(&self, rows: Vec<VersionRow>) -> Result<Vec<ArtifactVersion>, Error> {
        let mut sources: HashMap<i64, Option<Self>> = HashMap::from([(self.resource().id, Some(self.clone()))]);
        let mut versions = Vec::with_capacity(rows.len());
        if self.shows_a_report_only().await? {
            return Ok(versions);
        }
        for row in rows {
            let source = match sources.entry(row.source_project) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(unknown) => {
                    let found = self.session().artifacts_project(row.source_project).await?;
                    unknown.insert(found).clone()
                }
            };
            versions.push(ArtifactVersion { project: self.clone(), row, source });
        }
        Ok(versions)
    }

    /// The aliases of an artifact in this project's collections.
    async fn aliases_here(&self, artifacts: &[i64]) -> Result<Vec<Alias>, Error> {
        let text = format!(
            "SELECT l.id, l.alias, l.membership_id, {COLLECTION} FROM artifact_alias l \
             JOIN artifact_membership m ON m.id = l.membership_id JOIN artifact_collection c ON c.id = m.collection_id \
             JOIN artifact_type t ON t.id = c.type_id WHERE c.project_id = $1 AND m.artifact_id IN ({}) \
             ORDER BY l.created_at, l.id",
            placeholders(2, artifacts.len())
        );
        sql(text).bind(self.resource().id).bind_all(artifacts.iter().copied()).all(self.domain().db()).await
    }
}

impl ArtifactVersion {
    /// Its aliases in every collection of the projects that it was reached through, with the project of each.
    pub async fn aliases(&self) -> Result<Vec<(Allowed<Read, Project>, Alias)>, Error> {
        let mut all = Vec::new();
        let source = self.source.iter().filter(|source| source.resource().id != self.project.resource().id);
        for project in std::iter::once(&self.project).chain(source) {
            let here = project.aliases_here(&[self.row.artifact_id]).await?;
            all.extend(here.into_iter().map(|alias| (project.clone(), alias)));
        }
        Ok(all)
    }

    /// Its aliases in the collection itself.
    pub async fn own_aliases(&self) -> Result<Vec<Alias>, Error> {
        let all = self.project.aliases_here(&[self.row.artifact_id]).await?;
        Ok(all.into_iter().filter(|alias| alias.membership_id == self.row.membership_id).collect())
    }

    /// Every collection that it is in and that the caller may read.
    pub async fn memberships(&self) -> Result<Vec<Self>, Error> {
        self.project.session().artifact_memberships(self.row.artifact_id).await
    }
}

impl Allowed<Read, Project> {
    /// Every alias of a collection of this project.
    pub async fn collection_aliases(&self, collection: i64) -> Result<Vec<Alias>, Error> {
        let text = format!(
            "SELECT l.id, l.alias, l.membership_id, {COLLECTION} FROM artifact_alias l \
             JOIN artifact_collection c ON c.id = l.collection_id JOIN artifact_type t ON t.id = c.type_id \
             WHERE c.project_id = $1 AND c.id = $2 ORDER BY l.created_at, l.id"
        );
        sql(text).bind(self.resource().id).bind(collection).all(self.domain().db()).await
    }
}
