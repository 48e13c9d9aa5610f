//! The table of jobs: one row per kind and subject.

use std::time::Duration;

use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Db, On, sql};
use crate::model::words;
use crate::{Clock, Error};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Job {
    /// Move the tail of a stream into Parquet segments; the subject is `RUN/GENERATION/KIND`.
    Compact,
    /// Remove what the trash was emptied of; one subject.
    Purge,
    /// Judge the runs that fell silent; one subject.
    Reap,
    /// Remove what a deleted artifact alone held; the subject is its id.
    Collect,
    /// Delete a blob unless a row names it; the subject is the blob.
    Discard,
    /// Forget what has ended or is older than the organization keeps; one subject.
    Expire,
}
words!(Job, Job, {
    Compact => "compact", Purge => "purge", Reap => "reap", Discard => "discard",
    Collect => "collect", Expire => "expire",
});

/// A job that this process may do until the lease ends.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Lease {
    pub kind: String,
    pub subject: String,
    pub asked: i64,
    pub lease_until: Micros,
    pub attempts: i64,
}

/// Asks for work, at once or after `delay`. Asking again changes nothing but makes it earlier.
pub(crate) async fn enqueue(
    on: impl Into<On<'_>>,
    clock: &Clock,
    job: Job,
    subject: &str,
    delay: Duration,
) -> Result<(), Error> {
    sql("INSERT INTO job (kind, subject, due_at, asked, lease_until, attempts) VALUES ($1, $2, $3, 1, 0, 0) \
         ON CONFLICT (kind, subject) DO UPDATE SET asked = job.asked + 1, \
         due_at = CASE WHEN excluded.due_at < job.due_at THEN excluded.due_at ELSE job.due_at END")
    .bind(job.as_str())
    .bind(subject)
    .bind(clock.now() + micros(delay))
    .run(on)
    .await
    .map(drop)
}

/// Takes up to `count` due jobs for the time of `lease`.
pub(super) async fn lease(db: &Db, clock: &Clock, count: i64, lease: Duration) -> Result<Vec<Lease>, Error> {
    let now = clock.now();
    let due = "SELECT kind, subject FROM job WHERE due_at <= $1 AND lease_until <= $1 ORDER BY due_at LIMIT $2";
    // An idle server only reads.
    let any: Option<(String, String)> = sql(due).bind(now).bind(1_i64).optional(db).await?;
    if any.is_none() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin().await?;
    // The condition stands twice: PostgreSQL looks at the outer one again after waiting for another process's lease.
    let text = format!(
        "UPDATE job SET lease_until = $3, attempts = attempts + 1 WHERE (kind, subject) IN ({due}) \
         AND lease_until <= $1 RETURNING kind, subject, asked, lease_until, attempts"
    );
    let leased = sql(text).bind(now).bind(count).bind(now + micros(lease)).all(&mut tx).await?;
    tx.commit().await?;
    Ok(leased)
}

impl Lease {
    pub fn ends_within(&self, clock: &Clock, time: Duration) -> bool {
        self.lease_until <= clock.now() + micros(time)
    }

    /// Holds the job for another `lease` from now; false where it was lost to another worker.
    pub async fn renew(&mut self, db: &Db, clock: &Clock, lease: Duration) -> Result<bool, Error> {
        let until = clock.now() + micros(lease);
        let text =
            "UPDATE job SET lease_until = $5 WHERE kind = $1 AND subject = $2 AND asked >= $3 AND lease_until = $4";
        let held = self.bind(sql(text)).bind(until).run(db).await? > 0;
        if held {
            self.lease_until = until;
        }
        Ok(held)
    }

    /// The work is done: the row goes, unless it was asked for again meanwhile.
    pub async fn complete(&self, db: &Db) -> Result<(), Error> {
        let text = "DELETE FROM job WHERE kind = $1 AND subject = $2 AND asked = $3 AND lease_until = $4";
        let gone = self.bind(sql(text)).run(db).await?;
        if gone == 0 {
            let text = "UPDATE job SET lease_until = 0, attempts = 0 \
                        WHERE kind = $1 AND subject = $2 AND asked <> $3 AND lease_until = $4";
            self.bind(sql(text)).run(db).await?;
        }
        Ok(())
    }

    /// The work is done and due again after `pause`, or at once where it was asked for meanwhile.
    pub async fn recur(&self, db: &Db, clock: &Clock, pause: Duration) -> Result<(), Error> {
        let text = "UPDATE job SET lease_until = 0, attempts = 0, due_at = CASE WHEN asked = $3 THEN $5 ELSE due_at END \
                    WHERE kind = $1 AND subject = $2 AND asked >= $3 AND lease_until = $4";
        self.bind(sql(text)).bind(clock.now() + micros(pause)).run(db).await.map(drop)
    }

