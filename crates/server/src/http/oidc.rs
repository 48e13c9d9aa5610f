//! `/api/oidc/start` and `/api/oidc/callback`: signing in by the identity provider. `/oidc/token`: a short-lived key for
//! an identity token.

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Problem, identity};
use serde::Deserialize;

use super::{read, sign_in};
use crate::oidc::Provider;
use crate::session::{client, cookie_named};
use crate::{App, Error};

/// Holds the state of a sign-in that is under way, so that only the browser that began it can finish it.
const COOKIE: &str = "runstead_sign_in";

/// Longest form.
const LIMIT: usize = 64 << 10;

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Start {
    next: Option<String>,
}

/// Sends the browser to the provider.
pub async fn start(State(app): State<App>, Query(Start { next }): Query<Start>) -> Result<Response, Error> {
    let provider = provider(&app)?;
    let flow = app.domain.begin_sign_in(&below_base(next.as_deref())).await?;
    match provider.authorize(&app.issuers, &flow, app.domain.clock().now()).await {
        Ok(url) => redirect(&url, &[cookie(&app, &flow.state, 600)]),
        Err(error) => failed(&app, "provider", &error),
    }
}

/// What the provider sends the browser back with.
#[derive(Deserialize)]
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// Signs in whoever the provider says it is, and goes where the user wanted to go.
pub async fn callback(State(app): State<App>, Query(answer): Query<Callback>, parts: Parts) -> Result<Response, Error> {
    let (set, next) = match signed_in(&app, answer, &parts).await {
        Ok(done) => done,
        Err(Stopped::Failed { problem, reason, user, cause }) => {
            sign_in::note_failure(&app, &user, reason, &client(&parts, &app)).await?;
            return failed(&app, problem, &cause);
        }
        Err(Stopped::Error(error)) => return Err(error),
    };
    // Parsing spells the address in ASCII, as a header needs it.
    let next = url::Url::parse(&format!("{}{next}", app.domain.base_url())).map_err(Error::fault)?;
    redirect(next.as_str(), &[set, cookie(&app, "", 0)])
}

/// Why nobody was signed in.
enum Stopped {
    /// The browser goes back to the sign-in page, which says what `problem` means.
    Failed { problem: &'static str, reason: &'static str, user: String, cause: String },
    /// Something else.
    Error(Error),
}

impl<E: Into<Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

fn stopped(problem: &'static str, reason: &'static str, cause: impl Into<String>) -> Stopped {
    Stopped::Failed { problem, reason, user: String::new(), cause: cause.into() }
}

/// The cookie of a new web session, and where the user wanted to go.
async fn signed_in(app: &App, answer: Callback, parts: &Parts) -> Result<(String, String), Stopped> {
    let provider = provider(app)?;
    let state = answer.state.unwrap_or_default();
    let flow = match cookie_named(&parts.headers, COOKIE) {
        Some(own) if own == state => app.domain.finish_sign_in(&state).await?,
        _ => None,
    };
    let of_provider = |cause: String| stopped("provider", "PROVIDER", cause);
    let flow = flow.ok_or_else(|| stopped("state", "STATE", "unknown, used, old, or of another browser"))?;
    let now = app.domain.clock().now();
    if !provider.is_from(&app.issuers, answer.iss.as_deref(), now).await.map_err(of_provider)? {
        return Err(of_provider("the answer names another issuer".to_owned()));
    }
    let Some(code) = answer.code else {
        return Err(stopped("refused", "REFUSED", answer.error.unwrap_or_else(|| "no code came".to_owned())));
    };
    let (token, keys) = provider.redeem(&app.issuers, &code, &flow.verifier, now).await.map_err(of_provider)?;
    let account = match app.domain.sign_in_by_provider(&token, &keys, &flow, &provider.rules).await {
        Ok(account) => account,
        Err(domain::Error::Conflict(problem)) => return Err(no_account(problem)),
        Err(domain::Error::Invalid(problem)) => return Err(of_provider(problem.to_string())),
        Err(error) => return Err(error.into()),
    };
    match sign_in::begin(app, account, &client(parts, app)).await {
        Ok((_, set)) => Ok((set, flow.next)),
        Err(Error::Domain(domain::Error::Denied(denied))) => {
            let args = denied.first().args();
            let user = args.into_iter().find(|(name, _)| *name == "user").map(|(_, user)| user).unwrap_or_default();
            let (problem, reason, cause) = ("disabled", denied.first().code(), "disabled".to_owned());
            Err(Stopped::Failed { problem, reason, user, cause })
        }
        Err(error) => Err(error.into()),
    }
}

