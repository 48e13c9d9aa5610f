//! What this release does not store yet. Who may not do it is told so first: the reason stays true when it is stored.

use domain::model::ProjectPath;
use domain::policy::{LogArtifact, On, Place, Sweep};
use serde::Deserialize;

use crate::Error;
use crate::graphql::project::default_entity;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

/// The fields below, which are answered but not offered.
pub const FIELDS: [&str; 2] = ["createArtifact", "upsertSweep"];

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createArtifact", |at: At, ctx| refuse::<LogArtifact>(at, ctx, "createArtifact"));
    r.mutation("upsertSweep", |at: At, ctx| refuse::<Sweep>(at, ctx, "upsertSweep"));
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct At {
    entity_name: Option<String>,
    project_name: Option<String>,
}

async fn refuse<A: On<Place>>(at: At, ctx: Ctx, field: &'static str) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, at.entity_name);
    let path = ProjectPath::new(entity, at.project_name.unwrap_or_default());
    ctx.session.allow::<A, Place>(&path.place()).await?;
    Err::<Option<Payload>, _>(Error::NotOffered(field.to_owned()))
}
