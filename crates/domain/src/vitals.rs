//! What an operator watches that is a state rather than a count of events.

use crate::db::sql;
use crate::jobs::Job;
use crate::{Domain, Error};

/// How the server's parts are at this moment.
#[derive(Clone, Debug)]
pub struct Vitals {
    /// Open connections of each pool of the database: its name, how many work, how many are idle.
    pub connections: Vec<(&'static str, usize, usize)>,
    /// Pages that listen for changes at this process.
    pub live_streams: usize,
}

impl Domain {
    /// Asks nobody.
    pub fn vitals(&self) -> Vitals {
        Vitals { connections: self.db().connections(), live_streams: self.live().listeners() }
    }

    /// Jobs of each kind that are due and not done.
    pub async fn jobs_waiting(&self) -> Result<Vec<(&'static str, i64)>, Error> {
        let text = "SELECT kind, COUNT(*) FROM job WHERE due_at <= $1 GROUP BY kind";
        let due: Vec<(String, i64)> = sql(text).bind(self.clock().now()).all(self.db()).await?;
        let count = |job: &Job| due.iter().find(|(kind, _)| kind == job.as_str()).map_or(0, |(_, count)| *count);
        Ok(Job::ALL.iter().map(|job| (job.as_str(), count(job))).collect())
    }
}
