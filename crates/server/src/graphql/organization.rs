//! The type `Organization`: one per server, whose entity holds the registries.

use std::sync::Arc;

use super::entity::EntityNode;
use super::{Ctx, NoArgs, Node, Output, Payload, Resolvers, ids};
use crate::Error;

/// The organization's name; its entity may be called otherwise, where that name was taken.
pub const NAME: &str = "runstead";

/// The organization.
pub struct OrganizationNode;

impl Node for OrganizationNode {
    const TYPE: &'static str = "Organization";
}

/// Registers the fields. `coreWeaveOrganizationId` is never set: a value would make the client query a cloud's metadata address.
pub fn register(r: &mut Resolvers) {
    r.object::<OrganizationNode>()
        .get("id", |_| ids::encode("Organization", 1))
        .get("name", |_| NAME)
        .get("featureFlags", |_| Vec::<Payload>::new())
        .get("coreWeaveOrganizationId", |_| None::<String>)
        .get("advancedRegistryFeatures", |_| Payload::new("AdvancedRegistryFeatures").with("advancedSearch", false))
        .field("triggers", |_, _: super::Page, _| async { Ok(super::Connection::<Payload>::whole([])) })
        .field("orgEntity", entity);
}

/// Null for nobody.
async fn entity(_: Arc<OrganizationNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    match ctx.session.user() {
        Some(_) => Ok(Some(EntityNode::load(&ctx, ctx.session.organization().await?).await?)),
        None => Ok(None),
    }
}
