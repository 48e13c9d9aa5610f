//! Whether something in front of the server refuses large requests.

use serde_json::json;

use super::net::Net;
use super::report::Report;
use super::trouble::Trouble;

/// The client packs up to 12 MB into a request; the limits of proxies that nobody has configured are 1 or 2 MB.
const MIB: usize = 4;

/// Sends a large request that means nothing and carries no key.
pub async fn check(net: &Net, report: &mut Report) {
    let padding = "x".repeat(MIB << 20);
    let size = ("size", format!("{MIB} MiB"));
    match net.graphql(None, "{ __typename }", json!({ "padding": padding })).await {
        Ok(answer) if answer.status.as_u16() == 413 => report.failed("size.refused", &[size]),
        Ok(_) => report.passed("size.taken", &[size]),
        Err(Trouble::Late) => report.warning("size.late", &[size]),
        Err(_) => report.failed("size.broken", &[size]),
    }
}
