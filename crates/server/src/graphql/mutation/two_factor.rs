//! The second step of the caller's own sign-in.

use domain::policy::Update;
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, user};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("beginTwoFactor", begin);
    r.mutation("confirmTwoFactor", confirm);
    r.mutation("removeTwoFactor", remove);
}

#[derive(Deserialize)]
struct WithPassword {
    password: String,
}

async fn begin(input: WithPassword, ctx: Ctx) -> Result<impl Output, Error> {
    let me = ctx.session.me::<Update>().await?;
    let new = ctx.guess(me.begin_two_factor(&input.password, &ctx.app.config.organization)).await?;
    Ok(Payload::new("BeginTwoFactorPayload").with("secret", new.secret).with("uri", new.uri))
}

#[derive(Deserialize)]
struct WithCode {
    code: String,
}

async fn confirm(input: WithCode, ctx: Ctx) -> Result<impl Output, Error> {
    let me = ctx.session.me::<Update>().await?;
    let codes = ctx.guess(me.confirm_two_factor(&input.code)).await?;
    Ok(Payload::new("ConfirmTwoFactorPayload").with("recoveryCodes", codes))
}

async fn remove(input: WithPassword, ctx: Ctx) -> Result<impl Output, Error> {
    let me = ctx.session.me::<Update>().await?;
    ctx.guess(me.remove_two_factor(&input.password)).await?;
    Ok(Payload::new("RemoveTwoFactorPayload").with("user", user::viewer(&ctx).await?))
}
