//! Tags of artifacts and of collections.

use super::names::check_tag;
use crate::clock::Micros;
use crate::db::{Tx, placeholders, sql};
use crate::policy::{Allowed, Collection, Update};
use crate::{Error, Problem, Thing};

/// Most tags of one thing (`public-api` 7.7).
const MOST: usize = 20;

/// A table of tags, and its column that says whose they are.
type Tags = (&'static str, &'static str);
const ARTIFACT: Tags = ("artifact_tag", "artifact_id");
const COLLECTION: Tags = ("artifact_collection_tag", "collection_id");

/// More than are kept are refused.
pub(super) fn check_count(count: usize) -> Result<(), Error> {
    match count > MOST {
        true => Err(Error::Invalid(Problem::TooMany { what: Thing::Tag, most: MOST })),
        false => Ok(()),
    }
}

/// Adds tags to an artifact.
pub(super) async fn add(tx: &mut Tx, artifact: i64, tags: &[String], now: Micros) -> Result<(), Error> {
    add_to(tx, ARTIFACT, artifact, tags, now).await
}

/// Takes tags from an artifact.
pub(super) async fn remove(tx: &mut Tx, artifact: i64, tags: &[String]) -> Result<(), Error> {
    remove_from(tx, ARTIFACT, artifact, tags).await
}

async fn add_to(tx: &mut Tx, (table, of): Tags, id: i64, tags: &[String], now: Micros) -> Result<(), Error> {
    for tag in tags {
        check_tag(tag)?;
        let text = format!("INSERT INTO {table} ({of}, tag, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        sql(text).bind(id).bind(tag).bind(now).run(&mut *tx).await?;
    }
    if tags.is_empty() {
        return Ok(());
    }
    let text = format!("SELECT COUNT(*) FROM {table} WHERE {of} = $1");
    let (count,): (i64,) = sql(text).bind(id).one(tx).await?;
    check_count(usize::try_from(count).unwrap_or(usize::MAX))
}

async fn remove_from(tx: &mut Tx, (table, of): Tags, id: i64, tags: &[String]) -> Result<(), Error> {
    check_count(tags.len())?;
    if tags.is_empty() {
        return Ok(());
    }
    let text = format!("DELETE FROM {table} WHERE {of} = $1 AND tag IN ({})", placeholders(2, tags.len()));
    sql(text).bind(id).bind_all(tags).run(tx).await.map(drop)
}

impl Allowed<Update, Collection> {
    /// Adds tags to the collection.
    pub async fn add_tags(&self, tags: &[String]) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        add_to(&mut tx, COLLECTION, self.resource().id, tags, self.session().now()).await?;
        tx.commit().await
    }

    /// Takes tags from the collection.
    pub async fn delete_tags(&self, tags: &[String]) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        remove_from(&mut tx, COLLECTION, self.resource().id, tags).await?;
        tx.commit().await
    }
}

impl super::ArtifactVersion {
    /// Its tags.
    pub async fn tags(&self) -> Result<Vec<String>, Error> {
        let text = "SELECT tag FROM artifact_tag WHERE artifact_id = $1 ORDER BY created_at, tag";
        let rows: Vec<(String,)> = sql(text).bind(self.row.artifact_id).all(self.project.domain().db()).await?;
        Ok(rows.into_iter().map(|(tag,)| tag).collect())
    }
}

impl Allowed<crate::policy::Read, crate::policy::Project> {
    /// The tags of a collection of this project.
    pub async fn collection_tags(&self, collection: i64) -> Result<Vec<String>, Error> {
        let text = "SELECT g.tag FROM artifact_collection_tag g JOIN artifact_collection c ON c.id = g.collection_id \
                    WHERE c.id = $1 AND c.project_id = $2 ORDER BY g.created_at, g.tag";
        let rows: Vec<(String,)> = sql(text).bind(collection).bind(self.resource().id).all(self.domain().db()).await?;
        Ok(rows.into_iter().map(|(tag,)| tag).collect())
    }
}
