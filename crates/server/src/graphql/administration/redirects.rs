//! Names that lead elsewhere.

use std::sync::Arc;

use domain::redirects::Redirect;
use domain::rfc3339;
use serde::Deserialize;

use super::Administration;
use crate::Error;
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<Administration>().field("redirects", list);
    r.mutation("createRedirect", create);
    r.mutation("deleteRedirect", delete);
}

async fn list(org: Arc<Administration>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let payload = |redirect: Redirect| {
        Payload::new("Redirect")
            .with("id", ids::encode("Redirect", redirect.id))
            .with("pattern", redirect.pattern)
            .with("target", redirect.target)
            .with("origin", redirect.origin)
            .with("createdBy", redirect.created_by)
            .with("createdAt", rfc3339(redirect.created_at))
    };
    Ok(org.0.redirects().await?.into_iter().map(payload).collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct Create {
    pattern: String,
    target: String,
}

async fn create(input: Create, ctx: Ctx) -> Result<impl Output, Error> {
    let org = Administration::load(&ctx).await?;
    org.0.create_redirect(&input.pattern, &input.target).await?;
    Ok(Payload::new("CreateRedirectPayload").with("administration", org))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn delete(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let org = Administration::load(&ctx).await?;
    org.0.delete_redirect(ids::decode_number("Redirect", &input.id)?).await?;
    Ok(Payload::new("DeleteRedirectPayload").with("administration", org))
}
