//! What the organization has set.

use std::sync::Arc;

use domain::settings::SettingsChange;
use serde::Deserialize;

use super::Administration;
use crate::Error;
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("updateServer", update_server);
}

pub(super) async fn settings(_: Arc<Administration>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let settings = ctx.app.domain.settings().await?;
    Ok(Payload::new("OrganizationSettings")
        .with("readOnly", settings.read_only.clone())
        .with("usersCreateKeys", settings.users_create_keys)
        .with("keyMaxDays", settings.key_max_days)
        .with("hideAdmins", settings.hide_admins)
        .with("passwordSignIn", settings.password_sign_in)
        .with("auditRetentionDays", settings.audit_retention_days)
        .with("trashDays", settings.trash_days)
        .with("requestsPerMinute", settings.requests_per_minute))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateServer {
    read_only: Option<String>,
    users_create_keys: Option<bool>,
    key_max_days: Option<u32>,
    hide_admins: Option<bool>,
    password_sign_in: Option<bool>,
    audit_retention_days: Option<u32>,
    trash_days: Option<u32>,
    requests_per_minute: Option<u32>,
}

async fn update_server(input: UpdateServer, ctx: Ctx) -> Result<impl Output, Error> {
    let organization = Administration::load(&ctx).await?;
    if input.password_sign_in == Some(false) && ctx.app.provider.is_none() {
        return Err(Error::Domain(domain::Error::Conflict(domain::Problem::PasswordsNeeded)));
    }
    let change = SettingsChange {
        read_only: input.read_only,
        users_create_keys: input.users_create_keys,
        key_max_days: input.key_max_days,
        hide_admins: input.hide_admins,
        password_sign_in: input.password_sign_in,
        audit_retention_days: input.audit_retention_days,
        trash_days: input.trash_days,
        requests_per_minute: input.requests_per_minute,
    };
    organization.0.change_settings(change).await?;
    Ok(Payload::new("UpdateServerPayload").with("administration", organization))
}
