//! The way to the server: its name, the connection.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

use super::machine::Machine;
use super::proxy;
use super::report::Report;

/// How long finding or connecting to one address may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// Connects to the server, or to the proxy that is asked for it. False when nothing further can be checked.
pub async fn reach(machine: &Machine, url: &Url, report: &mut Report) -> bool {
    let by_proxy = proxy::of(machine, url);
    let target = match by_proxy {
        Some((address, variable)) => {
            let args = [("proxy", proxy::shown(address)), ("source", variable.to_owned())];
            let Ok(proxy) = Url::parse(address) else {
                report.failed("proxy.malformed", &args);
                return false;
            };
            report.passed("proxy.used", &args);
            proxy
        }
        None => url.clone(),
    };
    let (Some(host), Some(port)) = (target.host_str(), target.port_or_known_default()) else { return false };
    let host = host.trim_matches(['[', ']']);
    let Some(addresses) = find(host, port, report).await else { return false };
    connect(host, port, &addresses, report).await
}

/// Asks for the addresses of a name.
async fn find(host: &str, port: u16, report: &mut Report) -> Option<Vec<SocketAddr>> {
    let name = ("name", host.to_owned());
    let found = timeout(PATIENCE, lookup_host((host, port))).await;
    let addresses: Vec<SocketAddr> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(_)) => Vec::new(),
        Err(_) => {
            report.failed("name.late", &[name]);
            return None;
        }
    };
    if addresses.is_empty() {
        report.failed("name.unknown", &[name]);
        return None;
    }
    if host.parse::<std::net::IpAddr>().is_err() {
        let mut all: Vec<_> = addresses.iter().map(|address| address.ip().to_string()).collect();
        all.dedup();
        report.passed("name.found", &[name, ("addresses", all.join(", "))]);
    }
    Some(addresses)
}

/// Connects to the first address that answers.
async fn connect(host: &str, port: u16, addresses: &[SocketAddr], report: &mut Report) -> bool {
    let mut failed = "connection.late";
    let mut why = String::new();
    for address in addresses {
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                report.passed("connection.made", &[("address", address.to_string())]);
                return true;
            }
            Ok(Err(e)) if e.kind() == std::io::ErrorKind::ConnectionRefused => failed = "connection.refused",
            Ok(Err(e)) => (failed, why) = ("connection.failed", e.to_string()),
            Err(_) => {}
        }
    }
    report.failed(failed, &[("address", format!("{host}:{port}")), ("why", why)]);
    false
}
