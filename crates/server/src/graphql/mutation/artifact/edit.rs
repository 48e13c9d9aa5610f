//! Editing and deleting versions.

use std::collections::BTreeMap;

use domain::artifacts::ArtifactChange;
use domain::model::CollectionPath;
use domain::policy::{Artifact, Collection, Delete, Update};
use serde::Deserialize;

use super::{AliasInput, TagInput, changed, path, readable, tags};
use crate::Error;
use crate::graphql::artifact::ArtifactNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("updateArtifact", update_artifact);
    r.mutation("addAliases", add_aliases);
    r.mutation("deleteAliases", delete_aliases);
    r.mutation("deleteArtifact", delete_artifact);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateArtifact {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    description: Option<String>,
    metadata: Option<String>,
    labels: Option<String>,
    ttl_duration_seconds: Option<i64>,
    tags_to_add: Option<Vec<TagInput>>,
    tags_to_delete: Option<Vec<TagInput>>,
    aliases: Option<Vec<AliasInput>>,
}

async fn update_artifact(input: UpdateArtifact, ctx: Ctx) -> Result<impl Output, Error> {
    let artifact = changed(&ctx, &input.artifact_id).await?;
    let own = artifact.resource().collection.clone();
    let aliases = input
        .aliases
        .map(|all| all.into_iter().filter(|a| a.artifact_collection_name == own).map(|a| a.alias).collect());
    let change = ArtifactChange {
        description: input.description,
        metadata: input.metadata,
        labels: input.labels,
        ttl_seconds: input.ttl_duration_seconds,
        add_tags: tags(input.tags_to_add),
        delete_tags: tags(input.tags_to_delete),
        aliases,
    };
    Ok(Payload::new("UpdateArtifactPayload").with("artifact", ArtifactNode::new(artifact.edit(change).await?)))
}

#[derive(Deserialize)]
struct Aliases {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    aliases: Vec<CollectionAlias>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CollectionAlias {
    entity_name: String,
    project_name: String,
    artifact_collection_name: String,
    alias: String,
}

/// The aliases by collection.
fn by_collection(aliases: Vec<CollectionAlias>) -> Vec<(CollectionPath, Vec<String>)> {
    let mut all: BTreeMap<String, (CollectionPath, Vec<String>)> = BTreeMap::new();
    for one in aliases {
        let path = CollectionPath::new(one.entity_name, one.project_name, one.artifact_collection_name);
        all.entry(path.to_string()).or_insert_with(|| (path, Vec::new())).1.push(one.alias);
    }
    all.into_values().collect()
}

async fn add_aliases(input: Aliases, ctx: Ctx) -> Result<impl Output, Error> {
    for (path, aliases) in by_collection(input.aliases) {
        let collection = ctx.session.allow::<Update, Collection>(&path).await?;
        let artifact = readable(&ctx, &input.artifact_id).await?;
        collection.add_aliases(artifact.row.artifact_id, &aliases).await?;
    }
    Ok(Payload::new("AddAliasesPayload").with("success", true))
}

async fn delete_aliases(input: Aliases, ctx: Ctx) -> Result<impl Output, Error> {
    for (path, aliases) in by_collection(input.aliases) {
        let collection = ctx.session.allow::<Update, Collection>(&path).await?;
        let artifact = readable(&ctx, &input.artifact_id).await?;
        collection.delete_aliases(artifact.row.artifact_id, &aliases).await?;
    }
    Ok(Payload::new("DeleteAliasesPayload").with("success", true))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteArtifact {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    delete_aliases: Option<bool>,
}

async fn delete_artifact(input: DeleteArtifact, ctx: Ctx) -> Result<impl Output, Error> {
    let artifact = ctx.session.allow::<Delete, Artifact>(&path(&ctx, &input.artifact_id).await?).await?;
    let mut before = readable(&ctx, &input.artifact_id).await?;
    artifact.delete(input.delete_aliases.unwrap_or_default()).await?;
    "DELETED".clone_into(&mut before.row.state);
    Ok(Payload::new("DeleteArtifactPayload").with("artifact", ArtifactNode::new(before)))
}
