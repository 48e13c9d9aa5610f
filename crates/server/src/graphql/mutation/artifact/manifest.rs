//! Manifests on their way in.

use domain::Thing;
use domain::artifacts::{ManifestUpload, NewManifest, decode_artifact_id};
use domain::policy::{Artifact, Update};
use serde::Deserialize;

use super::changed;
use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createArtifactManifest", create_manifest);
    r.mutation("updateArtifactManifest", update_manifest);
}

const ID: &str = "ArtifactManifestUpload";

fn manifest(of: &ManifestUpload) -> Payload {
    let file = Payload::new("File")
        .with("id", ids::encode("ArtifactManifestFile", of.id))
        .with("name", "wandb_manifest.json")
        .with("displayName", "wandb_manifest.json")
        .with("sizeBytes", 0_i64)
        .with("directUrl", of.url.clone())
        .with("uploadUrl", of.url.clone())
        .with("uploadHeaders", Vec::<String>::new());
    Payload::new("ArtifactManifest").with("id", ids::encode(ID, of.id)).with("file", file)
}

#[derive(Deserialize)]
struct CreateManifest {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    #[serde(rename = "baseArtifactID")]
    base_artifact_id: Option<String>,
    name: String,
    digest: String,
    #[serde(rename = "type")]
    kind: Option<String>,
}

async fn create_manifest(input: CreateManifest, ctx: Ctx) -> Result<impl Output, Error> {
    let artifact = changed(&ctx, &input.artifact_id).await?;
    let base = input.base_artifact_id.as_deref().and_then(decode_artifact_id);
    let new = NewManifest {
        name: input.name,
        kind: input.kind.as_deref().unwrap_or("FULL").parse()?,
        digest: input.digest,
        base,
    };
    let upload = artifact.create_manifest(new).await?;
    Ok(Payload::new("CreateArtifactManifestPayload").with("artifactManifest", manifest(&upload)))
}

#[derive(Deserialize)]
struct UpdateManifest {
    #[serde(rename = "artifactManifestID")]
    artifact_manifest_id: String,
    #[serde(rename = "baseArtifactID")]
    base_artifact_id: Option<String>,
    digest: Option<String>,
}

async fn update_manifest(input: UpdateManifest, ctx: Ctx) -> Result<impl Output, Error> {
    let gone = || Error::from(domain::Error::not_found(Thing::Manifest, input.artifact_manifest_id.clone()));
    let id = ids::decode_number(ID, &input.artifact_manifest_id).map_err(|_| gone())?;
    let path = ctx.session.manifest_artifact(id).await?.ok_or_else(gone)?;
    let artifact = ctx.session.allow::<Update, Artifact>(&path).await?;
    let base = input.base_artifact_id.as_deref().and_then(decode_artifact_id);
    let upload = artifact.update_manifest(id, input.digest, base).await?;
    Ok(Payload::new("UpdateArtifactManifestPayload").with("artifactManifest", manifest(&upload)))
}
