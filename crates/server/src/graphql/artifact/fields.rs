//! What is in an artifact's row, its tags and aliases.

use std::sync::Arc;

use domain::artifacts::{Alias, CollectionKind, encode_artifact_id};
use domain::policy::{Allowed, ClientVersion, Operation, Project, Read};
use domain::rfc3339;
use serde::Deserialize;

use super::{ArtifactNode, InProject, MembershipNode, SequenceNode, collection};
use crate::Error;
use crate::graphql::permission::{At, permission};
use crate::graphql::{Ctx, NoArgs, Output, Page, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ArtifactNode>()
        .get("id", |a| encode_artifact_id(a.0.row.artifact_id))
        .get("state", |a| a.0.row.state.clone())
        .get("digest", |a| a.0.row.digest.clone())
        .get("digestAlgorithm", |_| "MANIFEST_MD5")
        .get("commitHash", |_| None::<String>)
        .get("description", |a| a.0.row.description.clone())
        .get("metadata", |a| a.0.row.metadata.clone())
        .get("labels", |a| a.0.row.labels.clone())
        .get("size", |a| a.0.row.bytes)
        .get("fileCount", |a| a.0.row.file_count)
        .get("historyStep", |a| a.0.row.history_step)
        .get("versionIndex", |a| a.0.sequence_version())
        .get("createdAt", |a| rfc3339(a.0.row.created_at))
        .get("updatedAt", |a| rfc3339(a.0.row.updated_at))
        .get("ttlIsInherited", |a| a.0.row.ttl_seconds == INHERIT)
        .get("ttlDurationSeconds", |a| match a.0.row.ttl_seconds {
            INHERIT => a.0.row.source_ttl.unwrap_or(INHERIT),
            own => own,
        })
        .get("artifactType", |a| type_of(&a.0.project, &a.0.row.collection.type_name, a.0.row.created_at))
        .field("artifactSequence", sequence)
        .field("aliases", aliases)
        .field("tags", tags)
        .field("artifactMemberships", memberships)
        .field("path", |a, _: NoArgs, _| async move { Ok(path(&a)) })
        .field("deletion", |a, args: DeletionArgs, ctx| async move {
            Ok(super::deletion(a.0.deletion(args.delete_aliases.unwrap_or_default()).await?, &ctx))
        })
        .field("mayUpdate", |a, _: NoArgs, ctx| may(a, Operation::ArtifactUpdate, ctx))
        .field("mayDelete", |a, _: NoArgs, ctx| may(a, Operation::ArtifactDelete, ctx));
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeletionArgs {
    delete_aliases: Option<bool>,
}

/// The time to live is the collection's.
const INHERIT: i64 = -1;

/// The type of an artifact: its name is all that clients ask for here.
fn type_of(project: &Allowed<Read, Project>, name: &str, created_at: domain::Micros) -> super::of_project::TypeNode {
    super::of_project::TypeNode::named(project.clone(), name, created_at)
}

/// Its sequence, as far as the caller may know of it: else the collection through which it was found.
async fn sequence(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let version = &a.0;
    let project = version.sequence_project().clone();
    let mut row = version.row.collection.clone();
    if row.kind() == CollectionKind::Portfolio {
        match &version.source {
            Some(source) => {
                let found = source.artifact_collection(version.sequence_name()).await?;
                row = found.unwrap_or(row);
            }
            // Clients know an artifact by a sequence.
            None => row.name = version.sequence_name().to_owned(),
        }
    }
    Ok(SequenceNode(InProject { project, row }))
}

/// One alias with its collection.
pub(super) fn alias(project: Allowed<Read, Project>, alias: Alias) -> Payload {
    Payload::new("ArtifactAlias")
        .with("id", ids::encode("ArtifactAlias", alias.id))
        .with("alias", alias.alias)
        .with("artifactCollectionName", alias.collection.name.clone())
        .with("artifactCollection", collection(project, alias.collection))
}

/// The first client that knows a version's number from anywhere but its aliases.
const KNOWS_NUMBERS: ClientVersion = (0, 18, 0);

async fn aliases(a: Arc<ArtifactNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut all: Vec<_> = a.0.aliases().await?.into_iter().map(|(project, of)| alias(project, of)).collect();
    if ctx.hints.version.is_some_and(|version| version < KNOWS_NUMBERS) {
        for member in a.0.memberships().await? {
            let row = member.row;
            let Some(number) = row.version else { continue };
            let (id, membership_id) = (row.membership_id, row.membership_id);
            let of = Alias { id, alias: format!("v{number}"), membership_id, collection: row.collection };
            all.push(alias(member.project, of));
        }
    }
    Ok(all)
}

/// A tag; its text is its id.
pub(super) fn tag(name: String) -> Payload {
    Payload::new("Tag").with("id", ids::encode("Tag", &name)).with("name", name)
}

async fn tags(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(a.0.tags().await?.into_iter().map(tag).collect::<Vec<_>>())
}

async fn memberships(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(Page::default().of(a.0.memberships().await?.into_iter().map(MembershipNode::new).collect()))
}

fn path(a: &ArtifactNode) -> String {
    let project = a.0.sequence_project().resource().path();
    let version = a.0.sequence_version().map_or_else(|| a.0.row.artifact_id.to_string(), |v| format!("v{v}"));
    format!("{project}/{}:{version}", a.0.sequence_name())
}

async fn may(a: Arc<ArtifactNode>, operation: Operation, ctx: Ctx) -> Result<Payload, Error> {
    let project = a.0.sequence_project().resource().path();
    let version = a.0.sequence_version().map_or_else(|| a.0.row.artifact_id.to_string(), |v| format!("v{v}"));
    let artifact = format!("{}:{version}", a.0.sequence_name());
    let path = domain::model::ArtifactPath { entity: project.entity, project: project.project, artifact };
    permission(&ctx, operation, At::Artifact(&path)).await
}
