//! From key or cookie to a `domain::Session`.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::policy::{ClientInfo, ClientVersion, Credential, Session};

use crate::scope::Scope;
use crate::{App, Error, Problem};

/// Name of the web app's cookie.
pub const COOKIE: &str = "runstead_session";

/// Carries what a link to a report opens: the web app takes it out of the address.
const ACCESS_TOKEN: &str = "x-access-token";

/// Who asks. As an argument of a handler it refuses bad keys and forged requests.
pub struct Caller(pub Session);

/// What a request presents, before anybody has looked who that is. As an argument of a handler it refuses forged requests.
pub struct Presented {
    /// Key or cookie.
    pub credential: Credential,
    /// The program that asks.
    pub client: ClientInfo,
}

impl FromRequestParts<App> for Presented {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let credential = credential(&parts.headers)?;
        if matches!(credential, Credential::Cookie(_)) {
            check_origin(&parts.method, &parts.headers)?;
        }
        Ok(Self { credential, client: client(parts, app) })
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Presented { credential, client } = Presented::from_request_parts(parts, app).await?;
        let mut session = app.domain.session(credential, client).await?;
        if let Some(token) = parts.headers.get(ACCESS_TOKEN).and_then(|token| token.to_str().ok()) {
            session = session.with_access_token(token).await?;
        }
        admit(app, parts.extensions.get::<Scope>(), &session).await?;
        Ok(Self(session))
    }
}

/// Notes who asks, and counts the request where the organization limits how many an account may make.
pub async fn admit(app: &App, scope: Option<&Scope>, session: &Session) -> Result<(), Error> {
    if let Some(scope) = scope {
        scope.set_user(session.name(), session.user().and_then(|user| user.language.as_deref()));
    }
    let limit = app.domain.settings().await?.requests_per_minute;
    if let (Some(limit), Some(user)) = (limit, session.user()) {
        let left = app.rates.take(&format!("account {}", user.name), limit, session.now())?;
        scope.iter().for_each(|scope| scope.set_left(left));
    }
    Ok(())
}

/// What the request says about its sender.
pub fn client(parts: &Parts, app: &App) -> ClientInfo {
    let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok()).filter(|v| !v.is_empty());
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    ClientInfo {
        version: agent_version(&parts.headers),
        host: app.domain.base_url().to_owned(),
        address: peer.map(|peer| address(peer, header("x-forwarded-for"))),
        agent: header("user-agent").map(|agent| agent.chars().take(200).collect()),
        person: header("x-wandb-username").or(header("x-wandb-user-email")).map(str::to_owned),
    }
}

/// The sender's network address. A proxy on this machine or in this network is believed when it says for whom it asks.
fn address(peer: IpAddr, forwarded: Option<&str>) -> String {
    let near = match peer.to_canonical() {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    };
    let last = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|last| last.trim().parse::<IpAddr>().ok());
    last.filter(|_| near).unwrap_or(peer).to_canonical().to_string()
}

/// A key wins over a cookie. The user name beside a key does not matter: the client sends `api`, old netrc files `user`.
fn credential(headers: &HeaderMap) -> Result<Credential, Error> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(cookie(headers).map_or(Credential::Anonymous, Credential::Cookie));
    };
    let unreadable = || Error::BadRequest(Problem::AuthorizationHeader);
    let (scheme, rest) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(unreadable)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Credential::Key(rest.trim().to_owned()));
    }
    let decoded = BASE64_STANDARD.decode(rest.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.filter(|_| scheme.eq_ignore_ascii_case("basic")).ok_or_else(unreadable)?;
    let (_, key) = decoded.split_once(':').ok_or_else(unreadable)?;
    Ok(Credential::Key(key.to_owned()))
}

/// The web app's cookie.
pub fn cookie(headers: &HeaderMap) -> Option<String> {
    cookie_named(headers, COOKIE)
}

