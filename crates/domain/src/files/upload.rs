//! Uploads: an address for every name, then one whole write through it.

use bytes::Bytes;
use futures::Stream;

use super::RunFile;
use super::list::COLUMNS;
use crate::blobs::{Expect, Wanted, Written};
use crate::db::sql;
use crate::jobs::discard_later;
use crate::live::{Change, LiveEvent};
use crate::model::FileName;
use crate::policy::{Allowed, Run, Ticket, TicketUse, Update};
use crate::runs::effective_state;
use crate::{Domain, Error, Problem};

/// The most that one file may hold: what S3 takes in 8,192 parts of 8 MiB.
const MOST: u64 = 64 << 30;

/// Where to send a file.
#[derive(Clone, Debug)]
pub struct UploadUrl {
    /// The name as asked.
    pub name: String,
    /// Address for one PUT.
    pub url: String,
}

impl Allowed<Update, Run> {
    /// One address for each name, in order. A name that cannot be is an error for the whole request.
    pub fn upload_urls<S: AsRef<str>>(&self, names: &[S]) -> Result<Vec<UploadUrl>, Error> {
        let one = |name: &S| {
            let name = FileName::new(name.as_ref())?.to_string();
            let ticket = self.domain().sign(TicketUse::Put { run: self.resource().id, name: name.clone() })?;
            Ok(UploadUrl { name, url: format!("{}/blob/{ticket}", self.domain().base_url()) })
        };
        names.iter().map(one).collect()
    }
}

impl Ticket {
    /// Takes the bytes that the address is for; what the store calls them (`ETag`), where clients ask for that.
    pub async fn receive<S>(&self, stream: S, announced: Option<u64>) -> Result<Option<String>, Error>
    where
        S: Stream<Item = Result<Bytes, Error>> + Send,
    {
        match self.usage() {
            TicketUse::Put { .. } => self.write(stream, announced).await.map(|_| None),
            _ => crate::artifacts::write(self, stream, announced).await.map(Some),
        }
    }

    /// Writes the file whole; the file as it is listed from now on. A file of the same name is replaced. An upload that
    /// breaks off or is not of the announced length leaves everything as it was, and so does one to a deleted run.
    pub(super) async fn write<S>(&self, stream: S, announced: Option<u64>) -> Result<RunFile, Error>
    where
        S: Stream<Item = Result<Bytes, Error>> + Send,
    {
        let TicketUse::Put { run, name } = self.usage() else {
            return Err(Error::Invalid(Problem::AddressNotForWriting));
        };
        let domain = self.domain();
        let alive = "SELECT id FROM run WHERE id = $1 AND deleted_at IS NULL";
        if sql(alive).bind(*run).optional::<(i64,)>(domain.db()).await?.is_none() {
            return Err(gone(name));
        }
        let blob = format!("files/{run}/{}", domain.clock().id()?);
        // Deleted after a while, should no row ever name it.
        discard_later(domain.db(), domain.clock(), &blob).await?;
        let written = domain
            .blobs()
            .put_stream(&blob, stream, Expect { length: announced, most: MOST, digests: Wanted::Md5 })
            .await?;
        register(domain, *run, name, &blob, written).await
    }
}

/// Makes the row name the new blob; the one that it named before is deleted after a while, when its readers are done.
async fn register(domain: &Domain, run: i64, name: &str, blob: &str, written: Written) -> Result<RunFile, Error> {
    let now = domain.clock().now();
    let mut tx = domain.db().begin().await?;
    // Also locks the run, so that of two uploads of one name each sees the blob of the other.
    let text = "UPDATE run SET updated_at = $1 WHERE id = $2 AND deleted_at IS NULL";
    if sql(text).bind(now).bind(run).run(&mut tx).await? == 0 {
        return Err(gone(name));
    }
    let text = "SELECT blob FROM file WHERE run_id = $1 AND name = $2";
    let old: Option<(String,)> = sql(text).bind(run).bind(name).optional(&mut tx).await?;
    if let Some((old,)) = old {
        discard_later(&mut tx, domain.clock(), &old).await?;
    }
    let text = format!(
        "INSERT INTO file (id, run_id, name, blob, bytes, md5, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (run_id, name) DO UPDATE SET blob = excluded.blob, bytes = excluded.bytes, md5 = excluded.md5, \
         updated_at = excluded.updated_at RETURNING {COLUMNS}"
    );
    let query = sql(text).bind(domain.clock().id()?).bind(run).bind(name).bind(blob);
    let bytes = i64::try_from(written.bytes).unwrap_or(i64::MAX);
    let file = query.bind(bytes).bind(written.md5).bind(now).one(&mut tx).await?;
    let text = "SELECT name, project_id, state, preempting, heartbeat_at FROM run WHERE id = $1";
    let (run, project_id, state, preempting, heartbeat): (String, i64, String, bool, i64) =
        sql(text).bind(run).one(&mut tx).await?;
    tx.commit().await?;
    let state = effective_state(state.parse()?, preempting, heartbeat, now, domain.config().heartbeat_timeout);
    domain.live().send(LiveEvent { project_id, run, state: state.as_str(), changes: vec![Change::Files] });
    RunFile::from_row(domain, file)
}

fn gone(name: &str) -> Error {
    Error::NotFound(Problem::FileRunGone { name: name.to_owned() })
}
