//! What this release does not store yet. Who may not do it is told so first: the reason stays true when it is stored.

use domain::model::ProjectPath;
use domain::policy::{LogArtifact, Place};
use serde::Deserialize;

use crate::Error;
use crate::graphql::project::default_entity;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

/// The field below, which is answered but not offered.
pub const FIELDS: [&str; 1] = ["createArtifact"];

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createArtifact", create_artifact);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct At {
    entity_name: Option<String>,
    project_name: Option<String>,
}

async fn create_artifact(at: At, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, at.entity_name);
    let path = ProjectPath::new(entity, at.project_name.unwrap_or_default());
    ctx.session.allow::<LogArtifact, Place>(&path.place()).await?;
    Err::<Option<Payload>, _>(Error::NotOffered("createArtifact".to_owned()))
}
