//! Aliases: names that move from version to version of a collection.

use super::names::check_alias;
use crate::db::{Tx, placeholders, sql};
use crate::policy::{Allowed, Collection, Update};
use crate::registry::may_move;
use crate::{Clock, Error, Problem, Thing};

/// More aliases in one request are refused.
const MOST: usize = 100;

/// Gives aliases to an artifact in a collection, taking them from the version that has them.
pub(super) async fn give<S: AsRef<str>>(
    tx: &mut Tx,
    clock: &Clock,
    collection: i64,
    artifact: i64,
    aliases: &[S],
) -> Result<(), Error> {
    for alias in aliases {
        sql("INSERT INTO artifact_alias (id, collection_id, alias, membership_id, created_at) \
             SELECT $1, m.collection_id, $2, m.id, $3 FROM artifact_membership m \
             WHERE m.collection_id = $4 AND m.artifact_id = $5 \
             ON CONFLICT (collection_id, alias) DO UPDATE SET membership_id = excluded.membership_id")
        .bind(clock.id()?)
        .bind(alias.as_ref())
        .bind(clock.now())
        .bind(collection)
        .bind(artifact)
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

impl Allowed<Update, Collection> {
    /// Moves aliases to an artifact that is in the collection.
    pub async fn add_aliases(&self, artifact: i64, aliases: &[String]) -> Result<(), Error> {
        self.check(aliases)?;
        aliases.iter().try_for_each(|alias| check_alias(alias))?;
        may_move(self.session(), &self.resource().project, aliases).await?;
        let mut tx = self.domain().db().begin().await?;
        self.member(&mut tx, artifact).await?;
        give(&mut tx, self.domain().clock(), self.resource().id, artifact, aliases).await?;
        tx.commit().await
    }

    /// Takes aliases from an artifact; those it does not have count for nothing.
    pub async fn delete_aliases(&self, artifact: i64, aliases: &[String]) -> Result<(), Error> {
        self.check(aliases)?;
        if aliases.is_empty() {
            return Ok(());
        }
        may_move(self.session(), &self.resource().project, aliases).await?;
        let text = format!(
            "DELETE FROM artifact_alias WHERE collection_id = $1 AND membership_id IN (SELECT id FROM artifact_membership \
             WHERE collection_id = $1 AND artifact_id = $2) AND alias IN ({})",
            placeholders(3, aliases.len())
        );
        let mut tx = self.domain().db().begin().await?;
        self.member(&mut tx, artifact).await?;
        sql(text).bind(self.resource().id).bind(artifact).bind_all(aliases).run(&mut tx).await?;
        tx.commit().await
    }

    fn check(&self, aliases: &[String]) -> Result<(), Error> {
        match aliases.len() > MOST {
            true => Err(Error::Invalid(Problem::TooMany { what: Thing::Alias, most: MOST })),
            false => Ok(()),
        }
    }

    /// The artifact must be in the collection, and committed.
    async fn member(&self, tx: &mut Tx, artifact: i64) -> Result<(), Error> {
        let now = self.session().now();
        let text = "UPDATE artifact_collection SET updated_at = $1 WHERE id = $2";
        sql(text).bind(now).bind(self.resource().id).run(&mut *tx).await?;
        let text = "SELECT m.id FROM artifact_membership m JOIN artifact a ON a.id = m.artifact_id \
                    WHERE m.collection_id = $1 AND m.artifact_id = $2 AND a.state = 'COMMITTED'";
        let found: Option<(i64,)> = sql(text).bind(self.resource().id).bind(artifact).optional(tx).await?;
        found.map(drop).ok_or_else(|| Error::not_found(Thing::Artifact, self.resource().path().to_string()))
    }
}
