//! Users and teams, for organization and team admins.

use domain::model::EntityPath;
use domain::policy::{Account, Administer, CreateUser, Org, Read};
use domain::users::NewUser;
use serde::Deserialize;

use crate::Error;
use crate::graphql::entity::EntityNode;
use crate::graphql::user::UserNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createUser", create_user);
    r.mutation("createTeam", create_team);
}

#[derive(Deserialize)]
struct NewAccount {
    email: String,
    admin: Option<bool>,
}

/// The user name is what stands before the `@`. Without a password the account can use keys, and sign in once an admin
/// has set one.
async fn create_user(input: NewAccount, ctx: Ctx) -> Result<impl Output, Error> {
    let name = input.email.split('@').next().unwrap_or_default().to_owned();
    let new = NewUser { name, email: Some(input.email), is_admin: input.admin.unwrap_or(false), ..NewUser::default() };
    let account = ctx.session.allow::<CreateUser, Org>(&()).await?.create_user(new).await?;
    let name = account.resource().name.clone();
    let details = ctx.session.allow::<Read, Account>(&EntityPath(name)).await?.details().await?;
    Ok(Payload::new("CreateUserPayload").with("user", UserNode(details)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateTeam {
    team_name: String,
    team_admin_user_name: Option<String>,
}

async fn create_team(input: CreateTeam, ctx: Ctx) -> Result<impl Output, Error> {
    let admin = input.team_admin_user_name.or_else(|| ctx.session.user().map(|u| u.name.clone()));
    let org = ctx.session.allow::<Administer, Org>(&()).await?;
    org.create_team(&input.team_name, admin.as_deref()).await?;
    Ok(Payload::new("CreateTeamPayload").with("entity", EntityNode::load(&ctx, input.team_name).await?))
}
