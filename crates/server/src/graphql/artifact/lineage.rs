//! Who made an artifact, who uses it.

use std::sync::Arc;

use domain::artifacts::Creator;

use super::ArtifactNode;
use crate::Error;
use crate::graphql::engine::Resolved;
use crate::graphql::run::RunNode;
use crate::graphql::{Ctx, NoArgs, Output, Page, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ArtifactNode>().field("createdBy", created_by).field("usedBy", used_by).field("hiddenUses", hidden_uses);
}

async fn created_by(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<Option<Resolved>, Error> {
    Ok(match a.0.creator().await? {
        None => None,
        Some(Creator::Run(run)) => Some(RunNode::load(run).await?.into_resolved()),
        Some(Creator::User(user)) => {
            let user = domain::runs::RunUser { id: user.id, name: user.name, full_name: user.full_name };
            Some(crate::graphql::user::named(user).into_resolved())
        }
    })
}

async fn used_by(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let mut nodes = Vec::new();
    for run in a.0.used_by().await?.0 {
        nodes.push(RunNode::load(run).await?);
    }
    Ok(Page::default().of(nodes))
}

async fn hidden_uses(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(a.0.used_by().await?.1)
}
