//! Deleting files of a run.

use crate::db::{placeholders, sql};
use crate::jobs::discard_later;
use crate::live::{Change, LiveEvent};
use crate::policy::{Allowed, Run, Update};
use crate::{Error, Problem, Thing};

/// More ids in one request are refused.
const MOST: usize = 10_000;

impl Allowed<Update, Run> {
    /// Deletes the files with these ids, their blobs after a while; how many there were. Ids of other runs' files and of files
    /// that are gone already count for nothing.
    pub async fn delete_files(&self, ids: &[i64]) -> Result<usize, Error> {
        if ids.len() > MOST {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::File, most: MOST }));
        }
        if ids.is_empty() {
            return Ok(0);
        }
        let run = self.resource();
        let text =
            format!("DELETE FROM file WHERE run_id = $1 AND id IN ({}) RETURNING blob", placeholders(2, ids.len()));
        let mut tx = self.domain().db().begin().await?;
        let blobs: Vec<(String,)> = sql(text).bind(run.id).bind_all(ids.iter().copied()).all(&mut tx).await?;
        for (blob,) in &blobs {
            discard_later(&mut tx, self.domain().clock(), blob).await?;
        }
        tx.commit().await?;
        self.domain().live().send(LiveEvent {
            project_id: run.project.id,
            run: run.name.clone(),
            state: run.state.as_str(),
            changes: vec![Change::Files],
        });
        Ok(blobs.len())
    }
}