/// The provider knows somebody whom this server does not let in.
fn no_account(problem: Problem) -> Stopped {
    let (reason, cause) = (problem.code(), problem.to_string());
    match problem {
        Problem::NoAccount { user } => Stopped::Failed { problem: "no_account", reason, user, cause },
        Problem::EmailUnverified { user } => Stopped::Failed { problem: "unverified", reason, user, cause },
        other => domain::Error::Conflict(other).into(),
    }
}

/// The form of an exchange.
#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    assertion: String,
}

/// Exchanges an identity token. The client prints the body of a refusal as it is: one plain sentence.
pub async fn token(State(app): State<App>, parts: Parts, body: Body) -> Response {
    let language = crate::messages::choose(None, accept_language(&parts.headers), app.language);
    match exchange(&app, &parts, body).await {
        Ok(given) => {
            let answer = serde_json::json!({
                "access_token": given.token, "token_type": "Bearer", "expires_in": given.seconds,
            });
            ([(header::CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response()
        }
        Err(error) => {
            let voice =
                crate::error::Voice { language, base_url: app.domain.base_url().to_owned(), request_id: String::new() };
            let status = match error.status() {
                StatusCode::BAD_REQUEST => StatusCode::UNAUTHORIZED,
                status => status,
            };
            if let Some(cause) = error.private_cause() {
                tracing::warn!(cause, "an identity token was not exchanged");
            }
            (status, error.answer(&voice).message).into_response()
        }
    }
}

async fn exchange(app: &App, parts: &Parts, body: Body) -> Result<identity::Exchanged, Error> {
    let body = read(body, LIMIT).await?;
    let pairs: std::collections::HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
    let wrong = || Error::BadRequest(crate::Problem::TokenForm);
    let form = Exchange {
        grant_type: pairs.get("grant_type").cloned().ok_or_else(wrong)?,
        assertion: pairs.get("assertion").cloned().ok_or_else(wrong)?,
    };
    if form.grant_type != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
        return Err(wrong());
    }
    let issuer = identity::unverified_issuer(&form.assertion)?;
    let unknown = || domain::Error::Invalid(Problem::TokenIssuer { issuer: issuer.clone() });
    if !app.domain.knows_issuer(&issuer).await? {
        return Err(unknown().into());
    }
    let key = identity::wanted_key(&form.assertion);
    let keys = app.issuers.keys(&issuer, key.as_deref(), app.domain.clock().now()).await.map_err(|error| {
        tracing::warn!(issuer, error, "an issuer of identity tokens cannot be asked");
        Error::Domain(domain::Error::Invalid(Problem::TokenIssuerSilent { issuer: issuer.clone() }))
    })?;
    Ok(app.domain.exchange_token(&form.assertion, &issuer, &keys, &client(parts, app)).await?)
}

fn accept_language(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

fn provider(app: &App) -> Result<&Provider, Error> {
    app.provider.as_ref().ok_or_else(|| Error::NoRoute("/api/oidc".to_owned()))
}

/// A path of this server and nothing else: `next` comes from a link that anybody could have made.
fn below_base(next: Option<&str>) -> String {
    let ours = |next: &&str| {
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control)
    };
    next.filter(ours).unwrap_or("/").to_owned()
}

/// Back to the sign-in page, which says what `problem` means; the log has the cause.
fn failed(app: &App, problem: &str, cause: &str) -> Result<Response, Error> {
    tracing::warn!(problem, cause, "signing in by the identity provider failed");
    redirect(&format!("{}/login?error={problem}", app.domain.base_url()), &[cookie(app, "", 0)])
}

fn redirect(url: &str, cookies: &[String]) -> Result<Response, Error> {
    let value = |text: &str| HeaderValue::from_str(text).map_err(Error::fault);
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, value(url)?);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, value(cookie)?);
    }
    Ok(response)
}

fn cookie(app: &App, value: &str, seconds: u64) -> String {
    let secure = if app.is_https() { "; Secure" } else { "" };
    format!("{COOKIE}={value}; HttpOnly; SameSite=Lax; Path={}/api/oidc; Max-Age={seconds}{secure}", app.prefix)
}

#[cfg(test)]
mod tests {
    use super::below_base;

    #[test]
    fn only_our_own_pages_come_next() {
        assert_eq!(below_base(Some("/ann/p?x=1#y")), "/ann/p?x=1#y");
        for wrong in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "evil",
            "",
            "javascript:alert(1)",
            "/a\nb",
            "/\t/evil.example",
        ] {
            assert_eq!(below_base(Some(wrong)), "/", "{wrong}");
        }
        assert_eq!(below_base(None), "/");
    }
}
