//! The loop that does the jobs. Any number of processes may run it.

use std::convert::Infallible;
use std::future::Future;
use std::time::{Duration, Instant};

use super::queue::{self, Job, Lease};
use super::{compact, discard, enqueue, expire, purge, reap};
use crate::{Domain, Error};

/// How often an idle worker looks.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a worker that died keeps a job from others. Every kind of work is safe to be done twice.
const LEASE: Duration = Duration::from_secs(30);
/// How often a worker at work says that it lives.
const RENEW: Duration = Duration::from_secs(10);
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

    async fn work(&self, mut lease: Lease) -> Result<(), Error> {
        let job: Job = lease.kind.parse()?;
        let subject = lease.subject.clone();
        let started = Instant::now();
        // It waited behind others that were taken with it.
        if lease.ends_within(self.clock(), LEASE / 2) && !lease.renew(self.db(), self.clock(), LEASE).await? {
            return Ok(());
        }
        let done = tokio::select! {
            done = self.run_job(job, &subject) => done,
            never = self.keep(&mut lease) => match never {},
        };
        let outcome = if done.is_ok() { "done" } else { "failed" };
        metrics::counter!("runstead_jobs_total", "job" => job.as_str(), "outcome" => outcome).increment(1);
        metrics::histogram!("runstead_job_seconds", "job" => job.as_str()).record(started.elapsed().as_secs_f64());
        match done {
            Ok(()) => match every(self, job) {
                Some(pause) => lease.recur(self.db(), self.clock(), pause).await,
                None => lease.complete(self.db()).await,
            },
            Err(e) => {
                let delay = backoff(lease.attempts);
                tracing::warn!(job = %job, subject = lease.subject, error = %e, again_in = ?delay, "background work failed");
                lease.postpone(self.db(), self.clock(), delay).await
            }
        }
    }

    async fn run_job(&self, job: Job, subject: &str) -> Result<(), Error> {
        match job {
            Job::Compact => compact::run(self, subject).await,
            Job::Purge => purge::run(self).await,
            Job::Reap => reap::run(self).await,
            Job::Discard => discard::run(self, subject).await,
            Job::Collect => crate::artifacts::collect(self, subject).await,
            Job::Expire => expire::run(self).await,
        }
    }

    /// Renews a lease until it is dropped. Dropped in the middle, it may leave the job to its lease: it is done once more.
    async fn keep(&self, lease: &mut Lease) -> Infallible {
        loop {
            tokio::time::sleep(RENEW).await;
            if let Err(e) = lease.renew(self.db(), self.clock(), LEASE).await {
                tracing::warn!(job = lease.kind, subject = lease.subject, error = %e, "cannot renew a job's lease");
            }
        }
    }
}

/// 1 s, 2 s, 4 s … up to [`LONGEST`].
fn backoff(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 16) - 1).unwrap_or_default();
    Duration::from_secs(1 << doublings).min(LONGEST)
}

/// How long after it was done a kind of work is due again; none for work that is asked for.
fn every(domain: &Domain, job: Job) -> Option<Duration> {
    match job {
        Job::Reap => Some(reap::interval(domain)),
        Job::Expire => Some(expire::INTERVAL),
        Job::Purge => Some(purge::INTERVAL),
        _ => None,
    }
}

/// The rows of work that recurs are made once and stay.
async fn enqueue_recurring(domain: &Domain) -> Result<(), Error> {
    let text = "SELECT COUNT(*) FROM job WHERE subject = 'all'";
    let (there,): (i64,) = crate::db::sql(text).one(domain.db()).await?;
    if there < 3 {
        for job in [Job::Reap, Job::Expire, Job::Purge] {
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
