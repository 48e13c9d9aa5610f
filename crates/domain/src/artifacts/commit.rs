//! Making a version visible: its manifests are merged and checked against what is stored, and then it is there at once.
//!
//! The entries are written first, in many short transactions, under a token that only one committer holds (a manifest of a
//! million entries would else stop every other writer of SQLite). Nobody sees them before the last transaction, which is
//! short. A committer that is killed leaves entries that the next one clears away.

mod publish;
mod stage;
mod walk;

use crate::db::sql;
use crate::policy::{Allowed, Artifact, Update};
use crate::{Error, Micros, Problem};

use super::manifest::ManifestKind;
use super::row::ArtifactVersion;

pub(super) use publish::number;

/// A committer that has not written for so long is believed dead.
const ALIVE: Micros = 30_000_000;

/// A committer at work.
struct Commit<'a> {
    artifact: &'a Allowed<Update, Artifact>,
    token: i64,
    manifests: Vec<Sent>,
    /// As announced when the version was begun.
    digest: String,
}

/// A manifest that has come.
#[derive(Clone, Debug)]
struct Sent {
    kind: ManifestKind,
    base: Option<i64>,
    blob: String,
}

impl Allowed<Update, Artifact> {
    /// Commits the version; one that is committed already is answered as it is. A client that stops waiting ends nothing: it
    /// asks again, and would else have the work begun anew each time.
    pub async fn commit(&self) -> Result<ArtifactVersion, Error> {
        let artifact = self.clone();
        let work = tokio::spawn(async move { artifact.commit_whole().await });
        work.await.map_err(|e| Error::internal("committing an artifact", e))?
    }

    async fn commit_whole(&self) -> Result<ArtifactVersion, Error> {
        if let Some(commit) = self.claim_commit().await? {
            let done = commit.run().await;
            if done.is_err() {
                commit.release().await?;
            }
            done?;
        }
        self.version().await
    }

    /// Takes the token; none when there is nothing to do.
    async fn claim_commit(&self) -> Result<Option<Commit<'_>>, Error> {
        let (artifact, now) = (self.resource(), self.session().now());
        let token = self.domain().clock().id()?;
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE artifact SET commit_token = $1, commit_until = $2, updated_at = $3 \
                    WHERE id = $4 AND state = 'PENDING' AND commit_until < $3 RETURNING digest";
        let query = sql(text).bind(token).bind(now + ALIVE).bind(now).bind(artifact.id);
        let claimed: Option<(String,)> = query.optional(&mut tx).await?;
        let Some((digest,)) = claimed else {
            let text = "SELECT state FROM artifact WHERE id = $1";
            let (state,): (String,) = sql(text).bind(artifact.id).one(&mut tx).await?;
            return match state.as_str() {
                "COMMITTED" => Ok(None),
                // The client asks again.
                "PENDING" => Err(Error::Busy("the artifact is being committed".to_owned())),
                _ => Err(Error::Conflict(Problem::ArtifactNotPending { artifact: artifact.path().to_string() })),
            };
        };
        let text =
            "SELECT kind, digest, base_id, blob FROM artifact_manifest WHERE artifact_id = $1 ORDER BY created_at, id";
        let rows: Vec<(String, String, Option<i64>, Option<String>)> = sql(text).bind(artifact.id).all(&mut tx).await?;
        let mut manifests = Vec::new();
        for (kind, digest, base, blob) in rows {
            match blob {
                Some(blob) => manifests.push(Sent { kind: kind.parse()?, base, blob }),
                // One without a digest was only begun, perhaps twice.
                None if digest.is_empty() => {}
                None => return Err(self.no_manifest()),
            }
        }
        if manifests.is_empty() {
            return Err(self.no_manifest());
        }
        tx.commit().await?;
        // A full one is everything.
        if let Some(full) = manifests.iter().rfind(|sent| sent.kind == ManifestKind::Full).cloned() {
            manifests = vec![full];
        }
        Ok(Some(Commit { artifact: self, token, manifests, digest }))
    }

    fn no_manifest(&self) -> Error {
        Error::Invalid(Problem::ManifestMissing { artifact: self.resource().path().to_string() })
    }
}

impl Commit<'_> {
    async fn run(&self) -> Result<(), Error> {
        self.clear().await?;
        let mut sum = None;
        for sent in &self.manifests {
            if let (ManifestKind::Incremental, Some(base)) = (sent.kind, sent.base) {
                self.copy_base(base).await?;
            }
            sum = self.stage(sent).await?;
        }
        let whole = self.walk(sum).await?;
        self.publish(&whole).await
    }

    fn is_full(&self) -> bool {
        self.manifests.iter().all(|sent| sent.kind == ManifestKind::Full)
    }

    /// Gives the token back, so that another try need not wait.
    async fn release(&self) -> Result<(), Error> {
        let text = "UPDATE artifact SET commit_token = NULL, commit_until = 0 WHERE id = $1 AND commit_token = $2";
        let id = self.artifact.resource().id;
        sql(text).bind(id).bind(self.token).run(self.artifact.domain().db()).await.map(drop)
    }

    /// A transaction that holds the artifact's row, as long as the token is ours.
    async fn begin(&self) -> Result<crate::db::Tx, Error> {
        let mut tx = self.artifact.domain().db().begin().await?;
        let now = self.artifact.session().now();
        let text = "UPDATE artifact SET commit_until = $1 WHERE id = $2 AND commit_token = $3 AND state = 'PENDING'";
        let query = sql(text).bind(now + ALIVE).bind(self.artifact.resource().id).bind(self.token);
        match query.run(&mut tx).await? {
            0 => Err(Error::Busy("another request commits the artifact".to_owned())),
            _ => Ok(tx),
        }
    }
}
