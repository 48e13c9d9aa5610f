//! One run in the folder of its project.

use std::path::Path;

use super::failed;
use super::folder::{Entry, clear, copy, parts, put};
use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Read, Run};
use crate::runs::streams::{self, StreamKind};

impl Allowed<Read, Run> {
    /// Writes the run's streams and files; the entry with how many that were.
    pub(super) async fn export(&self, folder: &Path, name: &str, mut entry: Entry) -> Result<Entry, Error> {
        clear(folder, name).await?;
        let [history, system, files] = parts(folder, name);
        let mut count = |bytes: u64| {
            entry.files += 1;
            entry.bytes += bytes;
        };
        for (kind, to) in [(StreamKind::History, history), (StreamKind::Events, system)] {
            for bytes in self.export_stream(kind, &to).await? {
                count(bytes);
            }
        }
        let text = "SELECT name, blob FROM file WHERE run_id = $1 ORDER BY name";
        let all: Vec<(String, String)> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        for (name, blob) in all {
            // Names are checked when they are stored: no part of one leads elsewhere.
            count(copy(self.domain().blobs().stream(&blob, None).await?.stream, &files.join(name)).await?);
        }
        Ok(entry)
    }

    /// Segments as they are; when rows are still outside of them, all as one new file. How long the files are.
    async fn export_stream(&self, kind: StreamKind, to: &Path) -> Result<Vec<u64>, Error> {
        let (domain, run) = (self.domain(), self.resource());
        let text = "SELECT position, blob FROM segment WHERE run_id = $1 AND generation = $2 AND kind = $3 \
                    UNION ALL SELECT id, CAST(NULL AS TEXT) FROM tail WHERE run_id = $1 AND generation = $2 AND kind = $3";
        let query = sql(text).bind(run.id).bind(run.generation).bind(kind.as_str());
        let mut all: Vec<(i64, Option<String>)> = query.all(domain.db()).await?;
        all.sort();
        let segments: Option<Vec<String>> = all.into_iter().map(|(_, blob)| blob).collect();
        let Some(segments) = segments else {
            let rows = streams::load(domain, run.id, run.generation, kind, None, None).await?;
            let write = move || history::segment::write(&rows).map_err(failed);
            let (file, _) = tokio::task::spawn_blocking(write).await.map_err(failed)??;
            return Ok(vec![put(&to.join("00000.parquet"), file).await?]);
        };
        let mut written = Vec::new();
        for (at, blob) in segments.into_iter().enumerate() {
            let blob = domain.blobs().stream(&blob, None).await?;
            written.push(copy(blob.stream, &to.join(format!("{at:05}.parquet"))).await?);
        }
        Ok(written)
    }
}
