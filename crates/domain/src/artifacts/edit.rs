//! Editing a version: text, metadata, labels, time to live, tags.

use super::names::{LATEST, check_alias};
use super::row::ArtifactVersion;
use super::{aliases, tags};
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Artifact, Update};
use crate::{Error, Problem, Thing};

/// The collection's time to live.
pub(super) const INHERIT: i64 = -1;
/// No time to live.
const NEVER: i64 = -2;
/// Most bytes of metadata.
const MOST_METADATA: usize = 8 << 20;

/// What is to be changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ArtifactChange {
    /// Text about it.
    pub description: Option<String>,
    /// JSON object.
    pub metadata: Option<String>,
    /// JSON, of old clients.
    pub labels: Option<String>,
    /// -1: the collection's; -2: never; else seconds.
    pub ttl_seconds: Option<i64>,
    /// Tags to add.
    pub add_tags: Vec<String>,
    /// Tags to take away.
    pub delete_tags: Vec<String>,
    /// All aliases in its sequence, `latest` apart; of old clients.
    pub aliases: Option<Vec<String>>,
}

/// -1, -2 or a number of seconds.
pub(super) fn check_ttl(ttl: Option<i64>) -> Result<(), Error> {
    match ttl {
        None | Some(INHERIT | NEVER | 1..=9_000_000_000) => Ok(()),
        Some(_) => Err(Error::Invalid(Problem::Ttl)),
    }
}

/// A JSON object that is not too long.
pub(super) fn check_metadata(text: Option<&str>, most: usize) -> Result<(), Error> {
    let Some(text) = text else { return Ok(()) };
    if text.len() > most {
        return Err(Error::Invalid(Problem::TooLong { what: Thing::Metadata, length: text.len(), most }));
    }
    match history::json::parse(text) {
        Ok(serde_json::Value::Object(_) | serde_json::Value::Null) => Ok(()),
        Ok(_) => Err(Error::Invalid(Problem::NotJsonObject { what: Thing::Metadata })),
        Err(e) => Err(Error::Invalid(Problem::NotJson { what: Thing::Metadata, detail: e.to_string() })),
    }
}

impl Allowed<Update, Artifact> {
    /// Changes the version; as it is afterwards.
    pub async fn edit(&self, change: ArtifactChange) -> Result<ArtifactVersion, Error> {
        check_ttl(change.ttl_seconds)?;
        check_metadata(change.metadata.as_deref(), MOST_METADATA)?;
        let (artifact, now) = (self.resource(), self.session().now());
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE artifact SET description = COALESCE($1, description), metadata = COALESCE($2, metadata), \
                    labels = COALESCE($3, labels), ttl_seconds = COALESCE($4, ttl_seconds), updated_at = $5 \
                    WHERE id = $6 AND state <> 'DELETED'";
        let query = sql(text).bind(change.description).bind(change.metadata).bind(change.labels);
        if query.bind(change.ttl_seconds).bind(now).bind(artifact.id).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::Artifact, artifact.path().to_string()));
        }
        tags::remove(&mut tx, artifact.id, &change.delete_tags).await?;
        tags::add(&mut tx, artifact.id, &change.add_tags, now).await?;
        if let Some(all) = &change.aliases {
            self.replace_aliases(&mut tx, all).await?;
        }
        tx.commit().await?;
        self.version().await
    }

    async fn replace_aliases(&self, tx: &mut crate::db::Tx, all: &[String]) -> Result<(), Error> {
        all.iter().try_for_each(|alias| check_alias(alias))?;
        let (artifact, kept) = (self.resource(), all.iter().map(String::as_str).chain([LATEST]));
        let kept: Vec<&str> = kept.collect();
        let text = format!(
            "DELETE FROM artifact_alias WHERE collection_id = $1 AND membership_id IN \
             (SELECT id FROM artifact_membership WHERE collection_id = $1 AND artifact_id = $2) AND alias NOT IN ({})",
            placeholders(3, kept.len())
        );
        sql(text).bind(artifact.collection_id).bind(artifact.id).bind_all(kept).run(&mut *tx).await?;
        aliases::give(tx, self.domain().clock(), artifact.collection_id, artifact.id, all).await
    }
}
