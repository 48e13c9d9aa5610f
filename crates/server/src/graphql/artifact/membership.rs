//! The type `ArtifactCollectionMembership`.

use std::sync::Arc;

use domain::rfc3339;

use super::{ArtifactNode, MembershipNode, collection, fields};
use crate::Error;
use crate::graphql::{Ctx, NoArgs, Output, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<MembershipNode>()
        .get("id", |m| ids::encode("ArtifactCollectionMembership", m.0.row.membership_id))
        .get("versionIndex", |m| m.0.row.version)
        .get("createdAt", |m| rfc3339(m.0.row.linked_at))
        .get("artifact", |m| ArtifactNode(Arc::clone(&m.0)))
        .get("artifactCollection", |m| collection(m.0.project.clone(), m.0.row.collection.clone()))
        .field("aliases", aliases);
}

async fn aliases(m: Arc<MembershipNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let own = m.0.own_aliases().await?.into_iter();
    Ok(own.map(|alias| fields::alias(m.0.project.clone(), alias)).collect::<Vec<_>>())
}
