//! The loop that does the jobs. Any number of processes may run it.

use std::future::Future;
use std::time::Duration;

use super::queue::{self, Job, Lease};
use super::{compact, discard, enqueue, expire, purge, reap};
use crate::{Domain, Error};

/// How often an idle worker looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a worker that died keeps a job from others. Every kind of work is safe to be done twice.
const LEASE: Duration = Duration::from_secs(300);
/// The longest wait after repeated failures.
const LONGEST: Duration = Duration::from_secs(600);

impl Domain {
    /// Does background work until `shutdown`; the job in hand is finished first.
    pub async fn run_jobs(&self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            let idle = match self.run_due_jobs().await {
                Ok(done) => done == 0,
                Err(e) => {
                    tracing::warn!(error = %e, "cannot look for background work");
                    true
                }
            };
            let pause = if idle { PAUSE } else { Duration::ZERO };
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Does what is due now; the number of jobs that were taken. For tests and for commands that want the work done now.
    pub async fn run_due_jobs(&self) -> Result<usize, Error> {
        enqueue_recurring(self).await?;
        let leases = queue::lease(self.db(), self.clock(), 4, LEASE).await?;
        let taken = leases.len();
        for lease in leases {
            if let Err(e) = self.work(lease).await {
                tracing::warn!(error = %e, "a job is left to its lease");
            }
        }
        Ok(taken)
    }

    async fn work(&self, lease: Lease) -> Result<(), Error> {
        let job: Job = lease.kind.parse()?;
        let done = match job {
            Job::Compact => compact::run(self, &lease.subject).await,
            Job::Purge => purge::run(self, &lease.subject).await,
            Job::Reap => reap::run(self).await,
            Job::Discard => discard::run(self, &lease.subject).await,
            Job::Expire => expire::run(self).await,
        };
        match done {
            Ok(()) if job == Job::Reap => lease.postpone(self.db(), self.clock(), reap::interval(self)).await,
            Ok(()) if job == Job::Expire => lease.postpone(self.db(), self.clock(), expire::INTERVAL).await,
            Ok(()) => lease.complete(self.db()).await,
            Err(e) => {
                let delay = backoff(lease.attempts);
                tracing::warn!(job = %job, subject = lease.subject, error = %e, again_in = ?delay, "background work failed");
                lease.postpone(self.db(), self.clock(), delay).await
            }
        }
    }
}

/// 1 s, 2 s, 4 s … up to [`LONGEST`].
fn backoff(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or_default();
    Duration::from_secs(1 << doublings).min(LONGEST)
}

/// The rows of work that comes again and again are made once and stay.
async fn enqueue_recurring(domain: &Domain) -> Result<(), Error> {
    for job in [Job::Reap, Job::Expire] {
        let text = "SELECT COUNT(*) FROM job WHERE kind = $1";
        let (there,): (i64,) = crate::db::sql(text).bind(job.as_str()).one(domain.db()).await?;
        if there == 0 {
            enqueue(domain.db(), domain.clock(), job, "all", Duration::ZERO).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::domains;

    #[tokio::test]
    async fn the_loop_ends_with_shutdown() {
        for domain in domains().await {
            tokio::time::timeout(Duration::from_secs(20), domain.run_jobs(async {})).await.unwrap();
        }
    }

    #[test]
    fn failures_wait_longer_and_longer() {
        assert_eq!(backoff(1), Duration::from_secs(1));
        assert_eq!(backoff(4), Duration::from_secs(8));
        assert_eq!(backoff(1000), LONGEST);
    }
}
