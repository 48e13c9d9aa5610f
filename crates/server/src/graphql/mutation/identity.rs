//! Which identity tokens may act as a service account.

use std::collections::BTreeMap;

use domain::identity::NewIdentityRule;
use domain::model::EntityPath;
use domain::policy::{AddService, Entity};
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, identity_rule, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createIdentityRule", create);
    r.mutation("deleteIdentityRule", delete);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRule {
    entity_name: String,
    service_account: String,
    issuer: String,
    audience: String,
    claims: serde_json::Value,
}

async fn create(input: CreateRule, ctx: Ctx) -> Result<impl Output, Error> {
    let CreateRule { entity_name, service_account, issuer, audience, claims } = input;
    let team = ctx.session.allow::<AddService, Entity>(&EntityPath(entity_name)).await?;
    let claims: BTreeMap<String, String> = serde_json::from_value(claims)
        .map_err(|_| Error::Domain(domain::Error::Invalid(domain::Problem::RuleClaims)))?;
    let rule = team.create_identity_rule(NewIdentityRule { service_account, issuer, audience, claims }).await?;
    Ok(Payload::new("CreateIdentityRulePayload").with("rule", identity_rule::payload(rule)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRule {
    entity_name: String,
    id: String,
}

async fn delete(input: DeleteRule, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<AddService, Entity>(&EntityPath(input.entity_name)).await?;
    team.delete_identity_rule(ids::decode_number("IdentityRule", &input.id)?).await?;
    Ok(Payload::new("DeleteIdentityRulePayload").with("success", true))
}
