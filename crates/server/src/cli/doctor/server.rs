//! What answers at the address: Runstead, another server that the client understands, or something else.

use serde::Deserialize;

use super::net::{Answer, Net, accepts_any_certificate};
use super::report::Report;
use super::trouble::Trouble;
use super::{machine::Machine, proxy};

/// Paths under which a server is often put.
const USUAL_PREFIXES: [&str; 2] = ["/runstead", "/wandb"];

/// How far the clocks may differ before it is mentioned, and before it is a fault; in seconds.
const CLOCKS: (i64, i64) = (30, 300);

/// What `GET /api/server` of a Runstead says.
#[derive(Deserialize)]
struct Identity {
    server: String,
    version: String,
    /// Where it believes to be.
    base_url: Option<String>,
}

/// What the server is.
pub enum Kind {
    /// One of ours.
    Runstead,
    /// Speaks the client's GraphQL.
    Compatible,
}

/// Asks, without a key.
pub async fn identify(net: &Net, machine: &Machine, report: &mut Report) -> Option<Kind> {
    let answer = match net.get("/api/server").await {
        Ok(answer) => answer,
        Err(trouble) => {
            say_trouble(net, trouble, report).await;
            return None;
        }
    };
    check_transport(net, machine, report);
    let kind = match identity(&answer) {
        Some(identity) => {
            report.passed("server.runstead", &[("version", identity.version.clone())]);
            check_address(net, &identity, report);
            Kind::Runstead
        }
        None => {
            say_other(net, &answer, report).await?;
            Kind::Compatible
        }
    };
    check_clock(&answer, report);
    Some(kind)
}

/// The answer of one of ours.
fn identity(answer: &Answer) -> Option<Identity> {
    let identity: Identity = serde_json::from_str(&answer.body).ok()?;
    (answer.status.is_success() && identity.server == "runstead").then_some(identity)
}

/// Says how the connection is protected.
fn check_transport(net: &Net, machine: &Machine, report: &mut Report) {
    let host = net.url.host_str().unwrap_or_default();
    let name = ("name", host.to_owned());
    match net.url.scheme() {
        "https" if accepts_any_certificate(machine) => report.warning("certificate.unchecked", &[name]),
        "https" => report.passed("certificate.trusted", &[name]),
        _ if proxy::is_this_machine(host.trim_matches(['[', ']'])) => {}
        _ => report.warning("certificate.none", &[name]),
    }
}

/// No answer came.
async fn say_trouble(net: &Net, trouble: Trouble, report: &mut Report) {
    let other = |scheme: &str| {
        let rest = net.base.split_once("://").map_or("", |(_, rest)| rest);
        format!("{scheme}://{rest}")
    };
    let name = ("name", net.url.host_str().unwrap_or_default().to_owned());
    match trouble {
        Trouble::Certificate(code) => report.failed(code, &[name, ("host", net.base.clone())]),
        Trouble::NotTls => report.failed("certificate.not_tls", &[name, ("better", other("http"))]),
        Trouble::Late => report.failed("server.late", &[("host", net.base.clone())]),
        Trouble::NotHttp | Trouble::Broken(_)
            if net.url.scheme() == "http" && speaks_tls(net, &other("https")).await =>
        {
            report.failed("server.needs_https", &[("host", net.base.clone()), ("better", other("https"))]);
        }
        Trouble::NotHttp => report.failed("server.not_http", &[("host", net.base.clone())]),
        Trouble::Broken(why) => report.failed("server.broken", &[("host", net.base.clone()), ("why", why)]),
    }
}

/// Whether the address is one of TLS, with whatever certificate.
async fn speaks_tls(net: &Net, base: &str) -> bool {
    matches!(net.at(base).await, Ok(_) | Err(Trouble::Certificate(_)))
}

/// Says what answers that is not one of ours; none when the client would not understand it either.
async fn say_other(net: &Net, answer: &Answer, report: &mut Report) -> Option<()> {
    let host = ("host", net.base.clone());
    if let Some(to) = answer.location() {
        let better = to.strip_suffix("/api/server").filter(|base| base.starts_with("http"));
        let code = if better.is_some() { "server.redirect" } else { "server.portal" };
        report.failed(code, &[host, ("to", to.to_owned()), ("better", better.unwrap_or_default().to_owned())]);
        return None;
    }
    let status = ("status", answer.status.as_u16().to_string());
    match answer.status.as_u16() {
        407 => report.failed("server.proxy_login", &[]),
        502..=504 => report.failed("server.down", &[host, status]),
        _ => {
            let asked = net.graphql(None, "{ __typename }", serde_json::json!({})).await;
            if asked.as_ref().is_ok_and(Answer::is_graphql) {
                report.passed("server.compatible", &[host]);
                return Some(());
            }
            let title = ("title", answer.title());
            if answer.body.contains("HTTPS") && answer.status.as_u16() == 400 && net.url.scheme() == "http" {
                let better = ("better", net.base.replacen("http://", "https://", 1));
                report.failed("server.needs_https", &[host, better]);
            } else if let Some(better) = better_prefix(net).await {
                report.failed("server.prefix", &[host, ("better", better)]);
            } else if answer.is_page() {
                report
                    .failed("server.page", &[host, title, ("name", net.url.host_str().unwrap_or_default().to_owned())]);
            } else {
                report.failed("server.other", &[host, status, title]);
            }
        }
    }
    None
}

/// The server under another path of the same host: a doubled or superfluous prefix, or a missing one.
async fn better_prefix(net: &Net) -> Option<String> {
    let origin = net.url.origin().ascii_serialization();
    let path = net.url.path().trim_end_matches('/');
    let parents = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
    let usual = USUAL_PREFIXES.iter().map(|prefix| format!("{path}{prefix}"));
    for path in parents.chain(usual).collect::<Vec<_>>() {
        let base = format!("{origin}{path}");
        if net.at(&base).await.is_ok_and(|answer| identity(&answer).is_some()) {
            return Some(base);
        }
    }
    None
}

/// Links and upload addresses are made from the server's own idea of its address.
fn check_address(net: &Net, identity: &Identity, report: &mut Report) {
    let theirs = identity.base_url.as_deref().unwrap_or(&net.base).trim_end_matches('/');
    if theirs != net.base {
        report.warning("address.differs", &[("theirs", theirs.to_owned()), ("host", net.base.clone())]);
    }
}

/// Compares the machine's clock with the server's.
fn check_clock(answer: &Answer, report: &mut Report) {
    let date = answer.headers.get("date").and_then(|value| value.to_str().ok());
    let Some(theirs) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else { return };
    let ahead = answer.at - theirs.timestamp().as_second();
    let args = [("seconds", ahead.abs().to_string())];
    match (ahead.abs(), ahead > 0) {
        (off, _) if off <= CLOCKS.0 => report.passed("clock.right", &args),
        (off, true) if off > CLOCKS.1 => report.failed("clock.ahead", &args),
        (off, false) if off > CLOCKS.1 => report.failed("clock.behind", &args),
        _ => report.warning("clock.off", &args),
    }
}
