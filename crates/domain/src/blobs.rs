//! Bytes by name: a local directory, any S3-compatible store, or memory, behind our verbs.
//!
//! A blob is visible only when it is whole: it is written under a fresh name first, and the row that names it comes after.
//! Names are ours (`files/RUN/ID`, …), never a user's text, and the bytes under a name never change. Uploads and downloads
//! pass through the server, also when the store is S3: the addresses handed out stay the server's own (`policy::ticket`),
//! so a bucket needs no public endpoint and no CORS rules.

mod abandoned;
mod digests;
mod local;
mod read;
mod write;

use abandoned::Bucket;
pub(crate) use digests::{Digests, Wanted};
pub use read::{ByteRange, Download};
use write::Room;
pub(crate) use write::{Expect, Written};

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures::TryStreamExt;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientConfigKey, ObjectStore, ObjectStoreExt, RetryConfig};

use crate::{Error, Problem};

/// The store.
#[derive(Clone, Debug)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Where the files are, when the store is a local directory.
    local: Option<PathBuf>,
    /// Where they are, when the store is a bucket.
    bucket: Option<Bucket>,
    /// What all uploads together hold in memory.
    room: Room,
}

impl Blobs {
    /// Opens `file:DIR`, `s3://BUCKET/PREFIX` (credentials and endpoint from the usual `AWS_*` variables) or `memory:`.
    pub fn open(url: &str) -> Result<Self, Error> {
        if url == "memory:" {
            return Ok(Self::over(Arc::new(InMemory::new())));
        }
        if let Some(dir) = url.strip_prefix("file:") {
            std::fs::create_dir_all(dir).map_err(|e| Error::internal("making the blob directory", e))?;
            let dir = std::fs::canonicalize(dir).map_err(|e| Error::internal("opening the blob directory", e))?;
            // For reading and deleting; what is written is ours (`local`).
            let store = LocalFileSystem::new_with_prefix(&dir)?;
            return Ok(Self { local: Some(dir), room: Room::local(), ..Self::over(Arc::new(store)) });
        }
        if let Some(rest) = url.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let store = patient(AmazonS3Builder::from_env()).with_bucket_name(bucket).build()?;
            let bucket = Bucket::new(store.clone(), Path::from(prefix))?;
            let store = Arc::new(PrefixStore::new(store, Path::from(prefix)));
            return Ok(Self { bucket: Some(bucket), ..Self::over(store) });
        }
        Err(Error::Invalid(Problem::StorageUrl))
    }

    fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, local: None, bucket: None, room: Room::default() }
    }
}

/// A store that sends nothing for this long hangs; `AWS_READ_TIMEOUT` says otherwise.
const SILENCE: &str = "30 seconds";

/// A download takes as long as whoever reads it, so that there is no limit but silence. A store that goes on failing is
/// given up soon: clients ask again by themselves.
fn patient(builder: AmazonS3Builder) -> AmazonS3Builder {
    let silence = AmazonS3ConfigKey::Client(ClientConfigKey::ReadTimeout);
    let told = builder.get_config_value(&silence).unwrap_or_else(|| SILENCE.to_owned());
    builder
        .with_config(silence, told)
        .with_config(AmazonS3ConfigKey::Client(ClientConfigKey::Timeout), "1 day")
        .with_retry(RetryConfig { max_retries: 5, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() })
}

impl Blobs {
    /// Every name that begins with `prefix` and a slash, in no order.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let found: Vec<_> = self.store.list(Some(&Path::from(prefix))).try_collect().await?;
        Ok(found.into_iter().map(|meta| meta.location.to_string()).collect())
    }

    /// Removes a blob; one that is gone already is no error.
    pub async fn delete(&self, name: &str) -> Result<(), Error> {
        match self.store.delete(&Path::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(e) => return Err(e.into()),
        }
        // A folder of blobs that were written together goes with the last of them; one that is not empty stays.
        if let (Some(dir), ["objects", folder, _]) = (&self.local, name.split('/').collect::<Vec<_>>().as_slice()) {
            drop(tokio::fs::remove_dir(dir.join("objects").join(folder)).await);
        }
        Ok(())
    }

    /// The blob as an open file, when the store is a local directory: Parquet is read in parts from it.
    pub fn open_local(&self, name: &str) -> Result<Option<std::fs::File>, Error> {
        let Some(dir) = &self.local else { return Ok(None) };
        std::fs::File::open(dir.join(name)).map(Some).map_err(|e| Error::internal("opening a blob", e))
    }
}

#[cfg(test)]
mod tests;
