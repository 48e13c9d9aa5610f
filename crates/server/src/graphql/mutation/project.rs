//! Projects: `upsertModel` for the client, `updateProject` and `deleteProject` for the web app.

use domain::model::{ProjectPath, Visibility};
use domain::policy::{Create, Delete, Operation, Place, Project, Update};
use domain::projects::ProjectChange;
use domain::registry::RegistryDraft;
use domain::{Problem, Thing};
use serde::Deserialize;

use crate::Error;
use crate::graphql::project::{ProjectNode, default_entity};
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("upsertModel", upsert_model);
    r.mutation("updateProject", update_project);
    r.mutation("renameProject", rename_project);
    r.mutation("deleteProject", delete_project);
    r.mutation("deleteModel", delete_model);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpsertModel {
    entity_name: Option<String>,
    name: Option<String>,
    description: Option<String>,
    access: Option<String>,
    allow_all_artifact_types_in_registry: Option<bool>,
    artifact_types: Option<Vec<NamedType>>,
}

#[derive(Deserialize)]
struct NamedType {
    name: String,
}

/// Idempotent: the same name answers the project that is there. `access` is free text for the client; one of our words
/// sets the visibility, any other leaves the default.
async fn upsert_model(input: UpsertModel, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, input.entity_name.clone());
    let path = ProjectPath::new(entity, input.name.clone().unwrap_or_default());
    if ctx.session.user().is_some() && path.entity == ctx.session.organization().await? {
        return upsert_registry(input, path, &ctx).await;
    }
    let place = ctx.session.allow::<Create, Place>(&path.place()).await?;
    let visibility = input.access.and_then(|a| a.to_lowercase().parse().ok());
    let made = place.create_project(visibility, input.description.as_deref()).await?;
    Ok(Payload::new("UpsertModelPayload")
        .with("project", ProjectNode(made.project.clone()))
        .with("model", ProjectNode(made.project))
        .with("inserted", made.inserted))
}

/// Makes a registry, or changes the one that is there. Of the client's words for who reads it, PRIVATE is everybody here.
async fn upsert_registry(input: UpsertModel, path: ProjectPath, ctx: &Ctx) -> Result<Payload, Error> {
    let visibility = match input.access.as_deref() {
        Some("PRIVATE") => Some(Visibility::Team),
        Some("RESTRICTED") => Some(Visibility::Restricted),
        Some(other) => {
            return Err(domain::Error::Invalid(Problem::RegistryVisibility { visibility: other.into() }).into());
        }
        None => None,
    };
    let types = input.artifact_types.unwrap_or_default().into_iter().map(|one| one.name).collect();
    let all_types = input.allow_all_artifact_types_in_registry;
    let draft = RegistryDraft { description: input.description, visibility, all_types, types };
    let there = ctx.session.explain(Operation::ProjectRead, (path.entity.clone(), path.project.clone(), String::new()));
    let inserted = match there.await?.is_allowed() {
        true => {
            ctx.session.allow::<Update, Project>(&path).await?.edit_registry(draft).await?;
            false
        }
        false => ctx.session.allow::<Create, Place>(&path.place()).await?.create_registry(draft).await?.inserted,
    };
    let project = ProjectNode::changed(ctx, path).await?.map(std::sync::Arc::new);
    Ok(Payload::new("UpsertModelPayload")
        .with("project", project.clone())
        .with("model", project)
        .with("inserted", inserted))
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

#[derive(Deserialize)]
struct DeleteModel {
    id: String,
}

async fn delete_model(input: DeleteModel, ctx: Ctx) -> Result<impl Output, Error> {
    let path = project_path(&ctx, &input.id).await?;
    ctx.session.allow::<Delete, Project>(&path).await?.delete().await?;
    Ok(Payload::new("DeleteModelPayload").with("success", true))
}

/// Where the project with this id is. For whoever may not see it, it is not there.
pub(super) async fn project_path(ctx: &Ctx, id: &str) -> Result<ProjectPath, Error> {
    let found = match ids::decode_number("Project", id) {
        Ok(number) => ctx.session.project_path(number).await?,
        Err(_) => None,
    };
    Ok(found.ok_or_else(|| domain::Error::not_found(Thing::Project, id))?)
}
