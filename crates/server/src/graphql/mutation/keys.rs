//! Keys: `createKey`, `rotateKey` and `revokeKey` for the web app, `generateApiKey` and `deleteApiKey` for the client.

use domain::keys::{NewKeyOptions, Within};
use domain::model::{EntityPath, ProjectPath};
use domain::policy::{CreateKey, Entity, Project, Read, RevokeKey, Session};
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, access_key, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createKey", create_key);
    r.mutation("rotateKey", rotate_key);
    r.mutation("revokeKey", revoke_key);
    r.mutation("generateApiKey", generate_api_key);
    r.mutation("deleteApiKey", delete_api_key);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewKey {
    name: String,
    scope: Option<String>,
    expires_in_days: Option<u32>,
    within: Option<String>,
    user_name: Option<String>,
}

async fn create_key(input: NewKey, ctx: Ctx) -> Result<impl Output, Error> {
    let account = match input.user_name {
        Some(name) => ctx.session.allow::<CreateKey, _>(&EntityPath(name)).await?,
        None => ctx.session.me::<CreateKey>().await?,
    };
    let scope = input.scope.map(|s| s.parse()).transpose()?;
    let within = match input.within.filter(|within| !within.is_empty()) {
        Some(path) => Some(within(&ctx.session, &path).await?),
        None => None,
    };
    let options = NewKeyOptions { name: input.name, scope, expires_in_days: input.expires_in_days, within };
    let new = account.create_key(options).await?;
    Ok(Payload::new("CreateKeyPayload").with("key", access_key::payload(new.key)).with("secret", new.secret))
}

/// `entity` or `entity/project`.
async fn within(session: &Session, path: &str) -> Result<Within, domain::Error> {
    Ok(match path.contains('/') {
        true => Within::Project(session.allow::<Read, Project>(&path.parse::<ProjectPath>()?).await?),
        false => Within::Entity(session.allow::<Read, Entity>(&EntityPath(path.to_owned())).await?),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RotateKey {
    id: String,
    overlap_hours: Option<u32>,
}

async fn rotate_key(input: RotateKey, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("ApiKey", &input.id)?;
    let overlap = i64::from(input.overlap_hours.unwrap_or(24)) * 3600;
    let new = ctx.session.holder_of_key::<CreateKey>(id).await?.rotate_key(id, overlap).await?;
    Ok(Payload::new("RotateKeyPayload").with("key", access_key::payload(new.key)).with("secret", new.secret))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn revoke_key(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("ApiKey", &input.id)?;
    let account = ctx.session.holder_of_key::<RevokeKey>(id).await?;
    Ok(Payload::new("RevokeKeyPayload").with("key", access_key::payload(account.revoke_key(id).await?)))
}

#[derive(Deserialize)]
struct GenerateApiKey {
    description: Option<String>,
}

/// Here `name` is the whole secret, told this once.
async fn generate_api_key(input: GenerateApiKey, ctx: Ctx) -> Result<impl Output, Error> {
    let options = NewKeyOptions { name: input.description.unwrap_or_default(), ..NewKeyOptions::default() };
    let new = ctx.session.me::<CreateKey>().await?.create_key(options).await?;
    let key = Payload::new("ApiKey")
        .with("id", ids::encode("ApiKey", new.key.id))
        .with("name", new.secret)
        .with("description", new.key.name);
    Ok(Payload::new("GenerateApiKeyPayload").with("apiKey", key))
}

async fn delete_api_key(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("ApiKey", &input.id)?;
    ctx.session.holder_of_key::<RevokeKey>(id).await?.revoke_key(id).await?;
    Ok(Payload::new("DeleteApiKeyPayload").with("success", true))
}
