//! The history as Parquet files that the client reads itself (`parquetHistory`).

use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Read, Run, TicketUse};
use crate::runs::effective_state;
use crate::runs::streams::StreamKind;

/// Either all of the history as files, or none of it: the client duplicates rows that are in both (`public-api` §5.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParquetHistory {
    /// Signed absolute addresses, ascending in `_step`, good for a day, with ranges.
    pub urls: Vec<String>,
    /// The first step to be read live, when there are no files.
    pub live_from: Option<i64>,
}

impl Allowed<Read, Run> {
    /// Files once the run has ended and everything is in segments; until then everything is read live. Runs with values
    /// that are not plain numbers, texts or booleans stay live: a file could not give them back as they were.
    pub async fn parquet_history(&self) -> Result<ParquetHistory, Error> {
        let (domain, run) = (self.domain(), self.resource());
        let keys = self.keys(StreamKind::History).await?;
        let Some(last) = keys.last_step() else { return Ok(ParquetHistory::default()) };
        let first = keys.0.get(history::STEP).map_or(last, |info| info.first_step);
        let live = ParquetHistory { urls: Vec::new(), live_from: Some(first) };
        let plain = |name: &str| matches!(name, "number" | "string" | "boolean");
        let flat = keys.0.values().all(|k| k.counts.len() == 1 && k.counts.keys().all(|name| plain(name)));
        let text = "SELECT state, preempting, heartbeat_at FROM run WHERE id = $1 AND generation = $2";
        let row: Option<(String, bool, i64)> =
            sql(text).bind(run.id).bind(run.generation).optional(domain.db()).await?;
        let Some((state, preempting, heartbeat)) = row.filter(|_| flat) else { return Ok(live) };
        let timeout = domain.config().heartbeat_timeout;
        if effective_state(state.parse()?, preempting, heartbeat, domain.clock().now(), timeout).is_live() {
            return Ok(live);
        }
        let text = "SELECT blob, position FROM segment WHERE run_id = $1 AND generation = $2 AND kind = 'history' \
                    UNION ALL SELECT '', -1 FROM tail WHERE run_id = $1 AND generation = $2 AND kind = 'history' \
                    ORDER BY 2";
        let parts: Vec<(String, i64)> = sql(text).bind(run.id).bind(run.generation).all(domain.db()).await?;
        if parts.iter().any(|(_, position)| *position < 0) {
            return Ok(live);
        }
        let mut urls = Vec::with_capacity(parts.len());
        for (blob, position) in parts {
            let ticket = domain.sign(TicketUse::Get { blob, name: format!("{position}.parquet") })?;
            urls.push(format!("{}/blob/{ticket}", domain.base_url()));
        }
        Ok(ParquetHistory { urls, live_from: None })
    }
}
