//! Linking versions into portfolios, and taking them out.

use serde::{Deserialize, Serialize};

use super::aliases;
use super::commit::number;
use super::create::collection;
use super::names::{LATEST, check_alias, check_collection};
use super::row::{ArtifactVersion, CollectionKind};
use crate::db::{Tx, sql};
use crate::policy::{Allowed, Collection, LogArtifact, Place, Project, Read, Session, Update};
use crate::{Clock, Error, Problem, Thing, registry};

/// Where an artifact is to be linked.
#[derive(Clone, Debug)]
pub struct LinkTarget {
    /// The portfolio's name.
    pub collection: String,
    /// Aliases that it gets there.
    pub aliases: Vec<String>,
}

/// A link that is there now; none of a pending artifact, which is linked when it is committed.
pub type Link = Option<ArtifactVersion>;

/// A link that waits for the commit.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PendingLink {
    pub collection: i64,
    pub user: Option<i64>,
    pub aliases: Vec<String>,
}

impl Allowed<LogArtifact, Place> {
    /// Links an artifact that the caller may read into a portfolio here, which is made when it is not there. Linking it again
    /// only adds aliases.
    pub async fn link(&self, artifact: &ArtifactVersion, target: LinkTarget) -> Result<Link, Error> {
        check_collection(&target.collection)?;
        target.aliases.iter().try_for_each(|alias| check_alias(alias))?;
        let (session, row) = (self.session(), &artifact.row);
        if let Some(project) = self.resource().project.as_ref().filter(|project| project.registry) {
            takes(session, project, &row.collection.type_name).await?;
            registry::may_move(session, project, &target.aliases).await?;
        }
        let mut tx = self.domain().db().begin().await?;
        let project = match &self.resource().project {
            Some(project) => project.id,
            None => crate::projects::insert(&mut tx, session, self.resource(), None, None).await?.0,
        };
        let kind = CollectionKind::Portfolio;
        let portfolio =
            collection(&mut tx, session, project, kind, &target.collection, &row.collection.type_name).await?;
        let user = session.user().map(|u| u.id);
        let text = "UPDATE artifact SET updated_at = updated_at WHERE id = $1 RETURNING state, pending_links";
        let (state, waiting): (String, String) = sql(text).bind(row.artifact_id).one(&mut tx).await?;
        match state.as_str() {
            "COMMITTED" => {
                link_in(&mut tx, self.domain().clock(), portfolio, row.artifact_id, user, &target.aliases).await?;
            }
            "PENDING" => {
                let fault = |e| Error::internal("keeping a link", e);
                let mut links: Vec<PendingLink> = serde_json::from_str(&waiting).map_err(fault)?;
                links.push(PendingLink { collection: portfolio, user, aliases: target.aliases });
                let links = serde_json::to_string(&links).map_err(fault)?;
                let text = "UPDATE artifact SET pending_links = $1 WHERE id = $2";
                sql(text).bind(links).bind(row.artifact_id).run(&mut tx).await?;
            }
            _ => return Err(Error::not_found(Thing::Artifact, row.collection.name.clone())),
        }
        tx.commit().await?;
        let path = crate::model::ProjectPath::new(&self.resource().entity, &self.resource().name);
        let project = session.allow::<Read, Project>(&path).await?;
        project.linked(portfolio, row.artifact_id).await
    }
}

/// Fails when the registry takes no artifacts of this type.
async fn takes(session: &Session, registry: &Project, type_name: &str) -> Result<(), Error> {
    let text = "SELECT all_types FROM project WHERE id = $1";
    let (all,): (bool,) = sql(text).bind(registry.id).one(session.db()).await?;
    if all {
        return Ok(());
    }
    let text = "SELECT name FROM artifact_type WHERE project_id = $1 ORDER BY name";
    let types: Vec<(String,)> = sql(text).bind(registry.id).all(session.db()).await?;
    if types.iter().any(|(name,)| name == type_name) {
        return Ok(());
    }
    let types = types.into_iter().map(|(name,)| name).collect::<Vec<_>>().join(", ");
    let (registry, name) = (registry.name.clone(), type_name.to_owned());
    Err(Error::Invalid(Problem::RegistryType { registry, name, types }))
}

