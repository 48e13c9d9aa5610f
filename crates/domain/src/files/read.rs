//! Downloads: one blob through a signed address.

use bytes::Bytes;

use crate::blobs::{ByteRange, Download};
use crate::db::sql;
use crate::policy::{Allowed, Read, Run, Ticket, TicketUse};
use crate::{Error, Problem};

/// A file on its way out.
#[derive(Debug)]
pub struct FileDownload {
    /// The name for whoever saves it.
    pub name: String,
    /// Names these very bytes, without quotes: the bytes of a blob never change.
    pub etag: String,
    /// The bytes.
    pub download: Download,
}

/// What a HEAD request wants to know.
#[derive(Clone, Debug)]
pub struct FileHead {
    /// The name for whoever saves it.
    pub name: String,
    /// As in [`FileDownload`].
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
}

impl Allowed<Read, Run> {
    /// The bytes of a file; none when it is not there, or longer than `most`.
    pub async fn small_file(&self, name: &str, most: u64) -> Result<Option<Bytes>, Error> {
        let text = "SELECT blob, bytes FROM file WHERE run_id = $1 AND name = $2";
        let row: Option<(String, i64)> =
            sql(text).bind(self.resource().id).bind(name).optional(self.domain().db()).await?;
        match row {
            Some((blob, bytes)) if u64::try_from(bytes).is_ok_and(|bytes| bytes <= most) => {
                Ok(Some(self.domain().blobs().read(&blob).await?))
            }
            _ => Ok(None),
        }
    }
}

impl Ticket {
    /// Reads the file, or part of it.
    pub async fn read(&self, range: Option<ByteRange>) -> Result<FileDownload, Error> {
        if let TicketUse::Object { object, name } = self.usage() {
            let found = crate::artifacts::download(self.domain(), *object, name, range).await;
            let (etag, download) = found.map_err(|e| missing(name, e))?;
            return Ok(FileDownload { name: name.clone(), etag, download });
        }
        let (blob, name) = self.readable()?;
        let download = self.domain().blobs().stream(blob, range).await.map_err(|e| missing(name, e))?;
        Ok(FileDownload { name: name.to_owned(), etag: etag(blob), download })
    }

    /// Name, tag and size of the file.
    pub async fn head(&self) -> Result<FileHead, Error> {
        if let TicketUse::Object { .. } = self.usage() {
            let FileDownload { name, etag, download } = self.read(Some(ByteRange::Between(0, 0))).await?;
            return Ok(FileHead { name, etag, size: download.size });
        }
        let (blob, name) = self.readable()?;
        let size = self.domain().blobs().size(blob).await.map_err(|e| missing(name, e))?;
        Ok(FileHead { name: name.to_owned(), etag: etag(blob), size })
    }

    fn readable(&self) -> Result<(&str, &str), Error> {
        match self.usage() {
            TicketUse::Get { blob, name } => Ok((blob, name)),
            _ => Err(Error::Invalid(Problem::AddressNotForReading)),
        }
    }
}

fn etag(blob: &str) -> String {
    blob.replace('/', "-")
}

fn missing(name: &str, e: Error) -> Error {
    match e {
        Error::NotFound { .. } => Error::NotFound(Problem::FileGone { name: name.to_owned() }),
        e => e,
    }
}
