//! Emptying the trash.

use std::time::Duration;

use super::CHUNK;
use crate::db::{placeholders, sql};
use crate::jobs::{Job, enqueue};
use crate::policy::{Allowed, Delete, Project, Read};
use crate::{Error, audit, storage};

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// Runs.
    pub removed: u64,
    /// Bytes that they kept, which are free within seconds.
    pub bytes: i64,
}

impl Allowed<Read, Project> {
    /// Removes runs in the trash for good: those of these names, or all that the caller may delete.
    pub async fn empty_trash(&self, names: Option<&[String]>) -> Result<Emptied, Error> {
        let runs = match names {
            Some(names) => {
                let mut each = self.allow_each_deleted::<Delete>(names).await?;
                if each.allowed.is_empty() && !each.reasons.is_empty() {
                    return Err(each.reasons.swap_remove(0).into());
                }
                each.allowed.iter().map(|run| run.resource().clone()).collect()
            }
            None => self.find_deleted::<Delete>().await?,
        };
        let (domain, mut emptied) = (self.domain(), Emptied::default());
        let mut tx = domain.db().begin().await?;
        for runs in runs.chunks(CHUNK) {
            let ids: Vec<i64> = runs.iter().map(|run| run.id).collect();
            let text = format!(
                "UPDATE run SET emptied_at = $1 WHERE deleted_at IS NOT NULL AND emptied_at IS NULL AND id IN ({}) RETURNING id",
                placeholders(2, ids.len())
            );
            let gone: Vec<(i64,)> = sql(text).bind(domain.clock().now()).bind_all(ids).all(&mut tx).await?;
            let gone: Vec<i64> = gone.into_iter().map(|(id,)| id).collect();
            emptied.removed += gone.len() as u64;
            emptied.bytes += storage::of_runs(&mut tx, &gone).await?;
        }
        if emptied.removed > 0 {
            let path = self.resource().path().to_string();
            let target = audit::runs(&path, runs.iter().map(|run| run.name.as_str()));
            audit::done(&mut tx, self.session(), "run:purge", &target).await?;
            enqueue(&mut tx, domain.clock(), Job::Purge, "all", Duration::ZERO).await?;
            tx.commit().await?;
        }
        Ok(emptied)
    }
}
