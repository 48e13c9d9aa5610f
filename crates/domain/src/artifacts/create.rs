//! Beginning a version, or finding the one that is there already.

use super::aliases;
use super::names::{check_alias, check_collection, check_tag, check_type};
use super::row::{ArtifactVersion, CollectionKind};
use super::tags;
use crate::db::{Tx, sql};
use crate::model::RunName;
use crate::policy::{Allowed, Artifact, EntityKind, LogArtifact, Place, Project, Read};
use crate::{Error, Problem, Thing};

/// The text of a client's id is at most so long.
const MOST_CLIENT_ID: usize = 256;
/// Most bytes of metadata.
const MOST_METADATA: usize = 8 << 20;

/// What a client wants to log.
#[derive(Clone, Debug, Default)]
pub struct NewArtifact {
    /// Name of its sequence.
    pub collection: String,
    /// Its type.
    pub type_name: String,
    /// Hex MD5 of its manifest.
    pub digest: String,
    /// The run that logs it; none for one without a run.
    pub run: Option<String>,
    /// Text about it.
    pub description: Option<String>,
    /// JSON object.
    pub metadata: Option<String>,
    /// JSON, of old clients.
    pub labels: Option<String>,
    /// Aliases that it gets when it is committed.
    pub aliases: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// -1, -2 or seconds.
    pub ttl_seconds: Option<i64>,
    /// The step of history.
    pub history_step: Option<i64>,
    /// The client's own name for it.
    pub client_id: Option<String>,
    /// The client's own name for its sequence.
    pub sequence_client_id: Option<String>,
    /// Writers that name the same one fill the same version.
    pub distributed_id: Option<String>,
    /// Answers with a committed version of the same digest, where there is one.
    pub deduplicate: bool,
}

/// The version that is there now.
#[derive(Debug)]
pub struct Created {
    /// It; its state tells whether anything is left to send.
    pub artifact: ArtifactVersion,
    /// The newest committed version of its sequence.
    pub latest: Option<ArtifactVersion>,
}

impl NewArtifact {
    fn check(&self) -> Result<(), Error> {
        check_collection(&self.collection)?;
        check_type(&self.type_name)?;
        self.aliases.iter().try_for_each(|alias| check_alias(alias))?;
        self.tags.iter().try_for_each(|tag| check_tag(tag))?;
        tags::check_count(self.tags.len())?;
        super::edit::check_ttl(self.ttl_seconds)?;
        super::edit::check_metadata(self.metadata.as_deref(), MOST_METADATA)?;
        for id in [&self.client_id, &self.sequence_client_id, &self.distributed_id].into_iter().flatten() {
            if id.len() > MOST_CLIENT_ID {
                let (length, most) = (id.len(), MOST_CLIENT_ID);
                return Err(Error::Invalid(Problem::TooLong { what: Thing::Artifact, length, most }));
            }
        }
        self.run.as_ref().map(RunName::new).transpose()?;
        Ok(())
    }
}

impl Allowed<LogArtifact, Place> {
    /// Begins a version of the sequence, which is made when it is not there (and its project and type). One of the same
    /// digest that is committed already is answered instead, with the aliases moved to it.
    pub async fn create_artifact(&self, new: NewArtifact) -> Result<Created, Error> {
        new.check()?;
        let (mut tx, project) = self.begin().await?;
        let id = self.write(&mut tx, &project, &new).await?;
        tx.commit().await?;
        let project = self.session().allow::<Read, Project>(&project.path()).await?;
        let (artifact, collection) = id;
        let found = project.version_of(artifact).await?;
        let latest = project.latest(collection).await?;
        let artifact = found.ok_or_else(|| Error::not_found(Thing::Artifact, new.collection))?;
        Ok(Created { artifact, latest })
    }

    /// A transaction, and the project, which is made when it is not there.
    pub(super) async fn begin(&self) -> Result<(Tx, Project), Error> {
        if self.resource().kind == EntityKind::Organization {
            return Err(Error::Invalid(Problem::RegistryOnly { name: self.resource().path().to_string() }));
        }
        let mut here = self.clone();
        loop {
            let mut tx = self.domain().db().begin().await?;
            if let Some(project) = here.project(&mut tx).await? {
                return Ok((tx, project));
            }
            drop(tx);
            // Somebody made the project a moment ago: the policy judges that one.
            let path = crate::model::ProjectPath::new(&here.resource().entity, &here.resource().name);
            here = self.session().allow::<LogArtifact, Place>(&path.place()).await?;
        }
    }

