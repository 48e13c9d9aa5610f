//! Which HTTP proxy the client goes by.

use std::net::IpAddr;

use url::Url;

use super::machine::Machine;

/// The proxy for a server, and the variable that names it: the client's own variables, then those that all programs
/// know. As in Go's library, the machine itself is never asked by a proxy.
pub fn of<'a>(machine: &'a Machine, url: &Url) -> Option<(&'a str, &'static str)> {
    let host = url.host_str()?.trim_matches(['[', ']']);
    let own: &[&'static str] = if url.scheme() == "https" { &["WANDB_HTTPS_PROXY"] } else { &["WANDB_HTTP_PROXY"] };
    let common: &[&'static str] =
        if url.scheme() == "https" { &["HTTPS_PROXY", "https_proxy"] } else { &["HTTP_PROXY", "http_proxy"] };
    let named = machine.first(own).or_else(|| {
        let excepted = machine.first(&["NO_PROXY", "no_proxy"]).is_some_and(|(_, list)| is_excepted(list, host));
        machine.first(common).filter(|_| !excepted && !is_this_machine(host))
    });
    named.map(|(name, proxy)| (proxy, name))
}

/// A proxy's address without the password that may be in it.
pub fn shown(proxy: &str) -> String {
    match proxy.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
            format!("{scheme}…@{host}")
        }
        None => proxy.to_owned(),
    }
}

/// Whether a host is this machine's own name.
pub fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a list like `localhost,.example.org,10.0.0.7` names the host or a domain it is in.
fn is_excepted(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let name = entry.rsplit_once(':').filter(|(name, _)| !name.contains(':')).map_or(entry, |(name, _)| name);
        let domain = name.trim_start_matches("*.").trim_start_matches('.');
        name == "*" || host == domain || host.ends_with(&format!(".{domain}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_chosen_as_the_client_chooses_it() {
        for (variables, host, expected) in [
            ("", "https://h", None),
            ("HTTPS_PROXY=http://p:1", "https://h", Some("http://p:1")),
            ("HTTPS_PROXY=http://p:1", "http://h", None),
            ("https_proxy=http://p:1", "https://h", Some("http://p:1")),
            ("HTTP_PROXY=http://p:1", "http://localhost:8080", None),
            ("HTTP_PROXY=http://p:1", "http://127.0.0.1:8080", None),
            ("HTTP_PROXY=http://p:1 NO_PROXY=a.org,.h.org", "http://runs.h.org", None),
            ("HTTP_PROXY=http://p:1 NO_PROXY=h.org:8080", "http://h.org:8080", None),
            ("HTTP_PROXY=http://p:1 NO_PROXY=h.org", "http://oh.org", Some("http://p:1")),
            ("HTTP_PROXY=http://p:1 NO_PROXY=*", "http://h", None),
            ("HTTPS_PROXY=http://p:1 WANDB_HTTPS_PROXY=http://q:2 NO_PROXY=*", "https://h", Some("http://q:2")),
        ] {
            let pairs = variables.split_whitespace().filter_map(|pair| pair.split_once('='));
            let env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            let machine = Machine { env, ..Machine::default() };
            let found = of(&machine, &host.parse().unwrap()).map(|(proxy, _)| proxy);
            assert_eq!(found, expected, "{variables} {host}");
        }
    }

    #[test]
    fn passwords_of_proxies_are_not_shown() {
        assert_eq!(shown("http://ann:secret@p:1"), "http://…@p:1");
        assert_eq!(shown("http://p:1"), "http://p:1");
    }
}
