//! Links that show a report: the vendor's access tokens.

use std::sync::Arc;

use domain::model::ProjectPath;
use domain::policy::{Allowed, Project, Read, Update, View};
use domain::rfc3339;
use domain::views::AccessToken;
use serde::Deserialize;

use super::{ViewNode, find};
use crate::Error;
use crate::graphql::project::ProjectNode;
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createAccessToken", create);
    r.mutation("updateAccessTokenProjects", change);
    r.mutation("revokeAccessToken", revoke);
    r.object::<ViewNode>().field("accessTokens", tokens);
}

/// None for those who may not change the report.
async fn tokens(v: Arc<ViewNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    if !v.may_change(&ctx).await? {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for token in ctx.session.allow::<Update, View>(&v.path()).await?.access_tokens().await? {
        all.push(payload(token, &ctx).await?);
    }
    Ok(all)
}

/// Projects that the caller may not read are left out.
async fn payload(token: AccessToken, ctx: &Ctx) -> Result<Payload, Error> {
    let mut projects = Vec::new();
    for path in &token.projects {
        match ctx.session.allow::<Read, Project>(path).await {
            Ok(project) => projects.push(ProjectNode(project)),
            Err(domain::Error::Denied(_)) => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(Payload::new("AccessToken")
        .with("token", token.token)
        .with("type", "PUBLIC")
        .with("revokedAt", token.revoked_at.map(rfc3339))
        .with("projects", projects))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Specifier {
    entity_name: String,
    project_name: String,
}

/// A link opens what its maker may read.
async fn readable(ctx: &Ctx, projects: Vec<Specifier>) -> Result<Vec<Allowed<Read, Project>>, Error> {
    let mut allowed = Vec::new();
    for project in projects {
        let path = ProjectPath::new(project.entity_name, project.project_name);
        allowed.push(ctx.session.allow::<Read, Project>(&path).await?);
    }
    Ok(allowed)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    view_id: String,
    projects: Vec<Specifier>,
}

async fn create(input: Create, ctx: Ctx) -> Result<impl Output, Error> {
    let path = find(&ctx, &input.view_id).await?;
    let view = ctx.session.allow::<Update, View>(&path).await?;
    // The report's own project is where it is read.
    let own = Specifier { entity_name: path.entity, project_name: path.project };
    let projects = readable(&ctx, input.projects.into_iter().chain([own]).collect()).await?;
    let token = view.create_access_token(&projects).await?;
    Ok(Payload::new("CreateAccessTokenPayload").with("accessToken", payload(token, &ctx).await?))
}

#[derive(Deserialize)]
struct Change {
    token: String,
    projects: Vec<Specifier>,
}

async fn change(input: Change, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ctx.session.access_token_view(&input.token).await?;
    let view = ctx.session.allow::<Update, View>(&path).await?;
    let own = Specifier { entity_name: path.entity, project_name: path.project };
    let projects = readable(&ctx, input.projects.into_iter().chain([own]).collect()).await?;
    view.share_projects(&input.token, &projects).await?;
    Ok(Payload::new("UpdateAccessTokenProjectsPayload").with("success", true))
}

#[derive(Deserialize)]
struct Revoke {
    token: String,
}

async fn revoke(input: Revoke, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ctx.session.access_token_view(&input.token).await?;
    ctx.session.allow::<Update, View>(&path).await?.revoke_access_token(&input.token).await?;
    Ok(Payload::new("RevokeAccessTokenPayload").with("success", true))
}
