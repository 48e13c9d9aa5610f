//! The types `Artifact`, `ArtifactCollection`, `ArtifactCollectionMembership`, `ArtifactType`.

mod collection;
mod fields;
mod files;
mod lineage;
mod membership;
mod of_project;

pub use of_project::TypeNode;

use std::sync::Arc;

use domain::artifacts::{ArtifactVersion, CollectionKind, CollectionRow, Deletion, decode_artifact_id};
use domain::policy::{Allowed, Project, Read};

use super::engine::Resolved;
use super::{Ctx, Node, Output, Payload, Resolvers, ids};
use crate::Error;

/// An artifact that the caller may read.
pub struct ArtifactNode(pub Arc<ArtifactVersion>);

impl ArtifactNode {
    /// The artifact behind a version.
    pub fn new(version: ArtifactVersion) -> Self {
        Self(Arc::new(version))
    }
}

impl Node for ArtifactNode {
    const TYPE: &'static str = "Artifact";
}

/// The same as a version of one collection.
pub struct MembershipNode(Arc<ArtifactVersion>);

impl MembershipNode {
    /// The membership.
    pub fn new(version: ArtifactVersion) -> Self {
        Self(Arc::new(version))
    }
}

impl Node for MembershipNode {
    const TYPE: &'static str = "ArtifactCollectionMembership";
}

/// A collection with its project.
pub struct InProject {
    project: Allowed<Read, Project>,
    row: CollectionRow,
}

struct SequenceNode(InProject);

impl Node for SequenceNode {
    const TYPE: &'static str = "ArtifactSequence";
}

struct PortfolioNode(InProject);

impl Node for PortfolioNode {
    const TYPE: &'static str = "ArtifactPortfolio";
}

/// A collection as the type that it is.
pub fn collection(project: Allowed<Read, Project>, row: CollectionRow) -> Resolved {
    let kind = row.kind();
    let inside = InProject { project, row };
    match kind {
        CollectionKind::Sequence => SequenceNode(inside).into_resolved(),
        CollectionKind::Portfolio => PortfolioNode(inside).into_resolved(),
    }
}

/// The type `ArtifactDeletion`.
fn deletion(deletion: Deletion, ctx: &Ctx) -> Payload {
    let reason = deletion.obstacle.map(|error| Error::from(error).answer(&ctx.voice()).message);
    Payload::new("ArtifactDeletion")
        .with("versions", deletion.versions)
        .with("bytes", deletion.bytes as f64)
        .with("aliases", deletion.aliases)
        .with("links", deletion.links)
        .with("usedBy", deletion.used_by)
        .with("permission", Payload::new("Permission").with("allowed", reason.is_none()).with("reason", reason))
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    fields::register(r);
    files::register(r);
    lineage::register(r);
    membership::register(r);
    collection::register(r);
    of_project::register(r);
}

/// Null when there is none that the caller may see.
pub async fn by_id(ctx: &Ctx, id: &str) -> Result<Option<ArtifactNode>, Error> {
    match decode_artifact_id(id) {
        Some(id) => Ok(ctx.session.artifact(id).await?.map(ArtifactNode::new)),
        None => Ok(None),
    }
}

/// Null when there is none that the caller may see.
pub async fn collection_by_id(ctx: &Ctx, id: &str) -> Result<Option<Resolved>, Error> {
    let Ok(id) = ids::decode_number(COLLECTION, id) else { return Ok(None) };
    let Some((path, _)) = ctx.session.collection_path(id).await? else { return Ok(None) };
    let project = ctx.session.allow::<Read, Project>(&path.project()).await?;
    let row = project.artifact_collection(&path.collection).await?;
    Ok(row.map(|row| collection(project, row)))
}

/// What a collection's id begins with.
pub const COLLECTION: &str = "ArtifactCollection";
