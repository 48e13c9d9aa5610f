//! Digests of files that come in parts, computed while later parts are on their way: of a file of gigabytes little is left
//! to read when it is completed.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as Held;

use super::turns::Turns;
use crate::blobs::{Digests, Wanted};
use crate::db::sql;
use crate::{Domain, Error};

/// Uploads that are remembered; of another one everything is read at its end.
const MOST: usize = 64;

/// What is known of an upload.
#[derive(Clone, Default)]
struct Upload {
    id: i64,
    digested: Arc<Held<Digested>>,
    turns: Turns,
}

/// What has been digested of each upload, the latest last.
#[derive(Clone, Default)]
pub(crate) struct Along(Arc<Mutex<VecDeque<Upload>>>);

impl Along {
    fn of(&self, upload: i64) -> Upload {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = all.iter().position(|known| known.id == upload).and_then(|at| all.remove(at));
        let found = found.unwrap_or_else(|| Upload { id: upload, ..Upload::default() });
        all.push_back(found.clone());
        if all.len() > MOST {
            all.pop_front();
        }
        found
    }

    /// Whose turn it is among the parts of an upload.
    pub(super) fn turns(&self, upload: i64) -> Turns {
        self.of(upload).turns
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
        Self { blobs: Vec::new(), digests: Digests::new(Wanted::Both) }
    }
}

impl Digested {
    /// Reads the next part. When that fails nothing of it counts.
    async fn add(&mut self, domain: &Domain, blob: &str) -> Result<(), Error> {
        self.digests = domain.blobs().digest(blob, self.digests.clone()).await?;
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
    let Ok(mut digested) = domain.along().of(upload).digested.try_lock_owned() else { return };
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
    let mut digested = along.digested.lock().await;
    // A part may have been sent again since.
    if !parts.iter().map(|(_, blob)| blob).take(digested.blobs.len()).eq(&digested.blobs) {
        *digested = Digested::default();
    }
    for (_, blob) in &parts[digested.blobs.len()..] {
        digested.add(domain, blob).await?;
    }
    Ok((digested.digests.hash().unwrap_or_default(), digested.digests.md5().unwrap_or_default()))
}

#[cfg(test)]
impl Along {
    /// How many parts of an upload have been read.
    pub async fn parts(&self, upload: i64) -> usize {
        self.of(upload).digested.lock().await.blobs.len()
    }
}
