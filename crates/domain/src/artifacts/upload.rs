//! Files on their way in: an address for each that the project does not have, then one whole write through it.

mod along;
mod part;
mod put;
mod together;
mod turns;

pub(crate) use along::Along;
pub(crate) use put::write;
pub(crate) use together::Arrived;

use std::collections::{HashMap, HashSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::db::{Tx, placeholders, sql};
use crate::policy::{Allowed, Artifact, TicketUse, Update};
use crate::{Error, Problem, Thing};

/// More files in one request are refused.
const MOST_FILES: usize = 20_000;
/// Most parts of one file (`public-api` 7.3).
const MOST_PARTS: usize = 10_000;
/// Values in one list of a statement.
pub(super) const CHUNK: usize = 1000;

/// A file that is about to come.
#[derive(Clone, Debug)]
pub struct FileSpec {
    /// Its name in the artifact.
    pub name: String,
    /// Base64 MD5 of its bytes.
    pub md5: String,
    /// Hex MD5 of each part, of a file that comes in parts.
    pub parts: Option<Vec<(i64, String)>>,
}

/// Where to send a file.
#[derive(Clone, Debug)]
pub struct FileUpload {
    /// The name as asked.
    pub name: String,
    /// Base64 MD5, as asked.
    pub md5: String,
    /// Names the bytes for the end of an upload in parts.
    pub storage_path: String,
    /// Address for one PUT; none when the project has these bytes.
    pub url: Option<String>,
    /// Addresses of the parts.
    pub multipart: Option<Multipart>,
    /// The artifact for which the bytes came first.
    pub birth: i64,
}

/// A file that comes in parts.
#[derive(Clone, Debug)]
pub struct Multipart {
    /// Upload id.
    pub id: i64,
    /// The parts.
    pub parts: Vec<Part>,
}

/// One part.
#[derive(Clone, Debug)]
pub struct Part {
    /// 1, 2, 3 …
    pub number: i64,
    /// Address for one PUT.
    pub url: String,
}

/// `wandb_artifacts/ARTIFACT/HEX`
pub(super) fn storage_path(artifact: i64, md5: &str) -> String {
    let hex: String = STANDARD.decode(md5).unwrap_or_default().iter().map(|b| format!("{b:02x}")).collect();
    format!("wandb_artifacts/{artifact}/{hex}")
}

impl Allowed<Update, Artifact> {
    /// One answer for each file, in order.
    pub async fn create_files(&self, specs: &[FileSpec]) -> Result<Vec<FileUpload>, Error> {
        if specs.len() > MOST_FILES {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::File, most: MOST_FILES }));
        }
        specs.iter().try_for_each(check)?;
        let mut tx = self.domain().db().begin().await?;
        self.pending(&mut tx).await?;
        let births = self.claim(&mut tx, specs).await?;
        let mut answers = Vec::with_capacity(specs.len());
        for spec in specs {
            let birth = births.get(&spec.md5).copied();
            answers.push(self.answer(&mut tx, spec, birth).await?);
        }
        tx.commit().await?;
        Ok(answers)
    }

    /// The first artifact of each of the digests that the project has; they stay as long as this artifact is pending.
    async fn claim(&self, tx: &mut Tx, specs: &[FileSpec]) -> Result<HashMap<String, i64>, Error> {
        let artifact = self.resource();
        let digests: Vec<&str> = specs.iter().map(|s| s.md5.as_str()).collect::<HashSet<_>>().into_iter().collect();
        let mut births = HashMap::new();
        for digests in digests.chunks(CHUNK) {
            let text = format!(
                "UPDATE project_object SET asked_by = $1, asked_at = $2 WHERE project_id = $3 AND md5 IN ({}) \
                 RETURNING md5, birth_id",
                placeholders(4, digests.len())
            );
            let query = sql(text).bind(artifact.id).bind(self.session().now()).bind(artifact.project.id);
            let rows: Vec<(String, i64)> = query.bind_all(digests.iter().copied()).all(&mut *tx).await?;
            births.extend(rows);
        }
        Ok(births)
    }

    async fn answer(&self, tx: &mut Tx, spec: &FileSpec, birth: Option<i64>) -> Result<FileUpload, Error> {
        let artifact = self.resource().id;
        let mut answer = FileUpload {
            name: spec.name.clone(),
            md5: spec.md5.clone(),
            storage_path: storage_path(birth.unwrap_or(artifact), &spec.md5),
            url: None,
            multipart: None,
            birth: birth.unwrap_or(artifact),
        };
        match (&spec.parts, birth) {
            (_, Some(_)) => {}
            (None, None) => {
                let ticket = TicketUse::PutObject { artifact, md5: spec.md5.clone() };
                answer.url = Some(self.address(ticket)?);
            }
            (Some(parts), None) => answer.multipart = Some(self.begin_parts(tx, &spec.md5, parts).await?),
        }
        // Clients take an address as the sign that something is left to send.
        answer.url = answer.url.or_else(|| Some(answer.multipart.as_ref()?.parts.first()?.url.clone()));
        Ok(answer)
    }

    pub(super) fn address(&self, ticket: TicketUse) -> Result<String, Error> {
        Ok(format!("{}/blob/{}", self.domain().base_url(), self.domain().sign(ticket)?))
    }
}

fn check(spec: &FileSpec) -> Result<(), Error> {
    super::names::check_entry(&spec.name)?;
    let is_md5 = |md5: &str| STANDARD.decode(md5).is_ok_and(|bytes| bytes.len() == 16);
    if !is_md5(&spec.md5) {
        return Err(Error::Invalid(Problem::ArtifactFileDigest { name: spec.name.clone() }));
    }
    let Some(parts) = &spec.parts else { return Ok(()) };
    let in_order = parts.iter().zip(1..).all(|((number, md5), n)| *number == n && hex_to_base64(md5).is_some());
    match parts.is_empty() || parts.len() > MOST_PARTS || !in_order {
        true => Err(Error::Invalid(Problem::UploadParts { most: MOST_PARTS })),
        false => Ok(()),
    }
}

/// An MD5 in hex as base64.
pub(super) fn hex_to_base64(hex: &str) -> Option<String> {
    let byte = |n: usize| u8::from_str_radix(hex.get(2 * n..2 * n + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..16).map(byte).collect();
    (hex.len() == 32).then_some(()).and(bytes).map(|bytes| STANDARD.encode(bytes))
}
