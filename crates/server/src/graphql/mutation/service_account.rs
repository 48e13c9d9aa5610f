//! Service accounts: our own mutations, and the client's `createServiceAccount`.

use domain::keys::{NewKey, NewKeyOptions};
use domain::model::EntityPath;
use domain::policy::{Account, AddService, Administer, CreateKey, Entity, Org, RemoveService};
use domain::services::ServiceAccount;
use serde::Deserialize;

use crate::Error;
use crate::graphql::entity::EntityNode;
use crate::graphql::service_account::ServiceAccountNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers, access_key, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("addServiceAccount", add);
    r.mutation("addServiceAccountKey", add_key);
    r.mutation("removeServiceAccount", remove);
    r.mutation("createServiceAccount", create);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Add {
    entity_name: String,
    name: String,
    organization_wide: Option<bool>,
}

async fn add(input: Add, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<AddService, Entity>(&EntityPath(input.entity_name)).await?;
    let org = match input.organization_wide {
        Some(true) => Some(ctx.session.allow::<Administer, Org>(&()).await?),
        _ => None,
    };
    let account = team.add_service_account(&input.name, org.as_ref()).await?;
    let key = new_key(&ctx, &account, "first key".to_owned(), None).await?;
    Ok(Payload::new("AddServiceAccountPayload")
        .with("serviceAccount", ServiceAccountNode(account))
        .with("secret", key.secret))
}

/// A key of the account; where the organization bounds the life of keys, it lives as long as it may.
async fn new_key(ctx: &Ctx, account: &ServiceAccount, name: String, days: Option<u32>) -> Result<NewKey, Error> {
    let expires_in_days = days.or(ctx.app.domain.settings().await?.key_max_days);
    let options = NewKeyOptions { name, expires_in_days, ..NewKeyOptions::default() };
    Ok(ctx.session.allow::<CreateKey, Account>(&EntityPath(account.name.clone())).await?.create_key(options).await?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AddKey {
    entity_name: String,
    service_account: String,
    name: String,
    expires_in_days: Option<u32>,
}

async fn add_key(input: AddKey, ctx: Ctx) -> Result<impl Output, Error> {
    ctx.session.allow::<AddService, Entity>(&EntityPath(input.entity_name.clone())).await?;
    let team = EntityNode::load(&ctx, input.entity_name.clone()).await?;
    let found = team.0.service_accounts().await?.into_iter().find(|s| s.name == input.service_account);
    let account = found.ok_or_else(|| {
        let name = format!("{}/{}", input.entity_name, input.service_account);
        Error::from(domain::Error::not_found(domain::Thing::ServiceAccount, name))
    })?;
    let new = new_key(&ctx, &account, input.name, input.expires_in_days).await?;
    Ok(Payload::new("AddServiceAccountKeyPayload").with("key", access_key::payload(new.key)).with("secret", new.secret))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Remove {
    entity_name: String,
    name: String,
}

async fn remove(input: Remove, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<RemoveService, Entity>(&EntityPath(input.entity_name.clone())).await?;
    team.remove_service_account(&input.name).await?;
    let entity = EntityNode::load(&ctx, input.entity_name).await?;
    Ok(Payload::new("RemoveServiceAccountPayload").with("entity", entity))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    entity_name: String,
    description: String,
}

/// The client has a description only: the name is made from it. The client reads the team's last member then. Keys are made
/// in the web app or with `runstead key create`, since this answer has no place for one.
async fn create(input: Create, ctx: Ctx) -> Result<impl Output, Error> {
    let team = ctx.session.allow::<AddService, Entity>(&EntityPath(input.entity_name)).await?;
    let account = team.add_service_account(&slug(&input.description), None).await?;
    let user = Payload::new("User")
        .with("id", ids::encode("User", account.id))
        .with("name", account.name.clone())
        .with("username", account.name);
    Ok(Payload::new("CreateServiceAccountPayload").with("user", user))
}

/// `CI service account` as a name: `ci-service-account`.
fn slug(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "_.".contains(c) { c.to_ascii_lowercase() } else { '-' };
    let dashed: String = text.chars().map(plain).collect();
    let words: Vec<_> = dashed.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-").chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_from_descriptions() {
        assert_eq!(super::slug("CI service account"), "ci-service-account");
        assert_eq!(super::slug("  nightly (GPU) – 2 "), "nightly-gpu-2");
    }
}
