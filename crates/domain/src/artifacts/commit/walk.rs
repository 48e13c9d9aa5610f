//! One walk over all entries in the order of their names: their digest, their size and, where several manifests were merged,
//! the whole manifest.

use bytes::{BufMut, Bytes, BytesMut};
use futures::StreamExt;
use md5::{Digest, Md5};
use serde_json::{Map, Value, json};
use sqlx::FromRow;
use tokio::sync::mpsc;

use super::Commit;
use crate::blobs::Expect;
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
    /// Adds everything up. The digest of a full manifest must be the one announced; that of merged ones nobody can announce.
    pub(super) async fn walk(&self) -> Result<Whole, Error> {
        match self.manifests.as_slice() {
            [full] if self.is_full() => {
                let (digest, bytes, files) = self.pages(None).await?;
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
        let expect = Expect { length: None, most: MOST };
        let (written, walked) =
            tokio::join!(domain.blobs().put_stream(&blob, stream.boxed(), expect), self.pages(Some(out)));
        let ((digest, bytes, files), _) = (walked?, written?);
        Ok(Whole { digest, bytes, files, blob })
    }

    /// Hex MD5 (`public-api` 7.2), bytes and number of all entries; their JSON goes to `out`. When walking fails, so does what
    /// is written.
    async fn pages(&self, out: Option<mpsc::Sender<Result<Bytes, Error>>>) -> Result<(String, i64, i64), Error> {
        let walked = self.walk_pages(out.as_ref()).await;
        if let (Err(_), Some(out)) = (&walked, &out) {
            // The writer may have failed itself; its own error is told then.
            drop(out.send(Err(Error::Busy("the walk over the entries failed".to_owned()))).await);
        }
        walked
    }

    async fn walk_pages(&self, out: Option<&mpsc::Sender<Result<Bytes, Error>>>) -> Result<(String, i64, i64), Error> {
        let mut md5 = Md5::new();
        md5.update(b"wandb-artifact-manifest-v1\n");
        let (mut bytes, mut files, mut after) = (0_i64, 0_i64, String::new());
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
                md5.update(format!("{}:{}\n", row.name, row.digest));
                bytes = bytes.saturating_add(row.bytes.unwrap_or_default().max(0));
                if out.is_some() {
                    append(&mut text, row, files == 0)?;
                }
                files += 1;
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
        let digest = md5.finalize().iter().map(|b| format!("{b:02x}")).collect();
        Ok((digest, bytes, files))
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
