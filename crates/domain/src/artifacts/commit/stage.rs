//! Writing the entries of a version that nobody sees yet.

use std::collections::HashMap;

use super::super::entry::{Batch, Entry, entries};
use super::super::names::check_entry;
use super::super::upload::CHUNK;
use super::walk::Sum;
use super::{Commit, Sent};
use crate::db::{Arg, Tx, placeholders, sql, values};
use crate::{Error, Problem, Thing};

/// Rows that are deleted or copied in one transaction.
const STEP: i64 = 20_000;

/// Entries of one statement.
const ROWS: usize = 500;
/// Columns of an entry.
const WIDTH: usize = 8;

/// What the project has under a digest.
#[derive(Clone, Copy)]
pub(super) struct Stored {
    id: i64,
    pub bytes: i64,
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

    /// Lays a manifest over what is there; what it adds up to by itself, where its names ascend.
    pub(super) async fn stage(&self, sent: &Sent) -> Result<Option<Sum>, Error> {
        let download = self.artifact.domain().blobs().stream(&sent.blob, None).await?;
        let (mut batches, mut sum) = (entries(download), Some(Sum::default()));
        while let Some(batch) = batches.recv().await {
            let mut batch = batch?;
            let mut tx = self.begin().await?;
            let stored = stored(&mut tx, self.artifact.resource().project.id, &batch).await?;
            sum = sum.and_then(|sum| sum.with(&batch, &stored));
            if sum.is_none() {
                order(&mut batch);
            }
            let mut batch = batch.into_iter();
            while batch.len() > 0 {
                self.insert(&mut tx, batch.by_ref().take(ROWS).collect(), &stored).await?;
            }
            tx.commit().await?;
        }
        Ok(sum)
    }

    async fn insert(&self, tx: &mut Tx, entries: Batch, stored: &HashMap<String, Stored>) -> Result<(), Error> {
        let artifact = self.artifact.resource();
        let places = values(1, entries.len(), WIDTH);
        let mut args: Vec<Arg> = Vec::with_capacity(entries.len() * WIDTH);
        for (name, entry) in entries {
            let object = match entry.reference.is_some() {
                true => None,
                false => Some(check(&name, &entry, stored)?),
            };
            check_entry(&name)?;
            let extra = entry.extra.map(|extra| serde_json::Value::Object(extra).to_string());
            let birth = entry.birth.as_deref().and_then(super::super::files::decode_artifact_id);
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
            "INSERT INTO artifact_entry (artifact_id, name, digest, bytes, object_id, ref, extra, birth_id) VALUES {places} \
             ON CONFLICT (artifact_id, name) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes, \
             object_id = excluded.object_id, ref = excluded.ref, extra = excluded.extra, birth_id = excluded.birth_id"
        );
        sql(text).bind_all(args).run(tx).await.map(drop)
    }
}

/// Neighbours in the index are written one after the other, each name once: the entry that comes last.
fn order(batch: &mut Batch) {
    batch.reverse();
    batch.sort_by(|a, b| a.0.cmp(&b.0));
    batch.dedup_by(|later, kept| later.0 == kept.0);
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
        batch.iter().map(|(_, entry)| entry).filter(|e| e.reference.is_none()).map(|e| e.digest.as_str()).collect();
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
