//! The type `ServerAdministration`: what organization admins see and change. One file for each kind of thing.

mod redirects;
mod roles;

use domain::policy::{Administer, Allowed, Org};

use super::entity::EntityNode;
use super::{Ctx, NoArgs, Node, Output, Resolvers};
use crate::Error;

/// The right to administer the organization.
pub struct Administration(pub Allowed<Administer, Org>);

impl Node for Administration {
    const TYPE: &'static str = "ServerAdministration";
}

impl Administration {
    /// The caller's right, or the denial.
    pub async fn load(ctx: &Ctx) -> Result<Self, Error> {
        Ok(Self(ctx.session.allow::<Administer, Org>(&()).await?))
    }
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.query("administration", |_: NoArgs, ctx| async move { Administration::load(&ctx).await });
    r.object::<Administration>().field("teams", teams);
    roles::register(r);
    redirects::register(r);
}

async fn teams(org: std::sync::Arc<Administration>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut nodes = Vec::new();
    for team in org.0.teams().await? {
        nodes.push(EntityNode::load(&ctx, team.name).await?);
    }
    Ok(nodes)
}
