//! Artifacts of a project: types, collections, versions by name.

use std::sync::Arc;

use domain::artifacts::{ArtifactType, CollectionKind, CollectionQuery, TypeSummary};
use domain::policy::{Allowed, Project, Read};
use domain::{Micros, rfc3339};
use serde::Deserialize;

use super::{ArtifactNode, InProject, MembershipNode, SequenceNode, collection};
use crate::Error;
use crate::graphql::project::ProjectNode;
use crate::graphql::{Ctx, Node, Output, Page, Payload, Resolvers, ids};

/// A type of a project.
pub struct TypeNode {
    project: Allowed<Read, Project>,
    /// None where only the name is known.
    row: Option<ArtifactType>,
    name: String,
    created_at: Micros,
}

impl Node for TypeNode {
    const TYPE: &'static str = "ArtifactType";
}

impl TypeNode {
    /// A type of which only the name is known.
    pub fn named(project: Allowed<Read, Project>, name: &str, created_at: Micros) -> Self {
        Self { project, row: None, name: name.to_owned(), created_at }
    }

    /// A type with its row.
    pub fn new(project: Allowed<Read, Project>, row: ArtifactType) -> Self {
        Self { project, name: row.name.clone(), created_at: row.created_at, row: Some(row) }
    }

    /// Names are unique in a project, so that name and project are the id.
    fn id(&self) -> String {
        ids::encode("ArtifactType", format_args!("{}:{}", self.project.resource().id, self.name))
    }
}

pub(super) fn register(r: &mut Resolvers) {
    r.object::<TypeNode>()
        .get("id", TypeNode::id)
        .get("name", |t| t.name.clone())
        .get("description", |t| t.row.as_ref().and_then(|row| row.description.clone()))
        .get("createdAt", |t| rfc3339(t.created_at))
        .get("project", |t| ProjectNode(t.project.clone()))
        .field("artifactCollection", |t, args: Name, _| async move {
            let found = t.project.artifact_collection(&args.name).await?.filter(|row| row.type_name == t.name);
            Ok(found.map(|row| collection(t.project.clone(), row)))
        })
        .field("artifact", |t, args: Name, _| async move {
            let found = t.project.artifact(&args.name).await?;
            Ok(found.filter(|version| version.row.collection.type_name == t.name).map(ArtifactNode::new))
        })
        .field("artifactSequence", |t, args: Name, _| async move {
            let found = t.project.artifact_collection(&args.name).await?.filter(|row| row.type_name == t.name);
            let row = found.filter(|row| row.kind() == CollectionKind::Sequence);
            Ok(row.map(|row| SequenceNode(InProject { project: t.project.clone(), row })))
        })
        .field("artifactCollections", |t, args: Collections, _| async move {
            collections(&t.project, Some(t.name.clone()), args).await
        });
    r.object::<ProjectNode>()
        .field("artifact", |p, args: Name, _| async move { Ok(p.0.artifact(&args.name).await?.map(ArtifactNode::new)) })
        .field("artifactCollectionMembership", |p, args: Name, _| async move {
            Ok(p.0.artifact(&args.name).await?.map(MembershipNode::new))
        })
        .field("artifactCollection", |p, args: Name, _| async move {
            Ok(p.0.artifact_collection(&args.name).await?.map(|row| collection(p.0.clone(), row)))
        })
        .field("artifactCollections", |p, args: Collections, _| async move { collections(&p.0, None, args).await })
        .field("artifactType", |p, args: Name, _| async move {
            Ok(p.0.artifact_type(&args.name).await?.map(|row| TypeNode::new(p.0.clone(), row)))
        })
        .field("artifactTypes", |p, args: Types, _| async move {
            let all = p.0.artifact_types(args.include_all.unwrap_or_default()).await?;
            Ok(args.page.of(all.into_iter().map(|row| TypeNode::new(p.0.clone(), row)).collect()))
        })
        .field("artifactTypeSummaries", summaries);
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Types {
    include_all: Option<bool>,
    #[serde(flatten)]
    page: Page,
}

#[derive(Deserialize)]
struct Collections {
    filters: Option<String>,
    order: Option<String>,
    #[serde(flatten)]
    page: Page,
}

async fn collections(
    project: &Allowed<Read, Project>,
    type_name: Option<String>,
    args: Collections,
) -> Result<impl Output + use<>, Error> {
    let query = CollectionQuery { type_name, filters: args.filters, order: args.order };
    let all = project.artifact_collections(query).await?;
    Ok(args.page.of(all.into_iter().map(|row| collection(project.clone(), row)).collect()))
}

#[derive(Deserialize)]
struct Hidden {
    hidden: Option<bool>,
}

async fn summaries(p: Arc<ProjectNode>, args: Hidden, _: Ctx) -> Result<impl Output, Error> {
    let one = |summary: TypeSummary| {
        Payload::new("ArtifactTypeSummary")
            .with("name", summary.name)
            .with("collections", summary.collections)
            .with("versions", summary.versions)
            .with("bytes", summary.bytes as f64)
    };
    let all = p.0.artifact_type_summaries(args.hidden.unwrap_or_default()).await?;
    Ok(all.into_iter().map(one).collect::<Vec<_>>())
}
