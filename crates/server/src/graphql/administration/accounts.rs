//! Accounts, made and changed by organization admins.

use std::sync::Arc;

use domain::model::EntityPath;
use domain::policy::{Account, CreateUser, DisableUser, Org, Update};
use domain::rfc3339;
use domain::users::{AccountDetails, AccountUpdate, NewUser};
use serde::Deserialize;

use super::{Administration, Search};
use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createAccount", create_account);
    r.mutation("updateAccount", update_account);
    r.mutation("resetTwoFactor", reset_two_factor);
}

pub(super) async fn accounts(organization: Arc<Administration>, search: Search, _: Ctx) -> Result<impl Output, Error> {
    let teams = organization.0.memberships().await?;
    let found = organization.0.users().await?.into_iter().filter(|a| {
        search.finds([
            a.name.as_str(),
            a.email.as_deref().unwrap_or_default(),
            a.full_name.as_deref().unwrap_or_default(),
        ])
    });
    Ok(found.map(|account| payload(account, &teams)).collect::<Vec<_>>())
}

/// The type `Account`.
fn payload(account: AccountDetails, memberships: &[(String, String)]) -> Payload {
    let mine = memberships.iter().filter(|(user, _)| *user == account.name);
    let teams: Vec<String> = mine.map(|(_, team)| team.clone()).collect();
    Payload::new("Account")
        .with("id", ids::encode("User", account.id))
        .with("name", account.name)
        .with("fullName", account.full_name)
        .with("email", account.email)
        .with("admin", account.is_admin)
        .with("kind", account.kind)
        .with("disabledAt", account.disabled_at.map(rfc3339))
        .with("createdAt", rfc3339(account.created_at))
        .with("lastSeenAt", account.last_seen_at.map(rfc3339))
        .with("teams", teams)
        .with("twoFactor", account.two_factor)
}

/// The account as it is now.
async fn find(organization: &Administration, name: &str) -> Result<Option<Payload>, Error> {
    let account = organization.0.users().await?.into_iter().find(|account| account.name == name);
    let memberships = organization.0.memberships().await?;
    Ok(account.map(|account| payload(account, &memberships)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateAccount {
    name: String,
    email: Option<String>,
    full_name: Option<String>,
    admin: Option<bool>,
}

async fn create_account(input: CreateAccount, ctx: Ctx) -> Result<impl Output, Error> {
    let organization = Administration::load(&ctx).await?;
    let CreateAccount { name, email, full_name, admin } = input;
    let name = name.trim().to_owned();
    let is_admin = admin.unwrap_or(false);
    let new = NewUser { name: name.clone(), email, full_name, is_admin, ..NewUser::default() };
    ctx.session.allow::<CreateUser, Org>(&()).await?.create_user(new).await?;
    let token = ctx.session.allow::<Update, Account>(&EntityPath(name.clone())).await?.password_link().await?;
    let url = format!("{}/password?token={token}", ctx.app.domain.base_url());
    Ok(Payload::new("CreateAccountPayload").with("account", find(&organization, &name).await?).with("url", url))
}

#[derive(Deserialize)]
struct UpdateAccount {
    name: String,
    admin: Option<bool>,
    disabled: Option<bool>,
    password: Option<String>,
}

async fn update_account(input: UpdateAccount, ctx: Ctx) -> Result<impl Output, Error> {
    let organization = Administration::load(&ctx).await?;
    let update = AccountUpdate { admin: input.admin, disabled: input.disabled };
    let accounts = ctx.session.allow::<DisableUser, Org>(&()).await?;
    if let Some(password) = input.password.filter(|password| !password.is_empty()) {
        ctx.session.allow::<Update, Account>(&EntityPath(input.name.clone())).await?.set_password(&password).await?;
        // Who needs a new password from an admin may have lost the authenticator too.
        accounts.reset_two_factor(&input.name).await?;
    }
    accounts.update_account(&input.name, update).await?;
    Ok(Payload::new("UpdateAccountPayload").with("account", find(&organization, &input.name).await?))
}

#[derive(Deserialize)]
struct ResetTwoFactor {
    name: String,
}

async fn reset_two_factor(input: ResetTwoFactor, ctx: Ctx) -> Result<impl Output, Error> {
    let organization = Administration::load(&ctx).await?;
    ctx.session.allow::<DisableUser, Org>(&()).await?.reset_two_factor(&input.name).await?;
    Ok(Payload::new("ResetTwoFactorPayload").with("account", find(&organization, &input.name).await?))
}
