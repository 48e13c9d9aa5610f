//! Creating a run, or going on with one of the same name (`wandb.init`).

mod write;

use super::{RunChange, fork};
use crate::Error;
use crate::db::sql;
use crate::model::{RunName, RunPath};
use crate::policy::{Allowed, Place, Run, Submit, Update};
use write::{Start, Written};

/// What `wandb.init` asks for.
#[derive(Clone, Debug, Default)]
pub struct RunUpsert {
    /// The run's id; made up when absent.
    pub name: Option<String>,
    /// The client named the run by its storage id: it resumes or edits it, and counts on from what is stored.
    pub resuming: bool,
    /// The client is too old to say so: its lines tell.
    pub resumes_untold: bool,
    /// Several processes write the run: config is merged, and each counts its lines from 0.
    pub shared: bool,
    /// The fields.
    pub change: RunChange,
}

/// The run that is there now.
#[derive(Debug)]
pub struct Upserted {
    /// The run.
    pub run: Allowed<Update, Run>,
    /// Whether this call made it.
    pub inserted: bool,
    /// The history line that the client writes next.
    pub history_line_count: i64,
}

impl Allowed<Submit, Place> {
    /// Creates the run, and its project when it is not there; or changes the run of that name.
    ///
    /// An `init` of a run that is there and is not resumed starts it again: what it logged before stays stored, and is shown
    /// until the first line of the new start arrives (see `streams::restart`).
    pub async fn upsert_run(&self, upsert: RunUpsert) -> Result<Upserted, Error> {
        let name = match &upsert.name {
            Some(name) => RunName::new(name.clone())?,
            None => RunName::new(self.domain().clock().token::<8>()?)?,
        };
        let RunUpsert { name: _, resuming, resumes_untold, shared, mut change } = upsert;
        change.merge_config = shared;
        let (init, state) = (change.is_init(), change.state);
        let change = change.check()?;
        let forked = change.config().is_some_and(|config| fork::branch_point(config).is_some());
        let began = change.config().and_then(write::began);
        let start = Start { name, init, resuming, resumes_untold, shared, began, forked, state };
        let fork = match &self.resource().project {
            Some(project) => fork::prepare(self.domain(), project, start.name.as_str(), change.config()).await?,
            None => None,
        };
        let mut here = self.clone();
        let (mut tx, project) = loop {
            let mut tx = self.domain().db().begin().await?;
            if let Some(project) = here.project(&mut tx).await? {
                break (tx, project);
            }
            drop(tx);
            // Somebody made the project a moment ago: the policy judges that one.
            let path = RunPath::new(&self.resource().entity, &self.resource().name, start.name.as_str());
            here = self.session().allow::<Submit, Place>(&path).await?;
        };
        let written = self.write(&mut tx, project, &start, change, fork).await?;
        sql("UPDATE project SET updated_at = $1 WHERE id = $2")
            .bind(self.domain().clock().now())
            .bind(written.run.project.id)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        super::tell(self.domain(), &written.run, written.state, written.changes);
        let Written { run, inserted, history_line_count, .. } = written;
        Ok(Upserted { run: self.submitted(run), inserted, history_line_count })
    }
}

#[cfg(test)]
mod tests;