    async fn project(&self, tx: &mut Tx) -> Result<Option<Project>, Error> {
        let place = self.resource();
        if let Some(project) = &place.project {
            return Ok(Some(project.clone()));
        }
        let visibility = place.new_projects;
        let (id, inserted) = crate::projects::insert(tx, self.session(), place, Some(visibility), None).await?;
        let now = self.session().now();
        Ok(inserted.then(|| Project {
            id,
            entity_id: place.entity_id,
            entity: place.entity.clone(),
            name: place.name.clone(),
            visibility,
            requests_per_minute: None,
            description: None,
            owner: self.session().user().map(|u| u.id),
            registry: false,
            archived_at: None,
            created_at: now,
            updated_at: now,
        }))
    }

    /// The version's and its sequence's id.
    async fn write(&self, tx: &mut Tx, project: &Project, new: &NewArtifact) -> Result<(i64, i64), Error> {
        let session = self.session();
        let now = session.now();
        let kind = CollectionKind::Sequence;
        let collection = collection(tx, session, project.id, kind, &new.collection, &new.type_name).await?;
        if let Some(client) = new.sequence_client_id.as_deref().filter(|id| !id.is_empty()) {
            let text = "INSERT INTO artifact_client (client_id, collection_id) VALUES ($1, $2) ON CONFLICT (client_id) DO NOTHING";
            sql(text).bind(client).bind(collection).run(&mut *tx).await?;
        }
        let run = match new.run.as_deref().filter(|name| !name.is_empty()) {
            Some(name) => Some(find_run(tx, project, name).await?),
            None => None,
        };
        let (id, committed) = match existing(tx, collection, new).await? {
            Some(found) => found,
            None => (self.insert(tx, project, collection, run, new).await?, false),
        };
        if let Some(client) = new.client_id.as_deref().filter(|id| !id.is_empty()) {
            let text = "INSERT INTO artifact_client (client_id, artifact_id) VALUES ($1, $2) ON CONFLICT (client_id) DO NOTHING";
            sql(text).bind(client).bind(id).run(&mut *tx).await?;
        }
        if let Some(run) = run {
            super::lineage::note(tx, run, id, super::lineage::OUTPUT, None, now).await?;
        }
        if committed {
            aliases::give(tx, self.domain().clock(), collection, id, &new.aliases).await?;
        }
        tags::add(tx, id, &new.tags, now).await?;
        sql("UPDATE artifact_collection SET updated_at = $1 WHERE id = $2")
            .bind(now)
            .bind(collection)
            .run(&mut *tx)
            .await?;
        sql("UPDATE project SET updated_at = $1 WHERE id = $2").bind(now).bind(project.id).run(tx).await?;
        Ok((id, collection))
    }

