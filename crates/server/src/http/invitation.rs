//! `/api/invitation`: an account for the holder of an invitation's link, signed in and in the team.

use axum::extract::{Request, State};
use axum::response::Response;
use domain::users::NewUser;
use serde::Deserialize;

use super::sign_in::sign_in;
use super::{json, read};
use crate::session::check_site;
use crate::{App, Error};

/// Longest body.
const LIMIT: usize = 64 << 10;

/// Wrong tokens are counted together: guessing one takes longer than anybody has, so this only keeps the noise down.
const GUESSING: &str = "/api/invitation";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Join {
    token: String,
    name: String,
    password: String,
    #[serde(default)]
    full_name: Option<String>,
}

/// Makes the account, accepts the invitation and signs in.
pub async fn join(State(app): State<App>, request: Request) -> Result<Response, Error> {
    let (parts, body) = request.into_parts();
    check_site(&parts.headers)?;
    let Join { token, name, password, full_name } = json(&read(body, LIMIT).await?)?;
    let now = app.domain.clock().now();
    if app.domain.operator().invitation_offer(&token).await?.is_none() {
        app.throttle.check(GUESSING, now)?;
        app.throttle.wrong(GUESSING, now);
        return Err(domain::Error::NotFound(domain::Problem::InvitationOver).into());
    }
    let new = NewUser { name, password: Some(password), ..NewUser::default() };
    let account = app.domain.sign_up(&token, new, full_name).await?;
    sign_in(&app, account, &parts).await
}
