//! Collections: finding, listing, changing.

use super::list::Texts;
use super::names::{check_collection, check_type};
use super::row::{COLLECTION, CollectionKind, CollectionRow};
use crate::db::{placeholders, sql};
use crate::model::CollectionPath;
use crate::policy::{Allowed, Collection, Project, Read, Session, Update};
use crate::{Error, Problem};

/// Which collections; the default is all.
#[derive(Clone, Debug, Default)]
pub struct CollectionQuery {
    /// Only of this type.
    pub type_name: Option<String>,
    /// A filter in the client's language over `name`, `description`, `createdAt`, `updatedAt`, `tags`, `type`.
    pub filters: Option<String>,
    /// `+name`, `-createdAt` …
    pub order: Option<String>,
}

/// What is to be changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct CollectionChange {
    /// Its new name.
    pub name: Option<String>,
    /// Text about it.
    pub description: Option<String>,
}

impl Allowed<Read, Project> {
    /// The collection of this name.
    pub async fn artifact_collection(&self, name: &str) -> Result<Option<CollectionRow>, Error> {
        if self.shows_a_report_only().await? {
            return Ok(None);
        }
        let text = format!(
            "SELECT {COLLECTION} FROM artifact_collection c JOIN artifact_type t ON t.id = c.type_id \
             WHERE c.project_id = $1 AND c.name = $2 AND c.deleted_at IS NULL"
        );
        sql(text).bind(self.resource().id).bind(name).optional(self.domain().db()).await
    }

    /// The project's collections.
    pub async fn artifact_collections(&self, query: CollectionQuery) -> Result<Vec<CollectionRow>, Error> {
        if self.shows_a_report_only().await? {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLLECTION} FROM artifact_collection c JOIN artifact_type t ON t.id = c.type_id \
             WHERE c.project_id = $1 AND c.deleted_at IS NULL AND ($2 = '' OR t.name = $2) ORDER BY c.name"
        );
        let of = query.type_name.unwrap_or_default();
        let rows: Vec<CollectionRow> = sql(text).bind(self.resource().id).bind(of).all(self.domain().db()).await?;
        let tags = "SELECT g.collection_id, g.tag FROM artifact_collection_tag g JOIN artifact_collection c ON c.id = g.collection_id \
                    WHERE c.project_id = $1";
        let tags = Texts::new(sql(tags).bind(self.resource().id).all(self.domain().db()).await?);
        super::list::collections(rows, &tags, query.filters.as_deref(), query.order.as_deref())
    }
}

/// The collections of these projects that a filter admits, in order.
pub(crate) async fn collections_of(
    session: &Session,
    projects: &[i64],
    filters: Option<&str>,
    order: Option<&str>,
) -> Result<Vec<CollectionRow>, Error> {
    let places = match projects {
        [] => "-1".to_owned(),
        some => placeholders(1, some.len()),
    };
    let here = |text: String| sql(text).bind_all(projects.iter().copied());
    let text = format!(
        "SELECT {COLLECTION} FROM artifact_collection c JOIN artifact_type t ON t.id = c.type_id \
         WHERE c.project_id IN ({places}) AND c.deleted_at IS NULL ORDER BY c.name, c.id"
    );
    let rows: Vec<CollectionRow> = here(text).all(session.db()).await?;
    let text = format!(
        "SELECT g.collection_id, g.tag FROM artifact_collection_tag g JOIN artifact_collection c \
         ON c.id = g.collection_id WHERE c.project_id IN ({places})"
    );
    super::list::collections(rows, &Texts::new(here(text).all(session.db()).await?), filters, order)
}

impl Session {
    /// Where a collection is and what it is for, for whoever may read it: to others it is not there.
    pub async fn collection_path(&self, id: i64) -> Result<Option<(CollectionPath, CollectionKind)>, Error> {
        let text = "SELECT project_id, name, kind FROM artifact_collection WHERE id = $1 AND deleted_at IS NULL";
        let row: Option<(i64, String, String)> = sql(text).bind(id).optional(self.db()).await?;
        let Some((project, name, kind)) = row else { return Ok(None) };
        let Some(project) = self.artifacts_project(project).await? else { return Ok(None) };
        let path = project.resource().path();
        Ok(Some((CollectionPath::new(path.entity, path.project, name), kind.parse()?)))
    }
}

impl Allowed<Update, Collection> {
    /// Changes name and text; where it is afterwards.
    pub async fn edit(&self, change: CollectionChange) -> Result<CollectionPath, Error> {
        let old = self.resource();
        let name = change.name.filter(|name| !name.is_empty()).unwrap_or_else(|| old.name.clone());
        check_collection(&name)?;
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT id FROM artifact_collection WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL AND id <> $3";
        let taken: Option<(i64,)> = sql(text).bind(old.project.id).bind(&name).bind(old.id).optional(&mut tx).await?;
        if taken.is_some() {
            return Err(Error::Conflict(Problem::NameTaken { name }));
        }
        let text = "UPDATE artifact_collection SET name = $1, description = COALESCE($2, description), updated_at = $3 WHERE id = $4";
        let query = sql(text).bind(&name).bind(change.description).bind(self.session().now());
        query.bind(old.id).run(&mut tx).await?;
        tx.commit().await?;
        Ok(CollectionPath::new(&old.project.entity, &old.project.name, name))
    }

    /// Sets how many seconds versions of the sequence stay that have no time of their own; none: for ever.
    pub async fn set_ttl(&self, seconds: Option<i64>) -> Result<(), Error> {
        if seconds.is_some_and(|seconds| seconds < 1) {
            return Err(Error::Invalid(Problem::Ttl));
        }
        super::edit::check_ttl(seconds)?;
        let collection = self.resource();
        let mut tx = self.domain().db().begin().await?;
        let text =
            "UPDATE artifact_collection SET ttl_seconds = $1, updated_at = $2 WHERE id = $3 AND kind = 'sequence'";
        if sql(text).bind(seconds).bind(self.session().now()).bind(collection.id).run(&mut tx).await? == 0 {
            return Err(Error::Invalid(Problem::ArtifactPortfolio { collection: collection.name.clone() }));
        }
        tx.commit().await
    }

    /// Gives a sequence another type, which is made when it is not there.
    pub async fn change_type(&self, type_name: &str) -> Result<(), Error> {
        check_type(type_name)?;
        let (collection, clock) = (self.resource(), self.domain().clock());
        let mut tx = self.domain().db().begin().await?;
        sql("INSERT INTO artifact_type (id, project_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, name) DO NOTHING")
            .bind(clock.id()?)
            .bind(collection.project.id)
            .bind(type_name)
            .bind(clock.now())
            .run(&mut tx)
            .await?;
        let text = "UPDATE artifact_collection SET type_id = (SELECT id FROM artifact_type WHERE project_id = $1 AND name = $2), \
                    updated_at = $3 WHERE id = $4 AND kind = 'sequence'";
        let query = sql(text).bind(collection.project.id).bind(type_name).bind(clock.now()).bind(collection.id);
        if query.run(&mut tx).await? == 0 {
            return Err(Error::Invalid(Problem::ArtifactPortfolio { collection: collection.name.clone() }));
        }
        tx.commit().await
    }
}