/// The value of a cookie.
pub fn cookie_named(headers: &HeaderMap, wanted: &str) -> Option<String> {
    let pairs =
        headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(name, _)| *name == wanted);
    values.next().map(|(_, value)| value.to_owned())
}

/// A browser sends the cookie along with requests that other sites make it send; those cannot set our header.
fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    if method.is_safe() {
        return Ok(());
    }
    check_site(headers)?;
    if headers.get("x-runstead-csrf").is_some_and(|value| value == "1") {
        return Ok(());
    }
    Err(Error::Refused(Problem::CsrfHeader))
}

/// Refuses what a browser says another site has started.
pub fn check_site(headers: &HeaderMap) -> Result<(), Error> {
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(Error::Refused(Problem::OtherSite)),
    }
}

/// `W&B Public Client 0.31.0` tells its version; `wandb-core` does not.
pub fn agent_version(headers: &HeaderMap) -> Option<ClientVersion> {
    let agent = headers.get(header::USER_AGENT)?.to_str().ok()?;
    parse_version(agent.strip_prefix("W&B ")?.rsplit(' ').next()?)
}

/// `0.31.0`, `0.32.0rc1`, `0.28.3.dev1`.
pub fn parse_version(text: &str) -> Option<ClientVersion> {
    let mut parts = text.split('.').map(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        part[..digits].parse().ok()
    });
    Some((parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (k.parse::<header::HeaderName>().unwrap(), v.parse().unwrap())).collect()
    }

    #[test]
    fn credentials_as_clients_send_them() {
        let key =
            |value: &str| match credential(&headers(&[("authorization", value), ("cookie", "runstead_session=c")])) {
                Ok(Credential::Key(key)) => key,
                _ => "none".to_owned(),
            };
        assert_eq!(key("Basic YXBpOmFiYw=="), "abc");
        assert_eq!(key("basic dXNlcjphOmI="), "a:b");
        assert_eq!(key("Bearer abc"), "abc");
        for wrong in ["Basic", "Basic !!!", "Digest YXBpOmFiYw==", "Basic YXBp"] {
            assert_eq!(key(wrong), "none", "{wrong}");
        }
        let with_cookie = credential(&headers(&[("cookie", "a=b; runstead_session=c")]));
        assert!(matches!(with_cookie, Ok(Credential::Cookie(c)) if c == "c"));
    }

    #[test]
    fn forged_requests_are_refused() {
        let check = |pairs: &[(&str, &str)]| check_origin(&Method::POST, &headers(pairs)).is_ok();
        assert!(check(&[("x-runstead-csrf", "1")]));
        assert!(check(&[("x-runstead-csrf", "1"), ("sec-fetch-site", "same-origin")]));
        assert!(!check(&[]));
        assert!(!check(&[("x-runstead-csrf", "1"), ("sec-fetch-site", "cross-site")]));
        assert!(check_origin(&Method::GET, &headers(&[])).is_ok());
    }

    #[test]
    fn only_a_near_proxy_is_believed() {
        let of = |peer: &str, forwarded| address(peer.parse().unwrap(), forwarded);
        assert_eq!(of("127.0.0.1", Some("6.6.6.6, 9.9.9.9")), "9.9.9.9");
        assert_eq!(of("10.0.0.2", Some("nonsense")), "10.0.0.2");
        assert_eq!(of("8.8.8.8", Some("9.9.9.9")), "8.8.8.8");
        assert_eq!(of("::ffff:8.8.8.8", None), "8.8.8.8");
    }

    #[test]
    fn versions() {
        let of = |agent: &str| agent_version(&headers(&[("user-agent", agent)]));
        assert_eq!(of("W&B Internal Client 0.16.6"), Some((0, 16, 6)));
        assert_eq!(of("W&B Public Client 0.28.3.dev1"), Some((0, 28, 3)));
        assert_eq!(of("wandb-core"), None);
        assert_eq!(parse_version("0.32rc1"), Some((0, 32, 0)));
        assert_eq!(parse_version("latest"), None);
    }
}
