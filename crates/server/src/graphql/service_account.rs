//! The type `ServiceAccount`.

use std::sync::Arc;

use domain::model::EntityPath;
use domain::policy::{Account, Operation, Read};
use domain::rfc3339;
use domain::services::ServiceAccount;

use super::{Ctx, NoArgs, Node, Output, Payload, Resolvers, access_key, ids};
use crate::Error;

/// A service account of a team that the caller may read.
pub struct ServiceAccountNode(pub ServiceAccount);

impl Node for ServiceAccountNode {
    const TYPE: &'static str = "ServiceAccount";
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.object::<ServiceAccountNode>()
        .get("id", |s| ids::encode("User", s.0.id))
        .get("name", |s| s.0.name.clone())
        .get("entityName", |s| s.0.entity.clone())
        .get("organizationWide", |s| s.0.organization_wide)
        .get("createdAt", |s| rfc3339(s.0.created_at))
        .get("lastUsedAt", |s| s.0.last_used_at.map(rfc3339))
        // Rules cannot be made yet, so there are none.
        .get("identityRules", |_| Vec::<Payload>::new())
        .field("keys", keys);
}

/// None for who may not manage the account.
async fn keys(s: Arc<ServiceAccountNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let asked = (s.0.name.clone(), String::new(), String::new());
    if !ctx.session.explain(Operation::UserRead, asked).await?.is_allowed() {
        return Ok(Vec::new());
    }
    let account = ctx.session.allow::<Read, Account>(&EntityPath(s.0.name.clone())).await?;
    Ok(account.keys().await?.into_iter().map(access_key::payload).collect::<Vec<_>>())
}
