//! Deleting a run: gone at once for everybody, its rows and blobs removed by a job.

use std::time::Duration;

use crate::db::sql;
use crate::jobs::{Job, enqueue};
use crate::live::Change;
use crate::policy::{Allowed, Delete, Run};
use crate::{Error, Thing, audit};

impl Allowed<Delete, Run> {
    /// Deletes the run with its history, files and alerts. Its name can be taken again at once.
    pub async fn delete(&self) -> Result<(), Error> {
        let (domain, run) = (self.domain(), self.resource());
        let now = domain.clock().now();
        let mut tx = domain.db().begin().await?;
        let text = "UPDATE run SET deleted_at = $1, updated_at = $1 WHERE id = $2 AND deleted_at IS NULL";
        if sql(text).bind(now).bind(run.id).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::Run, run.path().to_string()));
        }
        sql("UPDATE project SET updated_at = $1 WHERE id = $2").bind(now).bind(run.project.id).run(&mut tx).await?;
        enqueue(&mut tx, domain.clock(), Job::Purge, &run.id.to_string(), Duration::ZERO).await?;
        audit::done(&mut tx, self.session(), "run:delete", &run.path().to_string()).await?;
        tx.commit().await?;
        super::tell(domain, run, run.state, vec![Change::Deleted]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Lab, history};

    #[tokio::test]
    async fn the_run_is_gone_its_name_free_and_its_rows_are_purged() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            run.append(history(0, &["{\"_step\":0,\"a\":1}"])).await.unwrap();
            let delete = lab.allow::<Delete>("r1").await.unwrap();
            delete.delete().await.unwrap();
            assert!(matches!(delete.delete().await, Err(Error::NotFound { .. })));
            assert!(matches!(lab.allow::<crate::policy::Read>("r1").await, Err(Error::NotFound { .. })));
            assert!(matches!(run.append(Default::default()).await, Err(Error::NotFound { .. })));
            lab.run("r1").await;
            lab.domain.run_due_jobs().await.unwrap();
            for table in ["tail", "stream", "alert"] {
                let (left,): (i64,) = sql(format!("SELECT COUNT(*) FROM {table}")).one(lab.domain.db()).await.unwrap();
                assert_eq!(left, 0, "{table}");
            }
            let (runs,): (i64,) = sql("SELECT COUNT(*) FROM run").one(lab.domain.db()).await.unwrap();
            assert_eq!(runs, 1);
        }
    }
}
