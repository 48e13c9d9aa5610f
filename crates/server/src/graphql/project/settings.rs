//! What the caller may do with the project.

use std::sync::Arc;

use domain::policy::Operation;
use domain::rfc3339;

use super::ProjectNode;
use super::fields::may;
use crate::Error;
use crate::graphql::entity::team_member;
use crate::graphql::{Ctx, NoArgs, Output, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("mayUpdate", |p, _: NoArgs, ctx| may(p, Operation::ProjectUpdate, ctx))
        .field("mayArchive", |p, _: NoArgs, ctx| may(p, Operation::ProjectUpdate, ctx))
        .field("mayDelete", |p, _: NoArgs, ctx| may(p, Operation::ProjectDelete, ctx))
        .field("mayCreateRun", |p, _: NoArgs, ctx| may(p, Operation::RunCreate, ctx))
        .get("archivedAt", |p| p.0.resource().archived_at.map(rfc3339))
        .field("ownerName", |p, _: NoArgs, _| async move { Ok(p.0.owner_name().await?) })
        .field("projectMembers", project_members);
}

async fn project_members(p: Arc<ProjectNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(p.0.members().await?.into_iter().map(team_member).collect::<Vec<_>>())
}
