//! `/api/session`, `/api/setup`, `/api/login`, `/api/logout`: the web app's door.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::policy::{ClientInfo, Credential, Session};
use domain::users::{NewUser, SetupState};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{json, read};
use crate::session::{COOKIE, Caller, check_site, cookie};
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

/// User name or e-mail address, and password.
#[derive(Deserialize)]
struct Login {
    username: String,
    password: String,
}

/// Who is signed in, and what the app must know before it draws.
pub async fn session(State(app): State<App>, Caller(session): Caller) -> Result<Json<Value>, Error> {
    describe(&app, &session).await
}

/// Makes the first user of a server that has none, and signs in.
pub async fn setup(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    check_site(&headers)?;
    let Setup { token, username, email, password } = json(&read(body, LIMIT).await?)?;
    let email = email.filter(|email| !email.is_empty());
    let first = NewUser { name: username, email, is_admin: true, language: None, password: Some(password) };
    let account = app.domain.set_up(&token, first).await?;
    sign_in(&app, account).await
}

/// Checks a password and signs in.
pub async fn login(State(app): State<App>, headers: HeaderMap, body: Body) -> Result<Response, Error> {
    check_site(&headers)?;
    let Login { username, password } = json(&read(body, LIMIT).await?)?;
    let (name, now) = (username.trim().to_lowercase(), app.domain.clock().now());
    app.throttle.check(&name, now)?;
    match app.domain.check_password(&username, &password).await? {
        Some(account) => {
            app.throttle.right(&name);
            sign_in(&app, account).await
        }
        None => {
            app.throttle.wrong(&name, now);
            metrics::counter!("runstead_sign_ins_failed_total").increment(1);
            Err(Error::SignIn(Problem::WrongPassword))
        }
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
pub(super) async fn sign_in(app: &App, account: i64) -> Result<Response, Error> {
    let seconds = app.config.session_lifetime.as_secs();
    let cookie = app.domain.start_web_session(account, i64::try_from(seconds).unwrap_or(i64::MAX >> 21)).await?;
    let session = app.domain.session(Credential::Cookie(cookie.clone()), ClientInfo::default()).await?;
    let body = describe(app, &session).await?;
    Ok(([(header::SET_COOKIE, set_cookie(app, &cookie, seconds))], body).into_response())
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
        "user": user,
    })))
}
