//! The caller's own account: profile, language, password, web sessions.

use domain::policy::Update;
use domain::users::AccountChange;
use serde::Deserialize;

use crate::graphql::{Ctx, Output, Payload, Resolvers, user};
use crate::{Error, Problem};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("updateViewer", update_viewer);
    r.mutation("changePassword", change_password);
    r.mutation("revokeSession", revoke_session);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateViewer {
    language: Option<String>,
    email: Option<String>,
    full_name: Option<String>,
}

/// Where an identity provider vouches for addresses, accounts are found by them: nobody may then take one.
async fn update_viewer(input: UpdateViewer, ctx: Ctx) -> Result<impl Output, Error> {
    let me = ctx.session.me::<Update>().await?;
    let changed = input.email.as_ref().is_some_and(|email| {
        let mine = ctx.session.user().and_then(|user| user.email.as_deref());
        !email.is_empty() && !mine.is_some_and(|mine| mine.eq_ignore_ascii_case(email.trim()))
    });
    if changed && ctx.app.provider.is_some() && !ctx.session.user().is_some_and(|user| user.is_admin) {
        return Err(Error::Refused(Problem::EmailOfProvider));
    }
    me.edit(AccountChange { email: input.email, full_name: input.full_name, language: input.language }).await?;
    Ok(Payload::new("UpdateViewerPayload").with("user", user::viewer(&ctx).await?))
}

#[derive(Deserialize)]
struct ChangePassword {
    current: String,
    next: String,
}

/// Wrong guesses of the current password are slowed down as at the door.
async fn change_password(input: ChangePassword, ctx: Ctx) -> Result<impl Output, Error> {
    let me = ctx.session.me::<Update>().await?;
    ctx.guess(me.change_password(&input.current, &input.next)).await?;
    Ok(Payload::new("ChangePasswordPayload").with("success", true))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn revoke_session(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    ctx.session.me::<Update>().await?.revoke_web_session(&input.id).await?;
    Ok(Payload::new("RevokeSessionPayload").with("user", user::viewer(&ctx).await?))
}
