//! HTTP to other servers, some of which a team's admin may name.
//!
//! An issuer that only a rule names is asked over TLS and at public addresses alone, so that nobody can make this server
//! look into the network it stands in. Issuers in the configuration are the operator's word and may be anywhere.
//! Redirects are followed for neither.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;

use crate::Error;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Longest answer that is read.
const LONGEST: usize = 1 << 20;

/// The two ways of asking.
pub struct Clients {
    anywhere: reqwest::Client,
    public: reqwest::Client,
}

impl Clients {
    pub fn new() -> Result<Self, Error> {
        let builder = || reqwest::Client::builder().redirect(Policy::none()).timeout(PATIENCE);
        let failed = |e| Error::startup("making an HTTP client", e);
        let public = builder().no_proxy().https_only(true).dns_resolver(Arc::new(PublicOnly));
        Ok(Self { anywhere: builder().build().map_err(failed)?, public: public.build().map_err(failed)? })
    }

    /// The client for an issuer, and for what its description names.
    pub fn of(&self, trusted: bool) -> &reqwest::Client {
        if trusted { &self.anywhere } else { &self.public }
    }
}

/// The body of a request that must succeed; the error is for the log, and for who is signing in only a kind.
pub async fn body(client: &reqwest::Client, url: &str, trusted: bool) -> Result<Vec<u8>, String> {
    let parsed = url::Url::parse(url).map_err(|e| format!("{url}: {e}"))?;
    if !trusted && !host_is_public(&parsed) {
        return Err(format!("{url} is not a public address; the configuration can allow it (trusted_issuers)"));
    }
    read(client.get(parsed).send().await.map_err(|e| format!("{url}: {e:?}"))?, url).await
}

/// The body of an answer.
pub async fn read(mut response: reqwest::Response, url: &str) -> Result<Vec<u8>, String> {
    let status = response.status();
    let mut all = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|e| format!("{url}: {e}"))? {
        all.extend_from_slice(&part);
        if all.len() > LONGEST {
            return Err(format!("{url} answers with more than {LONGEST} bytes"));
        }
    }
    match status.is_success() {
        true => Ok(all),
        false => {
            let text: String = String::from_utf8_lossy(&all).chars().take(300).collect();
            Err(format!("{url} answers {status}: {text}"))
        }
    }
}

/// An address written as numbers needs no name server, so it is judged here.
fn host_is_public(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => is_public(ip.into()),
        Some(url::Host::Ipv6(ip)) => is_public(ip.into()),
        Some(url::Host::Domain(_)) => true,
        None => false,
    }
}

/// Finds public addresses only, at the moment of connecting: what the name meant before does not matter.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(format!("{} has no public address", name.as_str()).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the open internet.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let special =
                matches!((a, b, c), (0, ..) | (100, 64..=127, _) | (192, 0, 0) | (198, 18..=19, _) | (240.., ..));
            !(special
                || ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_multicast()
                || ip.is_documentation())
        }
        // Global unicast, without what only wraps or tunnels an IPv4 address (Teredo, 6to4), and documentation.
        IpAddr::V6(ip) => {
            let [a, b, ..] = ip.segments();
            (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_inside_are_not_public() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "ff02::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "140.82.121.3", "2606:4700::1111", "2a00:1450::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[tokio::test]
    async fn an_issuer_that_only_a_rule_names_is_not_asked_inside() {
        let clients = Clients::new().unwrap();
        for url in [
            "https://127.0.0.1:1/x",
            "https://[::1]:1/x",
            "https://169.254.169.254/latest",
            "http://0x7f000001/",
            "https://localhost:1/x",
            "http://example.com/",
        ] {
            let error = body(clients.of(false), url, false).await.unwrap_err();
            let told = ["not a public address", "no public address", "BadScheme"].iter().any(|t| error.contains(t));
            assert!(told, "{url}: {error}");
        }
    }
}
