//! Forgetting what has ended: short-lived keys, links, references of denials, sign-ins that were never finished, web
//! sessions, artifacts whose time is over, what the audit log need not keep any longer, and uploads that nobody ends.

use std::time::Duration;

use crate::db::sql;
use crate::{Domain, Error};

/// How often.
pub(super) const INTERVAL: Duration = Duration::from_secs(3600);

const DAY: i64 = 24 * 3600 * 1_000_000;

/// A short-lived key is remembered for a day after its end, so that who uses it is told that it has expired.
const REMEMBERED: i64 = DAY;

/// No upload takes as long: its address ends after a day.
const ABANDONED: i64 = 7 * DAY;

pub(super) async fn run(domain: &Domain) -> Result<(), Error> {
    let now = domain.clock().now();
    let text = "DELETE FROM api_key WHERE kind = 'token' AND expires_at < $1";
    sql(text).bind(now - REMEMBERED).run(domain.db()).await?;
    for table in ["denial", "password_link", "sign_in_flow", "web_session"] {
        sql(format!("DELETE FROM {table} WHERE expires_at < $1")).bind(now).run(domain.db()).await?;
    }
    crate::artifacts::retire(domain).await?;
    if let Some(days) = domain.settings().await?.audit_retention_days {
        let oldest = now - i64::from(days) * DAY;
        sql("DELETE FROM audit WHERE at < $1").bind(oldest).run(domain.db()).await?;
    }
    if let Err(error) = domain.blobs().give_up_uploads(now - ABANDONED).await {
        // A store may not allow it to us; the next hour asks again.
        tracing::warn!(%error, "could not give up uploads that nobody ends");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
