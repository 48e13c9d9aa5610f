//! The files of a version, with addresses to read them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sqlx::FromRow;

use super::row::ArtifactVersion;
use super::upload::storage_path;
use crate::db::{Arg, placeholders, sql};
use crate::policy::{Allowed, Download, Operation, Project, Read, Session, TicketUse};
use crate::{Error, Problem, Thing};

/// More names in one question are refused.
const MOST_NAMES: usize = 10_000;
/// The most on one page.
const MOST: u32 = 10_000;

/// An artifact's id as clients know it; its bytes in hex stand in references to it.
pub fn encode_artifact_id(id: i64) -> String {
    STANDARD.encode(format!("Artifact:{id}"))
}

/// The number in such an id.
pub fn decode_artifact_id(id: &str) -> Option<i64> {
    let text = String::from_utf8(STANDARD.decode(id).ok()?).ok()?;
    text.strip_prefix("Artifact:")?.parse().ok()
}

/// A file of a version.
#[derive(Clone, Debug)]
pub struct ArtifactFile {
    /// Its name.
    pub name: String,
    /// Base64 MD5; of a reference whatever its store calls it.
    pub digest: String,
    /// Size; none where a reference does not tell.
    pub bytes: Option<i64>,
    /// What it refers to, of a reference.
    pub reference: Option<String>,
    /// Signed address, good for a day; of a reference the address it refers to.
    pub url: String,
    /// `wandb_artifacts/…`
    pub storage_path: String,
}

/// Which files; the default is all.
#[derive(Clone, Debug, Default)]
pub struct EntryQuery {
    /// Only these names; none: any.
    pub names: Option<Vec<String>>,
    /// At most so many.
    pub first: Option<u32>,
    /// Continues after the file with this cursor.
    pub after: Option<String>,
}

/// Some files by name.
#[derive(Clone, Debug)]
pub struct EntryPage {
    /// The files.
    pub files: Vec<ArtifactFile>,
    /// Whether there are more.
    pub has_next: bool,
    /// How many there are on all pages.
    pub total: i64,
}

#[derive(FromRow)]
struct Row {
    artifact_id: i64,
    name: String,
    digest: String,
    bytes: Option<i64>,
    #[sqlx(rename = "ref")]
    reference: Option<String>,
    birth_id: Option<i64>,
    object_id: Option<i64>,
}

const SELECT: &str = "SELECT e.artifact_id, e.name, e.digest, e.bytes, e.ref, e.birth_id, o.object_id FROM artifact_entry e \
    LEFT JOIN project_object o ON o.id = e.object_id JOIN artifact a ON a.id = e.artifact_id AND a.state = 'COMMITTED'";

impl ArtifactFile {
    /// Where a listing continues after this file.
    pub fn cursor(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.name)
    }

    fn new(proof: &Allowed<Download, Project>, row: Row) -> Result<Self, Error> {
        let url = match (&row.reference, row.object_id) {
            (Some(reference), _) => reference.clone(),
            (None, Some(object)) => address(proof, object, &row.name)?,
            (None, None) => return Err(Error::internal("listing files", "an entry has neither bytes nor reference")),
        };
        let storage_path = storage_path(row.birth_id.unwrap_or(row.artifact_id), &row.digest);
        let Row { name, digest, bytes, reference, .. } = row;
        Ok(Self { name, digest, bytes, reference, url, storage_path })
    }
}

/// A signed address of an object.
fn address(proof: &Allowed<Download, Project>, object: i64, name: &str) -> Result<String, Error> {
    let (domain, shown) = (proof.domain(), name.rsplit('/').next().unwrap_or(name).to_owned());
    let ticket = domain.sign(TicketUse::Object { object, name: shown })?;
    Ok(format!("{}/blob/{ticket}", domain.base_url()))
}

impl ArtifactVersion {
    /// Asks for its files: where it was found, or else where it came from.
    pub async fn download(&self) -> Result<Allowed<Download, Project>, Error> {
        let session = self.project.session();
        let here = session.allow::<Download, Project>(&self.project.resource().path()).await;
        let source = self.source.as_ref().filter(|source| source.resource().id != self.project.resource().id);
        match (here, source) {
            (Err(Error::Denied(_)), Some(source)) => session.allow(&source.resource().path()).await,
            (here, _) => here,
        }
    }

