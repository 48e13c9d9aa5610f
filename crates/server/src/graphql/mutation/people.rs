//! Users and teams, for organization and team admins.

use domain::model::{EntityPath, Role};
use domain::policy::{Account, Administer, CreateUser, Entity, Org, Read};
use domain::rfc3339;
use domain::users::NewUser;
use serde::Deserialize;

use crate::Error;
use crate::graphql::entity::EntityNode;
use crate::graphql::user::UserNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createUser", create_user);
    r.mutation("createTeam", create_team);
    r.mutation("createInvite", create_invite);
    r.mutation("deleteInvite", delete_invite);
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInvite {
    entity_name: String,
    username: Option<String>,
    email: Option<String>,
    admin: Option<bool>,
}

/// Adds an existing user at once: a server that sends no mail has nothing to wait for.
async fn create_invite(input: CreateInvite, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<Administer, Entity>(&EntityPath(input.entity_name)).await?;
    let asked = input.username.or(input.email).unwrap_or_default();
    let user = ctx.session.find_users(&asked).await?.into_iter().next();
    let user = user.ok_or_else(|| Error::from(domain::Error::not_found(domain::Thing::User, asked)))?;
    team.set_member(&user.name, if input.admin.unwrap_or(false) { Role::Admin } else { Role::Member }).await?;
    let invite = Payload::new("Invite")
        .with("id", ids::encode("User", user.id))
        .with("name", user.name.clone())
        .with("email", user.email.clone())
        .with("createdAt", rfc3339(ctx.session.now()))
        .with("toUser", UserNode(user));
    Ok(Payload::new("CreateInvitePayload").with("invite", invite))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteInvite {
    entity_name: Option<String>,
    id: Option<String>,
}

async fn delete_invite(input: DeleteInvite, ctx: Ctx) -> Result<impl Output, Error> {
    let name = input.entity_name.unwrap_or_default();
    let team = ctx.session.allow::<Administer, Entity>(&EntityPath(name.clone())).await?;
    let id = ids::decode_number("User", &input.id.unwrap_or_default())?;
    let member = EntityNode::load(&ctx, name.clone()).await?.0.members().await?.into_iter().find(|m| m.id == id);
    let member = member
        .ok_or_else(|| Error::from(domain::Error::not_found(domain::Thing::Member, format!("{id} of {name}"))))?;
    team.remove_member(&member.name).await?;
    Ok(Payload::new("DeleteInvitePayload").with("success", true))
}
