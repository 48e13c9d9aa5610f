//! The caller's own account: profile, language, password.

use domain::policy::Update;
use domain::users::AccountChange;
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, user};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("updateViewer", update_viewer);
    r.mutation("changePassword", change_password);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateViewer {
    language: Option<String>,
    email: Option<String>,
    full_name: Option<String>,
}

async fn update_viewer(input: UpdateViewer, ctx: Ctx) -> Result<impl Output, Error> {
    let change = AccountChange { email: input.email, full_name: input.full_name, language: input.language };
    ctx.session.me::<Update>().await?.edit(change).await?;
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
    let (name, now) = (ctx.session.name().to_lowercase(), ctx.session.now());
    ctx.app.throttle.check(&name, now)?;
    let changed = me.change_password(&input.current, &input.next).await;
    if matches!(&changed, Err(domain::Error::Invalid(domain::Problem::PasswordWrong))) {
        ctx.app.throttle.wrong(&name, now);
    }
    changed?;
    Ok(Payload::new("ChangePasswordPayload").with("success", true))
}
