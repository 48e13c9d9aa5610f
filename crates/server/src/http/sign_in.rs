//! `/api/session`, `/api/setup`, `/api/login`, `/api/password`, `/api/logout`: the web app's door.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::policy::{ClientInfo, Credential, Session};
use domain::users::{NewUser, SecondStep, SetupState};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{json, read};
use crate::session::{COOKIE, Caller, check_site, client, cookie};
use crate::{App, Error, Problem};

/// Longest body of these routes.
const LIMIT: usize = 64 << 10;

/// The one-time link's token and the first user.
#[derive(Deserialize)]
struct Setup {
    token: String,
    username: String,
    #[serde(default)]
    email: Option<String>,
    password: String,
}

/// User name or e-mail address, password and, where the account has a second step, its code.
#[derive(Deserialize)]
struct Login {
    username: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

/// The token of a link and the password chosen.
#[derive(Deserialize)]
struct Choose {
    token: String,
    password: String,
}

/// Who is signed in, and what the app must know before it draws.
pub async fn session(State(app): State<App>, Caller(session): Caller) -> Result<Json<Value>, Error> {
    describe(&app, &session).await
}

/// Makes the first user of a server that has none, and signs in.
pub async fn setup(State(app): State<App>, parts: Parts, body: Body) -> Result<Response, Error> {
    check_site(&parts.headers)?;
    let Setup { token, username, email, password } = json(&read(body, LIMIT).await?)?;
    let email = email.filter(|email| !email.is_empty());
    let first = NewUser { name: username, email, is_admin: true, password: Some(password), ..NewUser::default() };
    let account = app.domain.set_up(&token, first).await?;
    sign_in(&app, account, &parts).await
}

/// Checks a password, then the second step where there is one, and signs in.
pub async fn login(State(app): State<App>, parts: Parts, body: Body) -> Result<Response, Error> {
    check_site(&parts.headers)?;
    let Login { username, password, code } = json(&read(body, LIMIT).await?)?;
    if !app.domain.settings().await?.password_sign_in {
        return Err(domain::Error::Conflict(domain::Problem::PasswordsOff).into());
    }
    let (name, now) = (username.trim().to_lowercase(), app.domain.clock().now());
    app.throttle.check(&name, now)?;
    let Some(account) = app.domain.check_password(&username, &password).await? else {
        app.throttle.wrong(&name, now);
        note_failure(&app, &username, Problem::WrongPassword.code(), &client(&parts, &app)).await?;
        return Err(Error::SignIn(Problem::WrongPassword));
    };
    // By account: an e-mail address is another name for the same codes.
    let codes = format!("account:{account}");
    app.throttle.check(&codes, now)?;
    match app.domain.second_step(account, code.as_deref()).await? {
        SecondStep::Done => {
            app.throttle.right(&name);
            app.throttle.right(&codes);
            sign_in(&app, account, &parts).await
        }
        SecondStep::Needed => Err(Error::SecondStep(Problem::CodeNeeded)),
        SecondStep::Wrong => {
            app.throttle.wrong(&codes, now);
            note_failure(&app, &username, Problem::CodeWrong.code(), &client(&parts, &app)).await?;
            Err(Error::SecondStep(Problem::CodeWrong))
        }
    }
}

/// Counts a sign-in that failed, and writes it into the audit log. There a flood from one network is a row a minute.
pub(super) async fn note_failure(
    app: &App,
    claimed: &str,
    reason: &'static str,
    client: &ClientInfo,
) -> Result<(), domain::Error> {
    metrics::counter!("runstead_sign_ins_failed_total").increment(1);
    let network = network(client.address.as_deref().unwrap_or_default());
    match app.throttle.tell(&network, app.domain.clock().now()) {
        Some(left_out) => app.domain.note_failed_sign_in(claimed, reason, left_out, client).await,
        None => Ok(()),
    }
}

/// Whom an address belongs to: of IPv6, everybody has 2⁶⁴.
fn network(address: &str) -> String {
    match address.parse::<std::net::Ipv6Addr>() {
        Ok(address) => format!("{:x?}", &address.segments()[..4]),
        Err(_) => address.to_owned(),
    }
}

/// Sets the password of an account by the link that an admin gave, and signs in.
pub async fn choose_password(State(app): State<App>, parts: Parts, body: Body) -> Result<Response, Error> {
    check_site(&parts.headers)?;
    let Choose { token, password } = json(&read(body, LIMIT).await?)?;
    let account = app.domain.choose_password(&token, &password, &client(&parts, &app)).await?;
    match app.domain.second_step(account, None).await? {
        SecondStep::Done => sign_in(&app, account, &parts).await,
        _ => Err(Error::SecondStep(Problem::CodeNeeded)),
    }
}

/// Ends the web session of the cookie.
pub async fn logout(State(app): State<App>, _: Caller, headers: HeaderMap) -> Result<Response, Error> {
    if let Some(cookie) = cookie(&headers) {
        app.domain.end_web_session(&cookie).await?;
    }
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, set_cookie(&app, "", 0))]).into_response())
}

/// A fresh web session for `account`, with its cookie.
pub(super) async fn sign_in(app: &App, account: i64, parts: &Parts) -> Result<Response, Error> {
    let (session, set) = begin(app, account, &client(parts, app)).await?;
    let body = describe(app, &session).await?;
    Ok(([(header::SET_COOKIE, set)], body).into_response())
}

/// Starts a web session; it, and the cookie to set.
pub(super) async fn begin(app: &App, account: i64, client: &ClientInfo) -> Result<(Session, String), Error> {
    let seconds = app.config.session_lifetime.as_secs();
    let lasts = i64::try_from(seconds).unwrap_or(i64::MAX);
    let cookie = app.domain.start_web_session(account, lasts, client).await?;
    let session = app.domain.session(Credential::Cookie(cookie.clone()), client.clone()).await?;
    Ok((session, set_cookie(app, &cookie, seconds)))
}

fn set_cookie(app: &App, value: &str, seconds: u64) -> String {
    let secure = if app.is_https() { "; Secure" } else { "" };
    format!("{COOKIE}={value}; HttpOnly; SameSite=Lax; Path={}/; Max-Age={seconds}{secure}", app.prefix)
}

async fn describe(app: &App, session: &Session) -> Result<Json<Value>, Error> {
    let user = session.user().map(|user| {
        json!({
            "name": user.name, "email": user.email, "admin": user.is_admin, "language": user.language, "entity": user.name,
        })
    });
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "baseUrl": app.domain.base_url(),
        "organization": app.config.organization,
        "setupNeeded": app.domain.setup_state().await? == SetupState::Needed,
        "signIn": {
            "password": app.domain.settings().await?.password_sign_in,
            "provider": app.provider.as_ref().map(|provider| json!({ "name": provider.name })),
        },
        "user": user,
    })))
}
