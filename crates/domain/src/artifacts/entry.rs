//! Manifests as a stream of entries: a million of them never are in memory at once.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Buf, Bytes};
use futures::StreamExt;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::blobs::Download;
use crate::{Error, Problem};

/// Entries that are passed on together, and written in one transaction.
const BATCH: usize = 4000;
/// Bytes of the text that one entry may take.
const MOST_ENTRY: usize = 4 << 20;

/// One entry, as the client writes it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Entry {
    /// Base64 MD5; of a reference whatever its store calls it.
    pub digest: String,
    #[serde(default)]
    pub size: Option<i64>,
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
    #[serde(default)]
    pub extra: Option<serde_json::Map<String, Value>>,
    #[serde(default, rename = "birthArtifactID")]
    pub birth: Option<String>,
}

/// Entries with their names, in the order of the text; where a name comes twice the later one stands.
pub(super) type Batch = Vec<(String, Entry)>;

/// The entries of a manifest, in batches. A manifest that cannot be read ends with the error.
pub(super) fn entries(download: Download) -> mpsc::Receiver<Result<Batch, Error>> {
    let (bytes_in, bytes) = mpsc::channel::<Result<Bytes, Error>>(4);
    let (out, batches) = mpsc::channel(2);
    tokio::spawn(async move {
        let mut stream = download.stream;
        while let Some(chunk) = stream.next().await {
            if bytes_in.send(chunk).await.is_err() {
                return;
            }
        }
    });
    tokio::task::spawn_blocking(move || {
        let since = Arc::new(AtomicUsize::new(0));
        let reader = Chunks { bytes, chunk: Bytes::new(), since: Arc::clone(&since), trouble: None };
        let mut reader = BufReader::with_capacity(64 << 10, reader);
        let mut seed = Manifest { out: &out, since: &since, batch: Batch::new() };
        let mut json = serde_json::Deserializer::from_reader(&mut reader);
        let parsed = (&mut seed).deserialize(&mut json).and_then(|()| json.end());
        let last = std::mem::take(&mut seed.batch);
        let end = match (reader.into_inner().trouble, parsed) {
            (Some(trouble), _) => Err(trouble),
            (None, Err(e)) => Err(Error::Invalid(Problem::ManifestBroken { detail: e.to_string() })),
            (None, Ok(())) => Ok(last),
        };
        // Whoever waits for the batches has given up: nobody is left to tell.
        drop(out.blocking_send(end));
    });
    batches
}

/// What arrives, for a parser that waits.
struct Chunks {
    bytes: mpsc::Receiver<Result<Bytes, Error>>,
    chunk: Bytes,
    /// Bytes since the last entry.
    since: Arc<AtomicUsize>,
    /// Why reading ended early.
    trouble: Option<Error>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.chunk.is_empty() {
            match self.bytes.blocking_recv() {
                None => return Ok(0),
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(e)) => {
                    self.trouble = Some(e);
                    return Err(std::io::Error::other("the store failed"));
                }
            }
        }
        let count = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..count]);
        if self.since.fetch_add(count, Ordering::Relaxed) > MOST_ENTRY {
            return Err(std::io::Error::other("an entry is too long"));
        }
        Ok(count)
    }
}

struct Manifest<'a> {
    out: &'a mpsc::Sender<Result<Batch, Error>>,
    since: &'a AtomicUsize,
    batch: Batch,
}

impl<'de> DeserializeSeed<'de> for &mut Manifest<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Manifest<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a manifest of version 1")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut complete = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "contents" => {
                    complete = true;
                    map.next_value_seed(Contents(self))?;
                }
                "version" if map.next_value::<Value>()? != 1 => return Err(M::Error::custom("not version 1")),
                "version" => {}
                "storagePolicy" if map.next_value::<String>()? != "wandb-storage-policy-v1" => {
                    return Err(M::Error::custom("not the storage policy wandb-storage-policy-v1"));
                }
                "storagePolicy" => {}
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if complete { Ok(()) } else { Err(M::Error::missing_field("contents")) }
    }
}

struct Contents<'a, 'b>(&'a mut Manifest<'b>);

impl<'de> DeserializeSeed<'de> for Contents<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<(), D::Error> {
        d.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Contents<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("entries by name")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Contents(manifest) = self;
        while let Some((name, entry)) = map.next_entry::<String, Entry>()? {
            manifest.since.store(0, Ordering::Relaxed);
            manifest.batch.push((name, entry));
            if manifest.batch.len() >= BATCH {
                let batch = std::mem::take(&mut manifest.batch);
                manifest.out.blocking_send(Ok(batch)).map_err(|_| M::Error::custom("nobody reads"))?;
            }
        }
        Ok(())
    }
}
