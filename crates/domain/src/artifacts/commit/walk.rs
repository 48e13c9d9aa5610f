//! One walk over all entries in the order of their names: their digest, their size and, where several manifests were merged,
//! the whole manifest.

use std::collections::HashMap;

use bytes::{BufMut, Bytes, BytesMut};
use futures::StreamExt;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use sqlx::FromRow;
use tokio::sync::mpsc;

use super::super::entry::Batch;
use super::Commit;
use super::stage::Stored;
use crate::blobs::{Expect, Wanted};
use crate::db::sql;
use crate::jobs::discard_later;
use crate::{Error, Problem};

/// Entries that are read at once.
const PAGE: i64 = 5000;
/// The most that a merged manifest may hold.
const MOST: u64 = 16 << 30;

/// What a version adds up to.
pub(super) struct Whole {
    pub digest: String,
    pub bytes: i64,
    pub files: i64,
    /// The whole manifest.
    pub blob: String,
}

/// Entries in the order of their names, added up.
#[derive(Clone)]
pub(super) struct Sum {
    /// Over names and digests (`public-api` 7.2).
    md5: Md5,
    bytes: i64,
    files: i64,
    last: Option<String>,
}

impl Default for Sum {
    fn default() -> Self {
        let md5 = Md5::new_with_prefix(b"wandb-artifact-manifest-v1\n");
        Self { md5, bytes: 0, files: 0, last: None }
    }
}

impl Sum {
    fn add(&mut self, name: &str, digest: &str, bytes: Option<i64>) {
        for part in [name, ":", digest, "\n"] {
            self.md5.update(part);
        }
        self.bytes = self.bytes.saturating_add(bytes.unwrap_or_default().max(0));
        self.files += 1;
    }

    /// With these entries, as they are stored; none when they do not go on in the order of names.
    pub(super) fn with(mut self, batch: &Batch, stored: &HashMap<String, Stored>) -> Option<Self> {
        let Some((last, _)) = batch.last() else { return Some(self) };
        let before = self.last.iter().chain(batch.iter().map(|(name, _)| name));
        if !before.is_sorted_by(|a, b| a < b) {
            return None;
        }
        for (name, entry) in batch {
            let object = stored.get(&entry.digest).filter(|_| entry.reference.is_none());
            self.add(name, &entry.digest, object.map(|o| o.bytes).or(entry.size));
        }
        self.last = Some(last.clone());
        Some(self)
    }

    fn digest(&self) -> String {
        self.md5.clone().finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

#[derive(FromRow)]
struct Row {
    name: String,
    digest: String,
    bytes: Option<i64>,
    #[sqlx(rename = "ref")]
    reference: Option<String>,
    extra: Option<String>,
    birth_id: Option<i64>,
}

impl Commit<'_> {
    /// Adds everything up, unless that was done while it was written. The digest of a full manifest must be the one announced;
    /// that of merged ones nobody can announce.
    pub(super) async fn walk(&self, sum: Option<Sum>) -> Result<Whole, Error> {
        match self.manifests.as_slice() {
            [full] if self.is_full() => {
                let sum = match sum {
                    Some(sum) => sum,
                    None => self.pages(None).await?,
                };
                let (digest, bytes, files) = (sum.digest(), sum.bytes, sum.files);
                if digest != self.digest {
                    return Err(Error::Invalid(Problem::ArtifactDigest {
                        announced: self.digest.clone(),
                        computed: digest,
                    }));
                }
                Ok(Whole { digest, bytes, files, blob: full.blob.clone() })
            }
            _ => self.merged().await,
        }
    }

    async fn merged(&self) -> Result<Whole, Error> {
        let domain = self.artifact.domain();
        let blob = format!("manifests/{}", domain.clock().id()?);
        discard_later(domain.db(), domain.clock(), &blob).await?;
        let (out, text) = mpsc::channel::<Result<Bytes, Error>>(4);
        let stream = futures::stream::unfold(text, |mut text| async { Some((text.recv().await?, text)) });
        let expect = Expect { length: None, most: MOST, digests: Wanted::Nothing };
        let (written, walked) =
            tokio::join!(domain.blobs().put_stream(&blob, stream.boxed(), expect), self.pages(Some(out)));
        let (sum, _) = (walked?, written?);
        Ok(Whole { digest: sum.digest(), bytes: sum.bytes, files: sum.files, blob })
    }

    /// The sum of all entries; their JSON goes to `out`. When walking fails, so does what is written.
    async fn pages(&self, out: Option<mpsc::Sender<Result<Bytes, Error>>>) -> Result<Sum, Error> {
        let walked = self.walk_pages(out.as_ref()).await;
        if let (Err(_), Some(out)) = (&walked, &out) {
            // The writer may have failed itself; its own error is told then.
            drop(out.send(Err(Error::Busy("the walk over the entries failed".to_owned()))).await);
        }
        walked
    }

    async fn walk_pages(&self, out: Option<&mpsc::Sender<Result<Bytes, Error>>>) -> Result<Sum, Error> {
        let (mut sum, mut after) = (Sum::default(), String::new());
        let mut text = BytesMut::from(
            r#"{"version":1,"storagePolicy":"wandb-storage-policy-v1","storagePolicyConfig":{"storageLayout":"V2"},"contents":{"#,
        );
        let query = "SELECT name, digest, bytes, ref, extra, birth_id FROM artifact_entry \
                     WHERE artifact_id = $1 AND name > $2 ORDER BY name LIMIT $3";
        loop {
            let query = sql(query).bind(self.artifact.resource().id).bind(&after).bind(PAGE);
            let rows: Vec<Row> = query.all(self.artifact.domain().db()).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.name);
            for row in &rows {
                if out.is_some() {
                    append(&mut text, row, sum.files == 0)?;
                }
                sum.add(&row.name, &row.digest, row.bytes);
            }
            if let Some(out) = out {
                // A writer that failed says so itself.
                drop(out.send(Ok(text.split().freeze())).await);
            }
            // Tells others that this committer is alive.
            self.begin().await?.commit().await?;
        }
        if let Some(out) = out {
            text.put_slice(b"}}");
            drop(out.send(Ok(text.freeze())).await);
        }
        Ok(sum)
    }
}

fn append(text: &mut BytesMut, row: &Row, first: bool) -> Result<(), Error> {
    let mut entry = Map::new();
    entry.insert("digest".to_owned(), json!(row.digest));
    if let Some(birth) = row.birth_id {
        entry.insert("birthArtifactID".to_owned(), json!(super::super::files::encode_artifact_id(birth)));
    }
    if let Some(reference) = &row.reference {
        entry.insert("ref".to_owned(), json!(reference));
    }
    if let Some(extra) = &row.extra {
        let extra = serde_json::from_str(extra).map_err(|e| Error::internal("reading an entry", e))?;
        entry.insert("extra".to_owned(), extra);
    }
    if let Some(bytes) = row.bytes {
        entry.insert("size".to_owned(), json!(bytes));
    }
    if !first {
        text.put_u8(b',');
    }
    text.put_slice(Value::from(row.name.clone()).to_string().as_bytes());
    text.put_u8(b':');
    text.put_slice(Value::Object(entry).to_string().as_bytes());
    Ok(())
}
