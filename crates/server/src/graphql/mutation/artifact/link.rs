//! Linking versions into portfolios.

use domain::Thing;
use domain::artifacts::LinkTarget;
use domain::model::{CollectionPath, ProjectPath};
use domain::policy::{Collection, LogArtifact, Place, Update};
use serde::Deserialize;

use super::{AliasInput, collection, readable};
use crate::Error;
use crate::graphql::artifact::MembershipNode;
use crate::graphql::project::default_entity;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("linkArtifact", link_artifact);
    r.mutation("unlinkArtifact", unlink_artifact);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkArtifact {
    #[serde(rename = "artifactID")]
    artifact_id: Option<String>,
    #[serde(rename = "clientID")]
    client_id: Option<String>,
    #[serde(rename = "artifactPortfolioID")]
    artifact_portfolio_id: Option<String>,
    artifact_portfolio_name: Option<String>,
    entity_name: Option<String>,
    project_name: Option<String>,
    aliases: Option<Vec<AliasInput>>,
}

/// Whoever may log to a project may link to it what they may read.
async fn link_artifact(input: LinkArtifact, ctx: Ctx) -> Result<impl Output, Error> {
    let at = match input.artifact_portfolio_id.as_deref().filter(|id| !id.is_empty()) {
        Some(id) if input.artifact_portfolio_name.is_none() => collection::path(&ctx, id).await?,
        _ => CollectionPath::new(
            default_entity(&ctx, input.entity_name),
            input.project_name.unwrap_or_default(),
            input.artifact_portfolio_name.unwrap_or_default(),
        ),
    };
    let path = ProjectPath::new(&at.entity, &at.project);
    let place = ctx.session.allow::<LogArtifact, Place>(&path.place()).await?;
    let given = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
    let artifact = match (given(&input.artifact_id), given(&input.client_id)) {
        (Some(id), _) => readable(&ctx, &id).await?,
        (None, client) => {
            let client = client.unwrap_or_default();
            let found = ctx.session.artifact_of_client(&client).await?;
            found.ok_or_else(|| domain::Error::not_found(Thing::Artifact, client))?
        }
    };
    let aliases = input.aliases.unwrap_or_default().into_iter().map(|alias| alias.alias).collect();
    let linked = place.link(&artifact, LinkTarget { collection: at.collection, aliases }).await?;
    Ok(Payload::new("LinkArtifactPayload")
        .with("versionIndex", linked.as_ref().and_then(|member| member.row.version))
        .with("artifactMembership", linked.map(MembershipNode::new)))
}

#[derive(Deserialize)]
struct Unlink {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    #[serde(rename = "artifactPortfolioID")]
    artifact_portfolio_id: String,
}

async fn unlink_artifact(input: Unlink, ctx: Ctx) -> Result<impl Output, Error> {
    let path = collection::path(&ctx, &input.artifact_portfolio_id).await?;
    let portfolio = ctx.session.allow::<Update, Collection>(&path).await?;
    let artifact = readable(&ctx, &input.artifact_id).await?;
    portfolio.unlink(artifact.row.artifact_id).await?;
    let done = Payload::new("UnlinkArtifactPayload").with("success", true);
    Ok(done.with("artifactID", input.artifact_id).with("clientMutationId", None::<String>))
}
