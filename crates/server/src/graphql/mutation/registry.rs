//! Who is in a registry, and its protected aliases.

use domain::model::RegistryRole;
use domain::policy::{Allowed, Project, Update};
use serde::Deserialize;

use super::project::project_path;
use crate::Error;
use crate::graphql::project::ProjectNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createProjectMembers", |input: Members, ctx| async move {
        set(input, Some(RegistryRole::Viewer), "CreateProjectMembersPayload", ctx).await
    });
    r.mutation("deleteProjectMembers", |input: Members, ctx| async move {
        set(input, None, "DeleteProjectMembersPayload", ctx).await
    });
    r.mutation("updateProjectMember", update_member);
    r.mutation("updateProjectTeamMember", update_team);
    r.mutation("setProtectedAliases", protect);
}

/// The registry with this id, for a change.
async fn changed(ctx: &Ctx, id: &str) -> Result<Allowed<Update, Project>, Error> {
    Ok(ctx.session.allow::<Update, Project>(&project_path(ctx, id).await?).await?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members {
    project_id: String,
    user_ids: Option<Vec<String>>,
    team_ids: Option<Vec<String>>,
}

/// Who is added is a viewer at first.
async fn set(input: Members, role: Option<RegistryRole>, of: &'static str, ctx: Ctx) -> Result<impl Output, Error> {
    let registry = changed(&ctx, &input.project_id).await?;
    for user in input.user_ids.unwrap_or_default() {
        registry.set_registry_user(ids::decode_number("User", &user)?, role).await?;
    }
    for team in input.team_ids.unwrap_or_default() {
        registry.set_registry_team(ids::decode_number("Entity", &team)?, role).await?;
    }
    Ok(Payload::new(of).with("success", true))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateMember {
    project_id: String,
    user_id: String,
    user_project_role: String,
}

async fn update_member(input: UpdateMember, ctx: Ctx) -> Result<impl Output, Error> {
    let registry = changed(&ctx, &input.project_id).await?;
    let role = input.user_project_role.parse()?;
    registry.set_registry_user(ids::decode_number("User", &input.user_id)?, Some(role)).await?;
    Ok(Payload::new("UpdateProjectMemberPayload").with("success", true))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateTeam {
    project_id: String,
    team_id: String,
    team_project_role: String,
}

async fn update_team(input: UpdateTeam, ctx: Ctx) -> Result<impl Output, Error> {
    let registry = changed(&ctx, &input.project_id).await?;
    let role = input.team_project_role.parse()?;
    registry.set_registry_team(ids::decode_number("Entity", &input.team_id)?, Some(role)).await?;
    Ok(Payload::new("UpdateProjectTeamMemberPayload").with("success", true))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Protect {
    project_id: String,
    aliases: Vec<String>,
}

async fn protect(input: Protect, ctx: Ctx) -> Result<impl Output, Error> {
    let registry = changed(&ctx, &input.project_id).await?;
    registry.set_protected_aliases(input.aliases).await?;
    let path = registry.resource().path();
    Ok(Payload::new("SetProtectedAliasesPayload").with("project", ProjectNode::changed(&ctx, path).await?))
}
