//! The type `ServiceAccount`.

use std::sync::Arc;

use domain::model::EntityPath;
use domain::policy::{Account, Allowed, Operation, Read};
use domain::rfc3339;
use domain::services::ServiceAccount;

use super::{Ctx, NoArgs, Node, Output, Resolvers, access_key, identity_rule, ids};
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
        .field("identityRules", identity_rules)
        .field("keys", keys);
}

/// The account, for who may manage it.
async fn account(s: &ServiceAccountNode, ctx: &Ctx) -> Result<Option<Allowed<Read, Account>>, Error> {
    let asked = (s.0.name.clone(), String::new(), String::new());
    if !ctx.session.explain(Operation::UserRead, asked).await?.is_allowed() {
        return Ok(None);
    }
    Ok(Some(ctx.session.allow::<Read, Account>(&EntityPath(s.0.name.clone())).await?))
}

async fn keys(s: Arc<ServiceAccountNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&s, &ctx).await? else { return Ok(Vec::new()) };
    Ok(account.keys().await?.into_iter().map(access_key::payload).collect::<Vec<_>>())
}

async fn identity_rules(s: Arc<ServiceAccountNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&s, &ctx).await? else { return Ok(Vec::new()) };
    Ok(account.identity_rules().await?.into_iter().map(identity_rule::payload).collect::<Vec<_>>())
}
