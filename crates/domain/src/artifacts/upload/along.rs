//! Digests of files that come in parts, computed while later parts are on their way: of a file of gigabytes little is left
//! to read when it is completed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use futures::TryStreamExt;
use tokio::sync::Mutex as Held;

use crate::blobs::{BLOCK, Digests};
use crate::db::sql;
use crate::{Domain, Error};

/// Uploads that are remembered; of another one everything is read at its end.
const MOST: usize = 64;

type Upload = (i64, Arc<Held<Digested>>);

/// What has been digested of each upload, the latest last.
#[derive(Clone, Default)]
pub(crate) struct Along(Arc<Mutex<VecDeque<Upload>>>);

impl Along {
    fn of(&self, upload: i64) -> Arc<Held<Digested>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().position(|(id, _)| *id == upload).and_then(|at| all.remove(at));
        let (_, digested) = found.unwrap_or_else(|| (upload, Arc::new(Held::new(Digested::default()))));
        all.push_back((upload, Arc::clone(&digested)));
        if all.len() > MOST {
            all.pop_front();
        }
        digested
    }
}

/// The first parts of a file.
struct Digested {
    /// Their blobs.
    blobs: Vec<String>,
    digests: Digests,
}

impl Default for Digested {
    fn default() -> Self {
        Self { blobs: Vec::new(), digests: Digests::new(true) }
    }
}

impl Digested {
    /// Reads the next part. When that fails nothing of it counts.
    async fn add(&mut self, domain: &Domain, blob: &str) -> Result<(), Error> {
        let mut digests = self.digests.clone();
        let mut download = domain.blobs().stream(blob, None).await?;
        let (mut block, mut bytes) = (Vec::new(), 0);
        while let Some(chunk) = download.stream.try_next().await? {
            bytes += chunk.len();
            block.push(chunk);
            if bytes >= BLOCK {
                digests = digests.with(&std::mem::take(&mut block)).await?;
                bytes = 0;
            }
        }
        self.digests = digests.with(&block).await?;
        self.blobs.push(blob.to_owned());
        Ok(())
    }

    /// Reads the parts that have come and follow on those that were read.
    async fn go_on(&mut self, domain: &Domain, upload: i64) -> Result<(), Error> {
        let text = "SELECT blob FROM artifact_upload_part WHERE upload_id = $1 AND part = $2 AND blob IS NOT NULL";
        loop {
            let part = i64::try_from(self.blobs.len() + 1).unwrap_or(i64::MAX);
            let row: Option<(String,)> = sql(text).bind(upload).bind(part).optional(domain.db()).await?;
            let Some((blob,)) = row else { return Ok(()) };
            self.add(domain, &blob).await?;
        }
    }
}

/// A part has come: reads on, beside everything else, unless somebody does already.
pub(super) fn follow(domain: &Domain, upload: i64) {
    let Ok(mut digested) = domain.along().of(upload).try_lock_owned() else { return };
    let domain = domain.clone();
    tokio::spawn(async move {
        if let Err(error) = digested.go_on(&domain, upload).await {
            // The end of the upload reads it again, and tells.
            tracing::debug!(%error, "a part was not digested along");
        }
    });
}

/// BLAKE3 and MD5 of all parts together: what a client says of its own bytes is not believed.
pub(super) async fn digests(domain: &Domain, upload: i64, parts: &[(i64, String)]) -> Result<(String, String), Error> {
    let along = domain.along().of(upload);
    let mut digested = along.lock().await;
    // A part may have been sent again since.
    if !parts.iter().map(|(_, blob)| blob).take(digested.blobs.len()).eq(&digested.blobs) {
        *digested = Digested::default();
    }
    for (_, blob) in &parts[digested.blobs.len()..] {
        digested.add(domain, blob).await?;
    }
    Ok((digested.digests.hash().unwrap_or_default(), digested.digests.md5()))
}

#[cfg(test)]
impl Along {
    /// How many parts of an upload have been read.
    pub async fn parts(&self, upload: i64) -> usize {
        self.of(upload).lock().await.blobs.len()
    }
}
