//! Artifacts: the write path, and edits.

mod collection;
mod create;
mod edit;
mod files;
mod link;
mod manifest;

use domain::Thing;
use domain::artifacts::{ArtifactVersion, decode_artifact_id};
use domain::model::ArtifactPath;
use domain::policy::{Allowed, Artifact, Update};
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    create::register(r);
    manifest::register(r);
    files::register(r);
    edit::register(r);
    collection::register(r);
    link::register(r);
}

/// Where the artifact with this id is. For whoever may not see it, it is not there.
async fn path(ctx: &Ctx, id: &str) -> Result<ArtifactPath, Error> {
    let found = match decode_artifact_id(id) {
        Some(number) => ctx.session.artifact_path(number).await?,
        None => None,
    };
    found.ok_or_else(|| domain::Error::not_found(Thing::Artifact, id).into())
}

/// The artifact with this id, for a change.
async fn changed(ctx: &Ctx, id: &str) -> Result<Allowed<Update, Artifact>, Error> {
    Ok(ctx.session.allow::<Update, Artifact>(&path(ctx, id).await?).await?)
}

/// The artifact with this id, as it can be read.
async fn readable(ctx: &Ctx, id: &str) -> Result<ArtifactVersion, Error> {
    let found = match decode_artifact_id(id) {
        Some(number) => ctx.session.artifact(number).await?,
        None => None,
    };
    found.ok_or_else(|| domain::Error::not_found(Thing::Artifact, id).into())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagInput {
    tag_name: String,
}

fn tags(given: Option<Vec<TagInput>>) -> Vec<String> {
    given.unwrap_or_default().into_iter().map(|tag| tag.tag_name).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AliasInput {
    artifact_collection_name: String,
    alias: String,
}
