//! Beginning, committing and using artifacts.

use domain::Problem;
use domain::artifacts::NewArtifact;
use domain::model::{ProjectPath, RunPath};
use domain::policy::{LogArtifact, Place, Run, Update};
use serde::Deserialize;

use super::{AliasInput, TagInput, changed, readable, tags};
use crate::Error;
use crate::graphql::artifact::ArtifactNode;
use crate::graphql::project::default_entity;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createArtifact", create_artifact);
    r.mutation("commitArtifact", commit_artifact);
    r.mutation("useArtifact", use_artifact);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateArtifact {
    entity_name: Option<String>,
    project_name: Option<String>,
    run_name: Option<String>,
    artifact_type_name: String,
    artifact_collection_name: Option<String>,
    artifact_collection_names: Option<Vec<String>>,
    digest: String,
    digest_algorithm: Option<String>,
    description: Option<String>,
    metadata: Option<String>,
    labels: Option<String>,
    aliases: Option<Vec<AliasInput>>,
    tags: Option<Vec<TagInput>>,
    ttl_duration_seconds: Option<i64>,
    history_step: Option<i64>,
    #[serde(rename = "clientID")]
    client_id: Option<String>,
    #[serde(rename = "sequenceClientID")]
    sequence_client_id: Option<String>,
    #[serde(rename = "distributedID")]
    distributed_id: Option<String>,
    enable_digest_deduplication: Option<bool>,
}

async fn create_artifact(input: CreateArtifact, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, input.entity_name);
    let path = ProjectPath::new(entity, input.project_name.unwrap_or_default());
    let place = ctx.session.allow::<LogArtifact, Place>(&path.place()).await?;
    if let Some(algorithm) = input.digest_algorithm.filter(|name| name != "MANIFEST_MD5") {
        return Err(domain::Error::Invalid(Problem::DigestAlgorithm { algorithm }).into());
    }
    let collection = input
        .artifact_collection_name
        .or_else(|| input.artifact_collection_names?.into_iter().next())
        .unwrap_or_default();
    let aliases = input.aliases.unwrap_or_default().into_iter();
    let aliases = aliases.filter(|a| a.artifact_collection_name == collection).map(|a| a.alias).collect();
    let new = NewArtifact {
        aliases,
        collection,
        type_name: input.artifact_type_name,
        digest: input.digest,
        run: input.run_name,
        description: input.description,
        metadata: input.metadata,
        labels: input.labels,
        tags: tags(input.tags),
        ttl_seconds: input.ttl_duration_seconds,
        history_step: input.history_step,
        client_id: input.client_id,
        sequence_client_id: input.sequence_client_id,
        distributed_id: input.distributed_id,
        // Clients that do not know the word count on it.
        deduplicate: input.enable_digest_deduplication.unwrap_or(true),
    };
    let created = place.create_artifact(new).await?;
    Ok(Payload::new("CreateArtifactPayload").with("artifact", ArtifactNode::new(created.artifact)))
}

#[derive(Deserialize)]
struct ById {
    #[serde(rename = "artifactID")]
    artifact_id: String,
}

async fn commit_artifact(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let committed = changed(&ctx, &input.artifact_id).await?.commit().await?;
    Ok(Payload::new("CommitArtifactPayload").with("artifact", ArtifactNode::new(committed)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UseArtifact {
    entity_name: String,
    project_name: String,
    run_name: String,
    #[serde(rename = "artifactID")]
    artifact_id: String,
    used_as: Option<String>,
}

async fn use_artifact(input: UseArtifact, ctx: Ctx) -> Result<impl Output, Error> {
    let path = RunPath::new(input.entity_name, input.project_name, input.run_name);
    let run = ctx.session.allow::<Update, Run>(&path).await?;
    let artifact = readable(&ctx, &input.artifact_id).await?;
    run.use_artifact(&artifact, input.used_as.as_deref()).await?;
    Ok(Payload::new("UseArtifactPayload").with("artifact", ArtifactNode::new(artifact)))
}
