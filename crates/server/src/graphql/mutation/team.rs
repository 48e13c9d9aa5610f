//! A team's settings and members.

use domain::model::{EntityPath, Visibility};
use domain::policy::{Administer, Delete, Entity, RemoveMember, Update};
use domain::teams::TeamChange;
use serde::Deserialize;

use crate::Error;
use crate::graphql::entity::EntityNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("updateTeam", update);
    r.mutation("deleteTeam", delete);
    r.mutation("setTeamMember", set_member);
    r.mutation("removeTeamMember", remove_member);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateTeam {
    entity_name: String,
    new_name: Option<String>,
    hidden: Option<bool>,
    members_may_invite: Option<bool>,
    new_projects: Option<String>,
    quota_bytes: Option<f64>,
    requests_per_minute: Option<i64>,
}

async fn update(input: UpdateTeam, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<Administer, Entity>(&EntityPath(input.entity_name)).await?;
    let change = TeamChange {
        name: input.new_name,
        hidden: input.hidden,
        members_invite: input.members_may_invite,
        new_projects: input.new_projects.map(|word| word.parse::<Visibility>()).transpose()?,
        quota_bytes: input.quota_bytes.map(|bytes| bytes as i64),
        requests_per_minute: input.requests_per_minute,
    };
    let name = team.edit(change).await?;
    Ok(Payload::new("UpdateTeamPayload").with("entity", EntityNode::load(&ctx, name).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteTeam {
    entity_name: String,
}

async fn delete(input: DeleteTeam, ctx: Ctx) -> Result<impl Output, Error> {
    ctx.session.allow::<Delete, Entity>(&EntityPath(input.entity_name)).await?.delete().await?;
    Ok(Payload::new("DeleteTeamPayload").with("success", true))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetTeamMember {
    entity_name: String,
    user_name: String,
    role: String,
}

async fn set_member(input: SetTeamMember, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<Administer, Entity>(&EntityPath(input.entity_name.clone())).await?;
    team.set_member(&input.user_name, &input.role).await?;
    Ok(Payload::new("SetTeamMemberPayload").with("entity", EntityNode::load(&ctx, input.entity_name).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RemoveTeamMember {
    entity_name: String,
    user_name: String,
}

/// Anybody may leave; whoever has left may not see the team any more, and gets their own space.
async fn remove_member(input: RemoveTeamMember, ctx: Ctx) -> Result<impl Output, Error> {
    let payload = Payload::new("RemoveTeamMemberPayload");
    let me = ctx.session.user().filter(|me| me.name == input.user_name);
    if let Some(me) = me {
        ctx.session.me::<Update>().await?.leave(&input.entity_name).await?;
        return Ok(payload.with("entity", EntityNode::load(&ctx, me.name.clone()).await?));
    }
    let team = ctx.session.allow::<RemoveMember, Entity>(&EntityPath(input.entity_name.clone())).await?;
    team.remove_member(&input.user_name).await?;
    Ok(payload.with("entity", EntityNode::load(&ctx, input.entity_name).await?))
}
