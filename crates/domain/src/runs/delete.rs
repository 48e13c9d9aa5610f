//! Deleting a run: gone at once for everybody; it lies in the trash for a while.

use crate::db::sql;
use crate::live::Change;
use crate::policy::{Allowed, Delete, Run};
use crate::{Error, Thing, audit, trash};

impl Allowed<Delete, Run> {
    /// Deletes the run with its history, files and alerts. Its name can be taken again at once, and until the trash is
    /// emptied the run can be restored.
    pub async fn delete(&self) -> Result<(), Error> {
        let (domain, run) = (self.domain(), self.resource());
        let (now, settings) = (domain.clock().now(), domain.settings().await?);
        let mut tx = domain.db().begin().await?;
        if trash::put(&mut tx, domain.clock(), &settings, &[run.id]).await? == 0 {
            return Err(Error::not_found(Thing::Run, run.path().to_string()));
        }
        sql("UPDATE project SET updated_at = $1 WHERE id = $2").bind(now).bind(run.project.id).run(&mut tx).await?;
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
    async fn the_run_is_gone_its_name_free_and_emptying_the_trash_removes_its_rows() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            run.append(history(0, &["{\"_step\":0,\"a\":1}"])).await.unwrap();
            let delete = lab.allow::<Delete>("r1").await.unwrap();
            delete.delete().await.unwrap();
            assert!(matches!(delete.delete().await, Err(Error::NotFound { .. })));
            assert!(matches!(lab.allow::<crate::policy::Read>("r1").await, Err(Error::NotFound { .. })));
            assert!(matches!(run.append(Default::default()).await, Err(Error::NotFound { .. })));
            lab.run("r1").await;
            run.read().project().empty_trash(None).await.unwrap();
            while lab.domain.run_due_jobs().await.unwrap() > 0 {}
            for table in ["tail", "stream", "alert"] {
                let (left,): (i64,) = sql(format!("SELECT COUNT(*) FROM {table}")).one(lab.domain.db()).await.unwrap();
                assert_eq!(left, 0, "{table}");
            }
            let (runs,): (i64,) = sql("SELECT COUNT(*) FROM run").one(lab.domain.db()).await.unwrap();
            assert_eq!(runs, 1);
        }
    }
}
