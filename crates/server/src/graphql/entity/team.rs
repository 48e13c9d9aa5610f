//! What a team is to those in it: settings, members, invitations, service accounts, and what the caller may change.

use std::sync::Arc;

use domain::model::EntityPath;
use domain::policy::{Invite, Operation};
use domain::rfc3339;
use domain::teams::Member;

use super::EntityNode;
use crate::Error;
use crate::graphql::permission::{At, permission};
use crate::graphql::service_account::ServiceAccountNode;
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers, ids, invitation};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<EntityNode>()
        .get("kind", EntityNode::kind)
        .field("roles", |e, _: NoArgs, _| async move { Ok(e.0.role_names().await?) })
        .field("teamSettings", settings)
        .field("teamMembers", members)
        .field("invitations", invitations)
        .field("serviceAccounts", service_accounts)
        .field("mayUpdate", |e, _: NoArgs, ctx| may(e, Operation::TeamUpdate, ctx))
        .field("mayInvite", |e, _: NoArgs, ctx| may(e, Operation::TeamInvite, ctx))
        .field("mayRemoveMember", |e, _: NoArgs, ctx| may(e, Operation::TeamRemoveMember, ctx))
        .field("mayDelete", |e, _: NoArgs, ctx| may(e, Operation::TeamDelete, ctx))
        .field("mayCreateServiceAccount", |e, _: NoArgs, ctx| may(e, Operation::ServiceAccountCreate, ctx));
}

/// The type `TeamMember`.
pub fn team_member(m: Member) -> Payload {
    Payload::new("TeamMember")
        .with("id", ids::encode("User", m.id))
        .with("name", m.name)
        .with("fullName", m.full_name)
        .with("email", m.email)
        .with("role", m.role)
        .with("kind", if m.is_service { "service" } else { "user" })
        .with("disabled", m.disabled_at.is_some())
        .with("since", rfc3339(m.since))
}

async fn may(e: Arc<EntityNode>, operation: Operation, ctx: Ctx) -> Result<Payload, Error> {
    permission(&ctx, operation, At::Entity(&EntityPath(e.name()))).await
}

async fn settings(e: Arc<EntityNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    if !e.is_team() {
        return Ok(None);
    }
    let (settings, storage) = (e.0.settings().await?, e.0.storage().await?);
    let payload = Payload::new("TeamSettings")
        .with("hidden", settings.hidden)
        .with("membersMayInvite", settings.members_invite)
        .with("newProjects", settings.new_projects.as_str())
        .with("quotaBytes", settings.quota_bytes.map(|bytes| bytes as f64))
        .with("requestsPerMinute", settings.requests_per_minute)
        .with("usedBytes", storage.total() as f64)
        .with("trashBytes", storage.deleted as f64);
    Ok(Some(payload))
}

async fn members(e: Arc<EntityNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let mut people: Vec<_> = e.0.members().await?.into_iter().filter(|m| !m.is_service).collect();
    people.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(people.into_iter().map(team_member).collect::<Vec<_>>())
}

/// None for who may not invite.
async fn invitations(e: Arc<EntityNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let asked = (e.name(), String::new(), String::new());
    if !e.is_team() || !ctx.session.explain(Operation::TeamInvite, asked).await?.is_allowed() {
        return Ok(Vec::new());
    }
    let team = ctx.session.allow::<Invite, _>(&EntityPath(e.name())).await?;
    Ok(team.invitations().await?.into_iter().map(invitation::payload).collect::<Vec<_>>())
}

async fn service_accounts(e: Arc<EntityNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(e.0.service_accounts().await?.into_iter().map(ServiceAccountNode).collect::<Vec<_>>())
}
