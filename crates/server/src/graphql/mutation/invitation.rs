//! Invitations: our own mutations, and the client's `createInvite` and `deleteInvite`.

use domain::Thing;
use domain::invitations::{By, NewInvitation};
use domain::model::{EntityPath, Role};
use domain::policy::{Entity, Invite, Operation, RemoveMember, Update};
use domain::rfc3339;
use serde::Deserialize;

use crate::Error;
use crate::graphql::entity::EntityNode;
use crate::graphql::user::UserNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids, invitation};

pub(super) fn register(r: &mut Resolvers) {
    r.query("invitationOffer", offer);
    r.mutation("invite", invite);
    r.mutation("revokeInvitation", revoke);
    r.mutation("acceptInvitation", accept);
    r.mutation("createInvite", create_invite);
    r.mutation("deleteInvite", delete_invite);
}

#[derive(Deserialize)]
struct ByToken {
    token: String,
}

async fn offer(args: ByToken, ctx: Ctx) -> Result<impl Output, Error> {
    Ok(ctx.session.invitation_offer(&args.token).await?.map(invitation::offer))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewInvite {
    entity_name: String,
    user_name: Option<String>,
    email: Option<String>,
    role: String,
    days: Option<u32>,
}

async fn invite(input: NewInvite, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<Invite, Entity>(&EntityPath(input.entity_name)).await?;
    let NewInvite { user_name: user, email, role, days, .. } = input;
    let invited = team.invite(NewInvitation { user, email, role, days }).await?;
    let made = &invited.invitation;
    // Without mail the link is shown to whoever invites, who passes it on.
    let mailed = match (&ctx.app.sender, &made.email) {
        (Some(sender), Some(email)) => sender.invite(email, &made.created_by, &made.entity, &invited.url).await,
        _ => false,
    };
    Ok(Payload::new("InvitePayload")
        .with("invitation", invitation::payload(invited.invitation))
        .with("url", invited.url)
        .with("mailed", mailed))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn revoke(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("Invitation", &input.id)?;
    let team = ctx.session.invitation_team(id).await?;
    team.revoke_invitation(id).await?;
    let entity = EntityNode::load(&ctx, team.resource().name.clone()).await?;
    Ok(Payload::new("RevokeInvitationPayload").with("entity", entity))
}

#[derive(Deserialize)]
struct Accept {
    token: Option<String>,
    id: Option<String>,
}

async fn accept(input: Accept, ctx: Ctx) -> Result<impl Output, Error> {
    let by = match (input.token, input.id) {
        (Some(token), _) => By::Token(token),
        (None, id) => By::Id(ids::decode_number("Invitation", &id.unwrap_or_default())?),
    };
    let team = ctx.session.me::<Update>().await?.accept_invitation(by).await?;
    Ok(Payload::new("AcceptInvitationPayload").with("entity", EntityNode::load(&ctx, team).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateInvite {
    entity_name: String,
    username: Option<String>,
    email: Option<String>,
    admin: Option<bool>,
}

/// An existing user is added at once: whoever writes such a line of Python waits for nothing. An address without an
/// account is invited, and the team's admins find the invitation in the web app.
async fn create_invite(input: CreateInvite, ctx: Ctx) -> Result<impl Output, Error> {
    let path = EntityPath(input.entity_name);
    let role = if input.admin.unwrap_or(false) { Role::Admin } else { Role::Member };
    let asked = input.username.clone().or(input.email.clone()).unwrap_or_default();
    let team = ctx.session.allow::<Invite, Entity>(&path).await?;
    let payload = Payload::new("CreateInvitePayload");
    let Some(user) = ctx.session.find_users(&asked).await?.into_iter().next() else {
        let email = input.email.ok_or_else(|| Error::from(domain::Error::not_found(Thing::User, asked)))?;
        let new = NewInvitation { email: Some(email), role: role.to_string(), ..NewInvitation::default() };
        let invitation = team.invite(new).await?.invitation;
        let invite = Payload::new("Invite")
            .with("id", ids::encode("Invitation", invitation.id))
            .with("email", invitation.email)
            .with("createdAt", rfc3339(invitation.created_at));
        return Ok(payload.with("invite", invite));
    };
    team.add(&user.name, role).await?;
    let invite = Payload::new("Invite")
        .with("id", ids::encode("User", user.id))
        .with("name", user.name.clone())
        .with("email", user.email.clone())
        .with("createdAt", rfc3339(ctx.session.now()))
        .with("toUser", UserNode(user));
    Ok(payload.with("invite", invite))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteInvite {
    entity_name: Option<String>,
    id: Option<String>,
}

/// Takes back what `createInvite` did: the client's `Member.delete()` sends a member's id.
async fn delete_invite(input: DeleteInvite, ctx: Ctx) -> Result<impl Output, Error> {
    let (name, id) = (input.entity_name.unwrap_or_default(), input.id.unwrap_or_default());
    let payload = Payload::new("DeleteInvitePayload").with("success", true);
    let asked = (name.clone(), String::new(), String::new());
    let team = ctx.session.allow::<RemoveMember, Entity>(&EntityPath(name.clone())).await?;
    if let Ok(id) = ids::decode_number("Invitation", &id) {
        let waits = ctx.session.explain(Operation::TeamInvite, asked).await?.is_allowed();
        if waits && let Ok(team) = ctx.session.invitation_team(id).await {
            team.revoke_invitation(id).await?;
            return Ok(payload);
        }
    }
    let id = ids::decode_number("User", &id)?;
    let member = EntityNode::load(&ctx, name.clone()).await?.0.members().await?.into_iter().find(|m| m.id == id);
    let member =
        member.ok_or_else(|| Error::from(domain::Error::not_found(Thing::Member, format!("{id} of {name}"))))?;
    team.remove_member(&member.name).await?;
    Ok(payload)
}
