//! Asking a run to stop. Its process learns it from the answer to its next data and ends by itself.

use crate::live::Change;
use crate::policy::{Allowed, Run, Stop};
use crate::{Error, Problem, audit};

impl Allowed<Stop, Run> {
    /// Asks the run's process to end. Asking twice is no error; a run that is not running is a conflict.
    pub async fn stop(&self) -> Result<(), Error> {
        let (domain, run) = (self.domain(), self.resource());
        let mut tx = domain.db().begin().await?;
        let state = super::row::lock(&mut tx, run.id, domain.clock().now()).await?.effective_state(domain)?;
        if !state.is_live() {
            return Err(Error::Conflict(Problem::StopNotRunning { run: run.path().to_string(), state }));
        }
        super::row::set(&mut tx, run.id, vec![("stop_requested", true.into())]).await?;
        audit::done(&mut tx, self.session(), "run:stop", &run.path().to_string()).await?;
        tx.commit().await?;
        super::tell(domain, run, state, vec![Change::State]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::StreamUpdate;
    use crate::testing::Lab;

    #[tokio::test]
    async fn the_process_is_told_and_the_run_ends_killed() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            let stop = lab.allow::<Stop>("r1").await.unwrap();
            assert!(!run.append(StreamUpdate::default()).await.unwrap().stopped);
            stop.stop().await.unwrap();
            stop.stop().await.unwrap();
            assert!(run.append(StreamUpdate::default()).await.unwrap().stopped);
            let end = StreamUpdate { complete: true, exitcode: Some(255), ..Default::default() };
            run.append(end).await.unwrap();
            assert_eq!(lab.state("r1").await, "killed");
            assert!(matches!(stop.stop().await, Err(Error::Conflict(_))));
        }
    }
}