    /// Its files by name. Names that are not there are simply missing.
    pub async fn files(&self, query: EntryQuery) -> Result<EntryPage, Error> {
        let proof = self.download().await?;
        let domain = self.project.domain();
        let names = query.names.unwrap_or_default();
        if names.len() > MOST_NAMES {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::FileName, most: MOST_NAMES }));
        }
        let after = query.after.as_deref().map(cursor).transpose()?.unwrap_or_default();
        let first = query.first.unwrap_or(MOST).min(MOST);
        let named =
            if names.is_empty() { String::new() } else { format!(" AND e.name IN ({})", placeholders(3, names.len())) };
        let limit = names.len() + 3;
        let text = format!("{SELECT} WHERE e.artifact_id = $1 AND e.name > $2{named} ORDER BY e.name LIMIT ${limit}");
        let bound = sql(text).bind(self.row.artifact_id).bind(after).bind_all(names.iter());
        let mut rows: Vec<Row> = bound.bind(i64::from(first) + 1).all(domain.db()).await?;
        let has_next = rows.len() > first as usize;
        rows.truncate(first as usize);
        let total = if names.is_empty() { self.row.file_count } else { self.count(&names).await? };
        let files = rows.into_iter().map(|row| ArtifactFile::new(&proof, row)).collect::<Result<_, _>>()?;
        Ok(EntryPage { files, has_next, total })
    }

    async fn count(&self, names: &[String]) -> Result<i64, Error> {
        let text = format!(
            "SELECT COUNT(*) FROM artifact_entry WHERE artifact_id = $1 AND name IN ({})",
            placeholders(2, names.len())
        );
        let query = sql(text).bind(self.row.artifact_id).bind_all(names);
        let (count,): (i64,) = query.one(self.project.domain().db()).await?;
        Ok(count)
    }

    /// Signed address of its manifest; none until it is committed.
    pub async fn manifest_url(&self) -> Result<Option<String>, Error> {
        let proof = self.download().await?;
        let domain = proof.domain();
        let text = "SELECT manifest_blob FROM artifact WHERE id = $1 AND state = 'COMMITTED'";
        let row: Option<(Option<String>,)> = sql(text).bind(self.row.artifact_id).optional(domain.db()).await?;
        let Some((Some(blob),)) = row else { return Ok(None) };
        let ticket = domain.sign(TicketUse::Get { blob, name: "wandb_manifest.json".to_owned() })?;
        Ok(Some(format!("{}/blob/{ticket}", domain.base_url())))
    }

    /// Signed address of its file with this digest, whatever the file is called.
    pub async fn address_by_digest(&self, md5: &str, name: &str) -> Result<Option<String>, Error> {
        let proof = self.download().await?;
        let text = "SELECT o.object_id FROM project_object o WHERE o.project_id = $1 AND o.md5 = $2 AND EXISTS \
                    (SELECT 1 FROM artifact_entry e WHERE e.object_id = o.id AND e.artifact_id = $3)";
        let query = sql(text).bind(self.row.source_project).bind(md5).bind(self.row.artifact_id);
        let row: Option<(i64,)> = query.optional(self.project.domain().db()).await?;
        row.map(|(object,)| address(&proof, object, name)).transpose()
    }
}

impl Allowed<Read, Project> {
    /// Signed address of the bytes with this digest in any committed version of this project (of this collection, where one
    /// is named): for clients that do not say which version they mean.
    pub async fn artifact_bytes(
        &self,
        collection: Option<&str>,
        md5: &str,
        name: &str,
    ) -> Result<Option<String>, Error> {
        if self.shows_a_report_only().await? {
            return Ok(None);
        }
        let proof = self.session().allow::<Download, Project>(&self.resource().path()).await?;
        let text = "SELECT o.object_id FROM project_object o JOIN artifact_entry e ON e.object_id = o.id \
                    JOIN artifact a ON a.id = e.artifact_id JOIN artifact_membership m ON m.artifact_id = a.id \
                    JOIN artifact_collection c ON c.id = m.collection_id \
                    WHERE o.md5 = $1 AND a.state = 'COMMITTED' AND c.project_id = $2 AND ($3 = '' OR c.name = $3) LIMIT 1";
        let args: [Arg; 3] = [md5.into(), self.resource().id.into(), collection.unwrap_or_default().into()];
        let row: Option<(i64,)> = sql(text).bind_all(args).optional(self.domain().db()).await?;
        row.map(|(object,)| address(&proof, object, name)).transpose()
    }
}

impl Session {
    /// Signed address of the bytes with this digest in a committed version of any project of the entity that the caller may
    /// read.
    pub async fn artifact_bytes(&self, entity: &str, md5: &str) -> Result<Option<String>, Error> {
        for project in self.readable_projects(Some(entity)).await? {
            let at = project.resource().path();
            if !self.may_exactly(Operation::ArtifactDownload, (at.entity, at.project, String::new())).await? {
                continue;
            }
            if let Some(url) = project.artifact_bytes(None, md5, md5).await? {
                return Ok(Some(url));
            }
        }
        Ok(None)
    }
}

fn cursor(text: &str) -> Result<String, Error> {
    let wrong = || Error::Invalid(Problem::OtherCursor);
    String::from_utf8(URL_SAFE_NO_PAD.decode(text).map_err(|_| wrong())?).map_err(|_| wrong())
}
