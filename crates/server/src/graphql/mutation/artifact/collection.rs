//! Editing and deleting collections.

use domain::Thing;
use domain::artifacts::CollectionChange;
use domain::model::CollectionPath;
use domain::policy::{Collection, Delete, Update};
use serde::Deserialize;

use super::{TagInput, tags};
use crate::Error;
use crate::graphql::artifact::{COLLECTION, collection_by_id};
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("updateArtifactSequence", |input: UpdateSequence, ctx| async move {
        update(&ctx, "UpdateArtifactSequencePayload", &input.id, input.change).await
    });
    r.mutation("updateArtifactPortfolio", |input: UpdatePortfolio, ctx| async move {
        update(&ctx, "UpdateArtifactPortfolioPayload", &input.id, input.change).await
    });
    r.mutation("deleteArtifactSequence", |input: BySequence, ctx| async move {
        delete(&ctx, "DeleteArtifactSequencePayload", "ArtifactSequence", &input.id).await
    });
    r.mutation("deleteArtifactPortfolio", |input: ByPortfolio, ctx| async move {
        delete(&ctx, "DeleteArtifactPortfolioPayload", "ArtifactPortfolio", &input.id).await
    });
    r.mutation("moveArtifactSequence", change_type);
    r.mutation("setArtifactTtl", set_ttl);
    r.mutation("createArtifactCollectionTagAssignments", add_tags);
    r.mutation("deleteArtifactCollectionTagAssignments", delete_tags);
}

#[derive(Deserialize)]
struct Change {
    name: Option<String>,
    description: Option<String>,
}

#[derive(Deserialize)]
struct UpdateSequence {
    #[serde(rename = "artifactSequenceID")]
    id: String,
    #[serde(flatten)]
    change: Change,
}

#[derive(Deserialize)]
struct UpdatePortfolio {
    #[serde(rename = "artifactPortfolioID")]
    id: String,
    #[serde(flatten)]
    change: Change,
}

#[derive(Deserialize)]
struct BySequence {
    #[serde(rename = "artifactSequenceID")]
    id: String,
}

#[derive(Deserialize)]
struct ByPortfolio {
    #[serde(rename = "artifactPortfolioID")]
    id: String,
}

/// Where the collection with this id is. For whoever may not see it, it is not there.
pub(super) async fn path(ctx: &Ctx, id: &str) -> Result<CollectionPath, Error> {
    let found = match ids::decode_number(COLLECTION, id) {
        Ok(number) => ctx.session.collection_path(number).await?,
        Err(_) => None,
    };
    Ok(found.ok_or_else(|| domain::Error::not_found(Thing::Collection, id))?.0)
}

async fn update(ctx: &Ctx, payload: &'static str, id: &str, change: Change) -> Result<Payload, Error> {
    let collection = ctx.session.allow::<Update, Collection>(&path(ctx, id).await?).await?;
    collection.edit(CollectionChange { name: change.name, description: change.description }).await?;
    Ok(Payload::new(payload).with("artifactCollection", collection_by_id(ctx, id).await?))
}

async fn delete(ctx: &Ctx, payload: &'static str, kind: &'static str, id: &str) -> Result<Payload, Error> {
    ctx.session.allow::<Delete, Collection>(&path(ctx, id).await?).await?.delete().await?;
    let gone = Payload::new(kind).with("id", id.to_owned()).with("state", "DELETED");
    Ok(Payload::new(payload).with("artifactCollection", gone))
}

#[derive(Deserialize)]
struct SetTtl {
    #[serde(rename = "collectionID")]
    id: String,
    seconds: Option<i64>,
}

async fn set_ttl(input: SetTtl, ctx: Ctx) -> Result<impl Output, Error> {
    let collection = ctx.session.allow::<Update, Collection>(&path(&ctx, &input.id).await?).await?;
    collection.set_ttl(input.seconds).await?;
    let changed = collection_by_id(&ctx, &input.id).await?;
    Ok(Payload::new("SetArtifactTtlPayload").with("artifactCollection", changed))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeType {
    #[serde(rename = "artifactSequenceID")]
    id: String,
    destination_artifact_type_name: String,
}

async fn change_type(input: ChangeType, ctx: Ctx) -> Result<impl Output, Error> {
    let collection = ctx.session.allow::<Update, Collection>(&path(&ctx, &input.id).await?).await?;
    collection.change_type(&input.destination_artifact_type_name).await?;
    let changed = collection_by_id(&ctx, &input.id).await?;
    Ok(Payload::new("MoveArtifactSequencePayload").with("artifactCollection", changed))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tags {
    entity_name: String,
    project_name: String,
    artifact_collection_name: String,
    tags: Vec<TagInput>,
}

async fn add_tags(input: Tags, ctx: Ctx) -> Result<impl Output, Error> {
    let path = CollectionPath::new(input.entity_name, input.project_name, input.artifact_collection_name);
    let tags = tags(Some(input.tags));
    ctx.session.allow::<Update, Collection>(&path).await?.add_tags(&tags).await?;
    let tag = |name: String| Payload::new("Tag").with("id", ids::encode("Tag", &name)).with("name", name);
    Ok(Payload::new("CreateArtifactCollectionTagAssignmentsPayload")
        .with("tags", tags.into_iter().map(tag).collect::<Vec<_>>()))
}

async fn delete_tags(input: Tags, ctx: Ctx) -> Result<impl Output, Error> {
    let path = CollectionPath::new(input.entity_name, input.project_name, input.artifact_collection_name);
    ctx.session.allow::<Update, Collection>(&path).await?.delete_tags(&tags(Some(input.tags))).await?;
    Ok(Payload::new("DeleteArtifactCollectionTagAssignmentsPayload").with("success", true))
}