impl Allowed<Read, Project> {
    /// An artifact as a version of a collection here.
    pub(super) async fn linked(&self, collection: i64, artifact: i64) -> Result<Link, Error> {
        let text = format!("{} WHERE c.project_id = $1 AND c.id = $2 AND a.id = $3", super::row::select());
        let query = sql(text).bind(self.resource().id).bind(collection).bind(artifact);
        Ok(self.versions(query.all(self.domain().db()).await?).await?.pop())
    }
}

impl Allowed<Update, Collection> {
    /// Takes an artifact out of the portfolio; one that is not in it counts for nothing.
    pub async fn unlink(&self, artifact: i64) -> Result<(), Error> {
        let id = self.resource().id;
        let text = "SELECT l.alias FROM artifact_alias l JOIN artifact_membership m ON m.id = l.membership_id \
                    WHERE m.collection_id = $1 AND m.artifact_id = $2";
        let aliases: Vec<(String,)> = sql(text).bind(id).bind(artifact).all(self.domain().db()).await?;
        let aliases: Vec<_> = aliases.into_iter().map(|(alias,)| alias).collect();
        registry::may_move(self.session(), &self.resource().project, &aliases).await?;
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE artifact_collection SET updated_at = $1 WHERE id = $2 RETURNING kind";
        let (kind,): (String,) = sql(text).bind(self.session().now()).bind(id).one(&mut tx).await?;
        if kind != CollectionKind::Portfolio.as_str() {
            let collection = self.resource().name.clone();
            return Err(Error::Invalid(Problem::ArtifactSequence { collection }));
        }
        leave(&mut tx, self.domain().clock(), id, artifact).await?;
        tx.commit().await
    }
}

/// Makes an artifact a member of a portfolio; `latest` moves to it when it is new there.
pub(super) async fn link_in(
    tx: &mut Tx,
    clock: &Clock,
    collection: i64,
    artifact: i64,
    user: Option<i64>,
    given: &[String],
) -> Result<(), Error> {
    let text = "SELECT id FROM artifact_membership WHERE collection_id = $1 AND artifact_id = $2";
    let there: Option<(i64,)> = sql(text).bind(collection).bind(artifact).optional(&mut *tx).await?;
    if there.is_none() {
        let version = number(tx, collection).await?;
        let text = "INSERT INTO artifact_membership (id, collection_id, artifact_id, version, user_id, created_at) \
                    VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sql(text).bind(clock.id()?).bind(collection).bind(artifact).bind(version).bind(user);
        query.bind(clock.now()).run(&mut *tx).await?;
        aliases::give(tx, clock, collection, artifact, &[LATEST]).await?;
    }
    aliases::give(tx, clock, collection, artifact, given).await
}

/// Ends a membership; the newest that is left becomes `latest`, if this one was.
pub(super) async fn leave(tx: &mut Tx, clock: &Clock, collection: i64, artifact: i64) -> Result<(), Error> {
    let of = "membership_id IN (SELECT id FROM artifact_membership WHERE collection_id = $1 AND artifact_id = $2)";
    let text = format!("DELETE FROM artifact_alias WHERE {of} RETURNING alias");
    let gone: Vec<(String,)> = sql(text).bind(collection).bind(artifact).all(&mut *tx).await?;
    sql("DELETE FROM artifact_membership WHERE collection_id = $1 AND artifact_id = $2")
        .bind(collection)
        .bind(artifact)
        .run(&mut *tx)
        .await?;
    if gone.iter().any(|(alias,)| alias == LATEST) {
        make_latest(tx, clock, collection, artifact).await?;
    }
    Ok(())
}

/// Gives `latest` to the newest committed version but this one.
pub(super) async fn make_latest(tx: &mut Tx, clock: &Clock, collection: i64, but: i64) -> Result<(), Error> {
    let text = "SELECT a.id FROM artifact_membership m JOIN artifact a ON a.id = m.artifact_id \
                WHERE m.collection_id = $1 AND a.state = 'COMMITTED' AND a.id <> $2 ORDER BY m.version DESC LIMIT 1";
    let newest: Option<(i64,)> = sql(text).bind(collection).bind(but).optional(&mut *tx).await?;
    match newest {
        Some((newest,)) => aliases::give(tx, clock, collection, newest, &[LATEST]).await,
        None => Ok(()),
    }
}
