//! Who is in a project, whose it is, and whether it is in the archive.

use domain::model::ProjectPath;
use domain::policy::{Allowed, Project, Update};
use serde::Deserialize;

use crate::Error;
use crate::graphql::project::ProjectNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("setProjectMember", set_member);
    r.mutation("removeProjectMember", remove_member);
    r.mutation("setProjectOwner", set_owner);
    r.mutation("archiveProject", archive);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfUser {
    entity_name: String,
    project_name: String,
    user_name: String,
    #[serde(default)]
    role: Option<String>,
}

impl OfUser {
    async fn project(&self, ctx: &Ctx) -> Result<Allowed<Update, Project>, Error> {
        let path = ProjectPath::new(&self.entity_name, &self.project_name);
        Ok(ctx.session.allow::<Update, Project>(&path).await?)
    }
}

/// The project as the caller sees it now: a change may have cost them the sight of it, and then there is an error.
async fn seen(of: &'static str, project: &Allowed<Update, Project>, ctx: &Ctx) -> Result<Payload, Error> {
    Ok(Payload::new(of).with("project", ProjectNode::changed(ctx, project.resource().path()).await?))
}

async fn set_member(input: OfUser, ctx: Ctx) -> Result<impl Output, Error> {
    let project = input.project(&ctx).await?;
    project.set_member(&input.user_name, Some(input.role.as_deref().unwrap_or_default())).await?;
    seen("SetProjectMemberPayload", &project, &ctx).await
}

async fn remove_member(input: OfUser, ctx: Ctx) -> Result<impl Output, Error> {
    let project = input.project(&ctx).await?;
    project.set_member(&input.user_name, None::<&str>).await?;
    seen("RemoveProjectMemberPayload", &project, &ctx).await
}

async fn set_owner(input: OfUser, ctx: Ctx) -> Result<impl Output, Error> {
    let project = input.project(&ctx).await?;
    project.set_owner(&input.user_name).await?;
    seen("SetProjectOwnerPayload", &project, &ctx).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Archive {
    entity_name: String,
    project_name: String,
    archived: bool,
}

async fn archive(input: Archive, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.project_name);
    let project = ctx.session.allow::<Update, Project>(&path).await?;
    project.archive(input.archived).await?;
    seen("ArchiveProjectPayload", &project, &ctx).await
}
