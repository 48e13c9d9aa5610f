//! The types `ArtifactSequence` and `ArtifactPortfolio`, which have the same fields but two.

use std::sync::Arc;

use domain::artifacts::{ArtifactVersion, VersionQuery};
use domain::rfc3339;
use serde::Deserialize;

use super::{ArtifactNode, COLLECTION, InProject, MembershipNode, PortfolioNode, SequenceNode, fields};
use crate::Error;
use crate::graphql::project::ProjectNode;
use crate::graphql::{Connection, NoArgs, Node, Output, Page, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    both::<SequenceNode>(r, |n| &n.0);
    both::<PortfolioNode>(r, |n| &n.0);
    r.object::<SequenceNode>()
        .get("digestAlgorithm", |_| "MANIFEST_MD5")
        .field("latestArtifact", |n, _: NoArgs, _| async move {
            Ok(n.0.project.latest(n.0.row.id).await?.map(ArtifactNode::new))
        });
}

fn both<N: Node>(r: &mut Resolvers, of: fn(&N) -> &InProject) {
    r.object::<N>()
        .get("id", move |n| ids::encode(COLLECTION, of(n).row.id))
        .get("name", move |n| of(n).row.name.clone())
        .get("description", move |n| of(n).row.description.clone())
        .get("state", |_| "READY")
        .get("ttlDurationSeconds", move |n| of(n).row.ttl_seconds)
        .field("deletion", move |n: Arc<N>, _: NoArgs, ctx| async move {
            Ok(super::deletion(of(&n).project.collection_deletion(&of(&n).row).await?, &ctx))
        })
        .get("createdAt", move |n| rfc3339(of(n).row.created_at))
        .get("updatedAt", move |n| rfc3339(of(n).row.updated_at))
        .get("project", move |n| ProjectNode(of(n).project.clone()))
        .get("defaultArtifactType", move |n| {
            let InProject { project, row } = of(n);
            super::of_project::TypeNode::named(project.clone(), &row.type_name, row.created_at)
        })
        .field("tags", move |n: Arc<N>, _: NoArgs, _| async move {
            let tags = of(&n).project.collection_tags(of(&n).row.id).await?;
            Ok(Connection::whole(tags.into_iter().map(fields::tag)))
        })
        .field("aliases", move |n: Arc<N>, page: Page, _| async move { aliases(of(&n), &page).await })
        .field("artifacts", move |n: Arc<N>, args: Artifacts, _| async move { artifacts(of(&n), args).await })
        .field("artifactMembership", move |n: Arc<N>, args: AliasName, _| async move {
            let InProject { project, row } = of(&n);
            Ok(project.member(row, &args.alias_name).await?.map(MembershipNode::new))
        });
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AliasName {
    alias_name: String,
}

async fn aliases(c: &InProject, page: &Page) -> Result<Connection<Payload>, Error> {
    let all = c.project.collection_aliases(c.row.id).await?;
    Ok(page.of(all.into_iter().map(|alias| fields::alias(c.project.clone(), alias)).collect()))
}

#[derive(Deserialize)]
struct Artifacts {
    filters: Option<String>,
    order: Option<String>,
    #[serde(flatten)]
    page: Page,
}

/// Edges have the number of the version in this collection beside it.
async fn artifacts(c: &InProject, args: Artifacts) -> Result<Payload, Error> {
    let query = VersionQuery { filters: args.filters, order: args.order };
    let all: Vec<ArtifactVersion> = c.project.artifact_versions(c.row.id, query).await?;
    let page = args.page.of(all.into_iter().map(Version).collect());
    let total = page.total;
    let edges: Vec<_> = page
        .items
        .iter()
        .map(|(cursor, Version(v))| {
            Payload::new("VersionedArtifactEdge")
                .with("cursor", cursor.as_str())
                .with("version", v.row.version.map(|n| format!("v{n}")).unwrap_or_default())
                .with("node", ArtifactNode::new(v.clone()))
        })
        .collect();
    let end = page.items.last().map(|(cursor, _)| cursor.clone());
    let info = Payload::new("PageInfo").with("endCursor", end).with("hasNextPage", page.has_next_page);
    Ok(Payload::new("VersionedArtifactConnection")
        .with("edges", edges)
        .with("pageInfo", info)
        .with("totalCount", total))
}

/// A version on its way into an edge.
struct Version(ArtifactVersion);

impl Output for Version {
    fn into_resolved(self) -> crate::graphql::Resolved {
        ArtifactNode::new(self.0).into_resolved()
    }
}
