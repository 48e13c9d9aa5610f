//! Writing the entries of a version that nobody sees yet.

use std::collections::HashMap;

use super::super::entry::{Batch, Entry, entries};
use super::super::names::check_entry;
use super::super::upload::CHUNK;
use super::{Commit, Sent};
use crate::db::{Arg, Tx, placeholders, sql};
use crate::{Error, Problem, Thing};

/// Rows that are deleted or copied in one transaction.
const STEP: i64 = 20_000;

/// Entries of one statement. SQLite looks through all arguments of a statement for each of them, so that a thousand rows in one
/// take several times as long as in twenty.
const ROWS: usize = 50;

/// What the project has under a digest.
#[derive(Clone, Copy)]
struct Stored {
    id: i64,
    bytes: i64,
}

impl Commit<'_> {
    /// Removes what a committer left that was killed.
    pub(super) async fn clear(&self) -> Result<(), Error> {
        let text = "DELETE FROM artifact_entry WHERE artifact_id = $1 AND name IN \
                    (SELECT name FROM artifact_entry WHERE artifact_id = $1 ORDER BY name LIMIT $2)";
        loop {
            let mut tx = self.begin().await?;
            let gone = sql(text).bind(self.artifact.resource().id).bind(STEP).run(&mut tx).await?;
            tx.commit().await?;
            if gone == 0 {
                return Ok(());
            }
        }
    }

    /// Takes over the entries of the version that an incremental manifest is laid over: one of the same project.
    pub(super) async fn copy_base(&self, base: i64) -> Result<(), Error> {
        let artifact = self.artifact.resource();
        let text = "SELECT id FROM artifact WHERE id = $1 AND project_id = $2 AND state = 'COMMITTED'";
        let db = self.artifact.domain().db();
        let there: Option<(i64,)> = sql(text).bind(base).bind(artifact.project.id).optional(db).await?;
        if there.is_none() {
            return Err(Error::not_found(Thing::Artifact, format!("{} {base}", artifact.project.path())));
        }
        let mut after = String::new();
        loop {
            let mut tx = self.begin().await?;
            let text = "SELECT name FROM artifact_entry WHERE artifact_id = $1 AND name > $2 ORDER BY name LIMIT $3";
            let names: Vec<(String,)> = sql(text).bind(base).bind(&after).bind(STEP).all(&mut tx).await?;
            let Some((last,)) = names.into_iter().next_back() else { return Ok(()) };
            let text = "INSERT INTO artifact_entry (artifact_id, name, digest, bytes, object_id, ref, extra, birth_id) \
                        SELECT $1, name, digest, bytes, object_id, ref, extra, birth_id FROM artifact_entry \
                        WHERE artifact_id = $2 AND name > $3 AND name <= $4";
            sql(text).bind(artifact.id).bind(base).bind(&after).bind(&last).run(&mut tx).await?;
            tx.commit().await?;
            after = last;
        }
    }

    /// Lays a manifest over what is there.
    pub(super) async fn stage(&self, sent: &Sent) -> Result<(), Error> {
        let download = self.artifact.domain().blobs().stream(&sent.blob, None).await?;
        let mut batches = entries(download);
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            let mut tx = self.begin().await?;
            self.insert(&mut tx, batch).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn insert(&self, tx: &mut Tx, batch: Batch) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let stored = stored(tx, self.artifact.resource().project.id, &batch).await?;
        let mut batch: Vec<_> = batch.into_iter().collect();
        // Neighbours in the index are written one after the other.
        batch.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut batch = batch.into_iter();
        loop {
            let rows: Vec<_> = batch.by_ref().take(ROWS).collect();
            if rows.is_empty() {
                return Ok(());
            }
            self.insert_rows(tx, rows, &stored).await?;
        }
    }

    async fn insert_rows(
        &self,
        tx: &mut Tx,
        entries: Vec<(String, Entry)>,
        stored: &HashMap<String, Stored>,
    ) -> Result<(), Error> {
        let artifact = self.artifact.resource();
        let mut args: Vec<Arg> = Vec::with_capacity(entries.len() * 8);
        let mut rows = Vec::with_capacity(entries.len());
        for (name, entry) in entries {
            let object = match entry.reference.is_some() {
                true => None,
                false => Some(check(&name, &entry, stored)?),
            };
            check_entry(&name)?;
            let extra = entry.extra.map(|extra| serde_json::Value::Object(extra).to_string());
            let birth = entry.birth.as_deref().and_then(super::super::files::decode_artifact_id);
            rows.push(format!("({})", placeholders(rows.len() * 8 + 1, 8)));
            let bytes = object.map(|o| o.bytes).or(entry.size);
            args.extend([
                artifact.id.into(),
                name.into(),
                entry.digest.into(),
                bytes.into(),
                object.map(|o| o.id).into(),
                entry.reference.into(),
                extra.into(),
                birth.into(),
            ]);
        }
        let text = format!(
            "INSERT INTO artifact_entry (artifact_id, name, digest, bytes, object_id, ref, extra, birth_id) VALUES {} \
             ON CONFLICT (artifact_id, name) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, \
             object_id = excluded.object_id, ref = excluded.ref, extra = excluded.extra, birth_id = excluded.birth_id",
            rows.join(", ")
        );
        sql(text).bind_all(args).run(tx).await.map(drop)
    }
}

/// The bytes of an entry, which must be in the project and as long as the manifest says.
fn check(name: &str, entry: &Entry, stored: &HashMap<String, Stored>) -> Result<Stored, Error> {
    let Some(found) = stored.get(&entry.digest) else {
        return Err(Error::Invalid(Problem::ArtifactFileMissing { name: name.chars().take(200).collect() }));
    };
    match entry.size {
        Some(told) if told != found.bytes => {
            let name = name.chars().take(200).collect();
            Err(Error::Invalid(Problem::ArtifactFileSize { name, told, stored: found.bytes }))
        }
        _ => Ok(*found),
    }
}

async fn stored(tx: &mut Tx, project: i64, batch: &Batch) -> Result<HashMap<String, Stored>, Error> {
    let mut digests: Vec<&str> =
        batch.values().filter(|entry| entry.reference.is_none()).map(|entry| entry.digest.as_str()).collect();
    digests.sort_unstable();
    digests.dedup();
    let mut stored = HashMap::new();
    for digests in digests.chunks(CHUNK) {
        let text = format!(
            "SELECT md5, id, bytes FROM project_object WHERE project_id = $1 AND md5 IN ({})",
            placeholders(2, digests.len())
        );
        let rows: Vec<(String, i64, i64)> =
            sql(text).bind(project).bind_all(digests.iter().copied()).all(&mut *tx).await?;
        stored.extend(rows.into_iter().map(|(md5, id, bytes)| (md5, Stored { id, bytes })));
    }
    Ok(stored)
}
