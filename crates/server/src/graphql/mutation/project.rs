//! Projects: `upsertModel` for the client, `updateProject` and `deleteProject` for the web app.

use domain::model::ProjectPath;
use domain::policy::{Create, Delete, Place, Project, Update};
use domain::projects::ProjectChange;
use serde::Deserialize;

use crate::Error;
use crate::graphql::project::{ProjectNode, default_entity};
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("upsertModel", upsert_model);
    r.mutation("updateProject", update_project);
    r.mutation("renameProject", rename_project);
    r.mutation("deleteProject", delete_project);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpsertModel {
    entity_name: Option<String>,
    name: Option<String>,
    description: Option<String>,
    access: Option<String>,
}

/// Idempotent: the same name answers the project that is there. `access` is free text for the client; one of our words
/// sets the visibility, any other leaves the default.
async fn upsert_model(input: UpsertModel, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, input.entity_name);
    let path = ProjectPath::new(entity, input.name.unwrap_or_default());
    let place = ctx.session.allow::<Create, Place>(&path.place()).await?;
    let visibility = input.access.and_then(|a| a.to_lowercase().parse().ok());
    let made = place.create_project(visibility, input.description.as_deref()).await?;
    Ok(Payload::new("UpsertModelPayload")
        .with("project", ProjectNode(made.project.clone()))
        .with("model", ProjectNode(made.project))
        .with("inserted", made.inserted))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateProject {
    entity_name: String,
    project_name: String,
    description: Option<String>,
    visibility: Option<String>,
}

async fn update_project(input: UpdateProject, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.project_name);
    let project = ctx.session.allow::<Update, Project>(&path).await?;
    let visibility = input.visibility.map(|v| v.parse()).transpose()?;
    project.edit(ProjectChange { description: input.description, visibility }).await?;
    Ok(Payload::new("UpdateProjectPayload").with("project", ProjectNode::changed(&ctx, path).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RenameProject {
    entity_name: String,
    old_project_name: String,
    new_project_name: String,
}

async fn rename_project(input: RenameProject, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.old_project_name);
    let path = ctx.session.allow::<Update, Project>(&path).await?.rename(&input.new_project_name).await?;
    Ok(Payload::new("RenameProjectPayload")
        .with("project", ProjectNode::changed(&ctx, path).await?)
        .with("inserted", false))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteProject {
    entity_name: String,
    project_name: String,
}

async fn delete_project(input: DeleteProject, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.project_name);
    ctx.session.allow::<Delete, Project>(&path).await?.delete().await?;
    Ok(Payload::new("DeleteProjectPayload").with("success", true))
}
