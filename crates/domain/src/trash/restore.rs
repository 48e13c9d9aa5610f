//! Taking runs out of the trash.

use std::collections::HashSet;

use super::CHUNK;
use crate::db::{Tx, placeholders, sql};
use crate::live::Change;
use crate::policy::{Allowed, Delete, Project, Read, Run};
use crate::run_table::RunsChanged;
use crate::runs::tell;
use crate::{Error, Problem, audit, storage};

impl Allowed<Read, Project> {
    /// Restores runs by name: of several that had one name, the one deleted last. A run whose name has been taken meanwhile
    /// stays where it is. Whoever may delete a run may restore it.
    pub async fn restore_runs(&self, names: &[String], dry: bool) -> Result<RunsChanged, Error> {
        let each = self.allow_each_deleted::<Delete>(names).await?;
        let mut seen = HashSet::new();
        let runs = each.allowed.iter().map(Allowed::resource);
        let runs: Vec<&Run> = runs.filter(|run| seen.insert(run.name.as_str())).collect();
        let mut refused = each.refused.len();
        let mut reasons: Vec<Error> = each.reasons.into_iter().map(Error::from).collect();
        let (domain, project) = (self.domain(), self.resource());
        let (mut restored, mut bytes) = (Vec::new(), 0);
        let mut tx = domain.db().begin().await?;
        for runs in runs.chunks(CHUNK) {
            let taken = taken(&mut tx, project.id, runs.iter().map(|run| run.name.as_str())).await?;
            let (taken, free): (Vec<&Run>, Vec<&Run>) = runs.iter().partition(|run| taken.contains(&run.name));
            refused += taken.len();
            reasons.extend(taken.first().map(|run| name_taken(&run.name, &project.path().to_string())));
            let ids: Vec<i64> = free.iter().map(|run| run.id).collect();
            bytes += storage::of_runs(&mut tx, &ids).await?;
            if !dry && !ids.is_empty() {
                let text = format!(
                    "UPDATE run SET deleted_at = NULL, updated_at = $1 WHERE emptied_at IS NULL AND id IN ({})",
                    placeholders(2, ids.len())
                );
                sql(text).bind(domain.clock().now()).bind_all(ids).run(&mut tx).await?;
            }
            restored.extend(free);
        }
        let changed = restored.len();
        if !dry && changed > 0 {
            let text = "UPDATE project SET updated_at = $1 WHERE id = $2";
            sql(text).bind(domain.clock().now()).bind(project.id).run(&mut tx).await?;
            let target = audit::runs(&project.path().to_string(), restored.iter().map(|run| run.name.as_str()));
            audit::done(&mut tx, self.session(), "run:restore", &target).await?;
            tx.commit().await?;
            restored.iter().for_each(|run| tell(domain, run, run.state, vec![Change::Created]));
        }
        Ok(RunsChanged { changed, refused, reasons, bytes })
    }
}

/// The names that runs of the project have.
pub(crate) async fn taken<'a>(
    tx: &mut Tx,
    project: i64,
    names: impl ExactSizeIterator<Item = &'a str>,
) -> Result<HashSet<String>, Error> {
    let text = format!(
        "SELECT name FROM run WHERE project_id = $1 AND deleted_at IS NULL AND name IN ({})",
        placeholders(2, names.len())
    );
    let taken: Vec<(String,)> = sql(text).bind(project).bind_all(names).all(tx).await?;
    Ok(taken.into_iter().map(|(name,)| name).collect())
}

/// A run whose name another has.
pub(crate) fn name_taken(run: &str, project: &str) -> Error {
    Error::Conflict(Problem::RunNameTaken { run: run.to_owned(), project: project.to_owned() })
}