    async fn insert(
        &self,
        tx: &mut Tx,
        project: &Project,
        collection: i64,
        run: Option<i64>,
        new: &NewArtifact,
    ) -> Result<i64, Error> {
        let clock = self.domain().clock();
        let author = crate::runs::author(tx, self.session(), project.entity_id).await?;
        let aliases = serde_json::to_string(&new.aliases).map_err(|e| Error::internal("keeping aliases", e))?;
        let (id, now) = (clock.id()?, clock.now());
        sql("INSERT INTO artifact (id, project_id, collection_id, state, digest, description, metadata, labels, ttl_seconds, \
             history_step, distributed_id, run_id, user_id, pending_aliases, pending_links, bytes, file_count, commit_until, \
             created_at, updated_at) VALUES ($1, $2, $3, 'PENDING', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '[]', 0, 0, 0, \
             $14, $14)")
        .bind(id)
        .bind(project.id)
        .bind(collection)
        .bind(&new.digest)
        .bind(new.description.clone())
        .bind(new.metadata.clone())
        .bind(new.labels.clone())
        .bind(new.ttl_seconds.unwrap_or(super::edit::INHERIT))
        .bind(new.history_step)
        .bind(new.distributed_id.clone().filter(|id| !id.is_empty()))
        .bind(run)
        .bind(author.user)
        .bind(aliases)
        .bind(now)
        .run(&mut *tx)
        .await?;
        sql("INSERT INTO artifact_membership (id, collection_id, artifact_id, user_id, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(clock.id()?)
            .bind(collection)
            .bind(id)
            .bind(author.user)
            .bind(now)
            .run(&mut *tx)
            .await?;
        Ok(id)
    }
}

impl Allowed<Read, Project> {
    /// An artifact of one of this project's sequences.
    pub(super) async fn version_of(&self, artifact: i64) -> Result<Option<ArtifactVersion>, Error> {
        let text = format!("{} WHERE m.artifact_id = $1 AND m.id = sm.id AND a.project_id = $2", super::row::select());
        let rows = sql(text).bind(artifact).bind(self.resource().id).all(self.domain().db()).await?;
        Ok(self.versions(rows).await?.pop())
    }
}

impl Allowed<crate::policy::Update, Artifact> {
    /// The artifact as it is now.
    pub async fn version(&self) -> Result<ArtifactVersion, Error> {
        let found = self.project().version_of(self.resource().id).await?;
        found.ok_or_else(|| Error::not_found(Thing::Artifact, self.resource().path().to_string()))
    }
}

/// The version that the client means, and whether it is committed: one that it began before (and repeats, or that another
/// writer began), or one of the same digest.
async fn existing(tx: &mut Tx, collection: i64, new: &NewArtifact) -> Result<Option<(i64, bool)>, Error> {
    let found = |row: Option<(i64, String)>| row.map(|(id, state)| (id, state == "COMMITTED"));
    let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    if let Some(client) = given(&new.client_id) {
        let text = "SELECT a.id, a.state FROM artifact_client k JOIN artifact a ON a.id = k.artifact_id \
                    WHERE k.client_id = $1 AND a.collection_id = $2 AND a.state <> 'DELETED'";
        if let Some(again) = found(sql(text).bind(client).bind(collection).optional(&mut *tx).await?) {
            return Ok(Some(again));
        }
    }
    if let Some(distributed) = given(&new.distributed_id) {
        let text =
            "SELECT id, state FROM artifact WHERE collection_id = $1 AND distributed_id = $2 AND state <> 'DELETED'";
        return Ok(found(sql(text).bind(collection).bind(distributed).optional(tx).await?));
    }
    if !new.deduplicate {
        return Ok(None);
    }
    let text = "SELECT a.id, a.state FROM artifact a JOIN artifact_membership m ON m.artifact_id = a.id \
                AND m.collection_id = a.collection_id WHERE a.collection_id = $1 AND a.digest = $2 AND a.state = 'COMMITTED' \
                ORDER BY m.version DESC LIMIT 1";
    Ok(found(sql(text).bind(collection).bind(&new.digest).optional(tx).await?))
}

async fn find_run(tx: &mut Tx, project: &Project, name: &str) -> Result<i64, Error> {
    let text = "SELECT id FROM run WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL";
    let row: Option<(i64,)> = sql(text).bind(project.id).bind(name).optional(tx).await?;
    row.map(|(id,)| id).ok_or_else(|| Error::not_found(Thing::Run, format!("{}/{name}", project.path())))
}

/// The collection of that name, which is made when it is not there; it must be of that kind and type. Holds its row until
/// the transaction ends, so that of several writers each sees what the others did.
pub(super) async fn collection(
    tx: &mut Tx,
    session: &crate::policy::Session,
    project: i64,
    kind: CollectionKind,
    name: &str,
    type_name: &str,
) -> Result<i64, Error> {
    let clock = session.domain().clock();
    let now = clock.now();
    sql("INSERT INTO artifact_type (id, project_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (project_id, name) DO NOTHING")
        .bind(clock.id()?)
        .bind(project)
        .bind(type_name)
        .bind(now)
        .run(&mut *tx)
        .await?;
    let text = "INSERT INTO artifact_collection (id, project_id, type_id, kind, name, user_id, next_version, created_at, updated_at) \
                SELECT $1, $2, id, $3, $4, $5, 0, $6, $6 FROM artifact_type WHERE project_id = $2 AND name = $7 \
                ON CONFLICT (project_id, name) WHERE deleted_at IS NULL DO NOTHING";
    sql(text)
        .bind(clock.id()?)
        .bind(project)
        .bind(kind.as_str())
        .bind(name)
        .bind(session.user().map(|u| u.id))
        .bind(now)
        .bind(type_name)
        .run(&mut *tx)
        .await?;
    let text = "UPDATE artifact_collection SET updated_at = $3 WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL \
                RETURNING id, kind, (SELECT name FROM artifact_type t WHERE t.id = artifact_collection.type_id)";
    let (id, has_kind, has_type): (i64, String, String) = sql(text).bind(project).bind(name).bind(now).one(tx).await?;
    if has_kind != kind.as_str() {
        let collection = name.to_owned();
        return Err(Error::Invalid(match kind {
            CollectionKind::Sequence => Problem::ArtifactPortfolio { collection },
            CollectionKind::Portfolio => Problem::ArtifactSequence { collection },
        }));
    }
    if has_type != type_name {
        let (collection, asked) = (name.to_owned(), type_name.to_owned());
        return Err(Error::Invalid(Problem::ArtifactTypeDiffers { collection, has: has_type, asked }));
    }
    Ok(id)
}
