//! Forgetting what is older than the organization wants to keep: audit rows, expired denials, old sign-in attempts.

use crate::db::sql;
use crate::{Domain, Error};

const DAY: i64 = 24 * 3600 * 1_000_000;

/// Removes it. Done once in a while; doing it twice changes nothing.
pub(crate) async fn retain(domain: &Domain) -> Result<(), Error> {
    let now = domain.clock().now();
    if let Some(days) = domain.settings().await?.audit_retention_days {
        let oldest = now - i64::from(days) * DAY;
        sql("DELETE FROM audit WHERE at < $1").bind(oldest).run(domain.db()).await?;
    }
    for text in [
        "DELETE FROM denial WHERE expires_at < $1",
        "DELETE FROM sign_in_flow WHERE expires_at < $1",
        "DELETE FROM password_link WHERE expires_at < $1",
        "DELETE FROM web_session WHERE expires_at < $1",
        "DELETE FROM api_key WHERE kind = 'token' AND expires_at < $1",
    ] {
        sql(text).bind(now).run(domain.db()).await?;
    }
    Ok(())
}
