//! Keys: `createKey` and `revokeKey` for the web app, `generateApiKey` and `deleteApiKey` for the client.

use domain::keys::NewKeyOptions;
use domain::policy::Update;
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, access_key, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createKey", create_key);
    r.mutation("revokeKey", revoke_key);
    r.mutation("generateApiKey", generate_api_key);
    r.mutation("deleteApiKey", delete_api_key);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateKey {
    name: String,
    scope: Option<String>,
    expires_in_days: Option<u32>,
}

async fn create_key(input: CreateKey, ctx: Ctx) -> Result<impl Output, Error> {
    let scope = input.scope.map(|s| s.parse()).transpose()?;
    let options = NewKeyOptions { name: input.name, scope, expires_in_days: input.expires_in_days, project: None };
    let new = ctx.session.me::<Update>().await?.create_key(options).await?;
    Ok(Payload::new("CreateKeyPayload").with("key", access_key::payload(new.key)).with("secret", new.secret))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn revoke_key(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("ApiKey", &input.id)?;
    let me = ctx.session.me::<Update>().await?;
    me.revoke_key(id).await?;
    let key = me.read().keys().await?.into_iter().find(|k| k.id == id);
    Ok(Payload::new("RevokeKeyPayload").with("key", key.map(access_key::payload)))
}

#[derive(Deserialize)]
struct GenerateApiKey {
    description: Option<String>,
}

/// Here `name` is the whole secret, told this once.
async fn generate_api_key(input: GenerateApiKey, ctx: Ctx) -> Result<impl Output, Error> {
    let options = NewKeyOptions { name: input.description.unwrap_or_default(), ..NewKeyOptions::default() };
    let new = ctx.session.me::<Update>().await?.create_key(options).await?;
    let key = Payload::new("ApiKey")
        .with("id", ids::encode("ApiKey", new.key.id))
        .with("name", new.secret)
        .with("description", new.key.name);
    Ok(Payload::new("GenerateApiKeyPayload").with("apiKey", key))
}

async fn delete_api_key(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    ctx.session.me::<Update>().await?.revoke_key(ids::decode_number("ApiKey", &input.id)?).await?;
    Ok(Payload::new("DeleteApiKeyPayload").with("success", true))
}