    /// The work failed: it may be taken after `delay`.
    pub async fn postpone(&self, db: &Db, clock: &Clock, delay: Duration) -> Result<(), Error> {
        let text = "UPDATE job SET lease_until = 0, due_at = $5 \
                    WHERE kind = $1 AND subject = $2 AND asked >= $3 AND lease_until = $4";
        self.bind(sql(text)).bind(clock.now() + micros(delay)).run(db).await.map(drop)
    }

    fn bind(&self, statement: crate::db::Sql) -> crate::db::Sql {
        statement.bind(&self.kind).bind(&self.subject).bind(self.asked).bind(self.lease_until)
    }
}

fn micros(duration: Duration) -> Micros {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::databases;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_job_is_leased_by_one_and_again_after_its_lease() {
        for db in databases().await {
            let clock = Clock::fixed(1_000_000_000);
            enqueue(&db, &clock, Job::Purge, "1", Duration::ZERO).await.unwrap();
            enqueue(&db, &clock, Job::Purge, "1", Duration::ZERO).await.unwrap();
            enqueue(&db, &clock, Job::Purge, "2", MINUTE).await.unwrap();
            let (a, b) = tokio::join!(lease(&db, &clock, 9, MINUTE), lease(&db, &clock, 9, MINUTE));
            assert_eq!(a.unwrap().len() + b.unwrap().len(), 1);
            clock.advance(MINUTE * 2);
            let again = lease(&db, &clock, 9, MINUTE).await.unwrap();
            assert_eq!(again.len(), 2, "both are due, the first because its worker died");
            assert_eq!(again.iter().map(|l| l.attempts).max(), Some(2));
        }
    }

    #[tokio::test]
    async fn a_lease_is_held_by_renewing_it_and_lost_without() {
        for db in databases().await {
            let clock = Clock::fixed(1_000_000_000);
            enqueue(&db, &clock, Job::Purge, "1", Duration::ZERO).await.unwrap();
            let mut first = lease(&db, &clock, 9, MINUTE).await.unwrap().remove(0);
            assert!(first.ends_within(&clock, MINUTE) && !first.ends_within(&clock, MINUTE / 2));
            for _ in 0..3 {
                clock.advance(MINUTE / 2);
                assert!(first.renew(&db, &clock, MINUTE).await.unwrap());
            }
            assert!(lease(&db, &clock, 9, MINUTE).await.unwrap().is_empty(), "held for longer than one lease");
            clock.advance(MINUTE);
            let second = lease(&db, &clock, 9, MINUTE).await.unwrap().remove(0);
            assert!(!first.renew(&db, &clock, MINUTE).await.unwrap(), "another worker has it");
            first.complete(&db).await.unwrap();
            second.complete(&db).await.unwrap();
            clock.advance(MINUTE);
            assert!(lease(&db, &clock, 9, MINUTE).await.unwrap().is_empty(), "done once by the second");
        }
    }

    #[tokio::test]
    async fn a_request_made_during_the_work_is_not_lost() {
        for db in databases().await {
            let clock = Clock::fixed(1_000_000_000);
            enqueue(&db, &clock, Job::Purge, "1", Duration::ZERO).await.unwrap();
            let first = lease(&db, &clock, 9, MINUTE).await.unwrap();
            enqueue(&db, &clock, Job::Purge, "1", Duration::ZERO).await.unwrap();
            first[0].complete(&db).await.unwrap();
            let second = lease(&db, &clock, 9, MINUTE).await.unwrap();
            assert_eq!(second.len(), 1);
            enqueue(&db, &clock, Job::Purge, "1", Duration::ZERO).await.unwrap();
            second[0].recur(&db, &clock, MINUTE).await.unwrap();
            let second = lease(&db, &clock, 9, MINUTE).await.unwrap();
            assert_eq!((second.len(), second[0].attempts), (1, 1), "asked for during the work, so due at once");
            second[0].recur(&db, &clock, MINUTE).await.unwrap();
            assert!(lease(&db, &clock, 9, MINUTE).await.unwrap().is_empty());
            clock.advance(MINUTE);
            let third = lease(&db, &clock, 9, MINUTE).await.unwrap();
            third[0].complete(&db).await.unwrap();
            clock.advance(MINUTE * 9);
            assert!(lease(&db, &clock, 9, MINUTE).await.unwrap().is_empty());
        }
    }
}
