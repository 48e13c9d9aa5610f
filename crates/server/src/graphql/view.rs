//! Workspaces and reports: `View` and what is done with it.

mod comments;
mod share;

use std::sync::Arc;

use domain::model::{ProjectPath, ViewPath};
use domain::policy::{Allowed, Compose, Delete, Operation, Project, Read, Update, View};
use domain::views::{ViewQuery, ViewRow, ViewSave, ViewVersion};
use domain::{Thing, micros, rfc3339};
use serde::Deserialize;

use super::permission::{At, permission};
use super::project::{ProjectNode, default_entity};
use super::{Ctx, NoArgs, Node, Output, Payload, Resolvers, ids, user};
use crate::{Error, Problem};

/// A view that the caller may read.
struct ViewNode {
    project: Allowed<Read, Project>,
    row: ViewRow,
}

impl Node for ViewNode {
    const TYPE: &'static str = "View";
}

impl ViewNode {
    /// The view at `path`; none when there is none that the caller may see.
    async fn find(ctx: &Ctx, path: &ViewPath) -> Result<Option<Self>, Error> {
        match ctx.session.allow::<Read, View>(path).await {
            Ok(view) => Ok(Some(Self { row: view.details().await?, project: view.project() })),
            Err(domain::Error::NotFound { .. }) => Ok(None),
            Err(domain::Error::Denied(denied)) if denied.is_absence() => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Whether the caller may change it as its author may.
    async fn may_change(&self, ctx: &Ctx) -> Result<bool, Error> {
        let path = self.path();
        let asked = (path.entity, path.project, path.view);
        Ok(ctx.session.explain(Operation::ReportUpdate, asked).await?.is_allowed())
    }

    fn path(&self) -> ViewPath {
        let project = self.project.resource();
        ViewPath { entity: project.entity.clone(), project: project.name.clone(), view: self.row.name.clone() }
    }
}

pub(super) fn register(r: &mut Resolvers) {
    comments::register(r);
    share::register(r);
    r.query("view", view);
    r.mutation("upsertView", upsert_view);
    r.mutation("deleteView", delete_view);
    r.object::<ProjectNode>().field("allViews", all_views);
    r.object::<ViewNode>()
        .get("id", |v| ids::encode("View", v.row.id))
        .get("name", |v| v.row.name.clone())
        .get("type", |v| v.row.kind.as_str())
        .get("displayName", |v| v.row.display_name.clone())
        .get("description", |v| v.row.description.clone())
        .get("spec", |v| v.row.spec.clone())
        .get("createdAt", |v| rfc3339(v.row.created_at))
        .get("updatedAt", |v| rfc3339(v.row.updated_at))
        .get("updatedBy", |v| v.row.updated_by.clone())
        .get("project", |v| ProjectNode(v.project.clone()))
        .get("previewUrl", |_| None::<String>)
        .field("user", author)
        .field("versions", versions)
        .field("mayUpdate", |v, _: NoArgs, ctx| may(v, Operation::ReportUpdate, ctx))
        .field("mayDelete", |v, _: NoArgs, ctx| may(v, Operation::ReportDelete, ctx));
}

/// A shared workspace is changed by whoever may save a new one.
async fn may(v: Arc<ViewNode>, operation: Operation, ctx: Ctx) -> Result<Payload, Error> {
    let path = v.path();
    if operation == Operation::ReportUpdate && v.row.is_shared() {
        return permission(&ctx, Operation::ReportCreate, At::Project(&path.project())).await;
    }
    permission(&ctx, operation, At::View(&path)).await
}

async fn author(v: Arc<ViewNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(v.row.user.clone().map(user::named))
}

#[derive(Deserialize)]
struct First {
    first: Option<u32>,
}

async fn versions(v: Arc<ViewNode>, args: First, ctx: Ctx) -> Result<impl Output, Error> {
    let view = ctx.session.allow::<Read, View>(&v.path()).await?;
    let version = |version: ViewVersion| {
        Payload::new("ViewVersion")
            .with("id", version.id.to_string())
            .with("createdAt", rfc3339(version.created_at))
            .with("author", version.author)
            .with("spec", version.spec)
    };
    Ok(view.versions(args.first.unwrap_or(20).min(50)).await?.into_iter().map(version).collect::<Vec<_>>())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Views {
    view_type: Option<String>,
    view_name: Option<String>,
    user_name: Option<String>,
    first: Option<i64>,
    after: Option<String>,
}

async fn all_views(p: Arc<ProjectNode>, args: Views, _: Ctx) -> Result<impl Output, Error> {
    let kind = args.view_type.filter(|kind| !kind.is_empty()).map(|kind| kind.parse()).transpose()?;
    let rows = p.0.views(ViewQuery { kind, name: args.view_name, user: args.user_name }).await?;
    let nodes = rows.into_iter().map(|row| ViewNode { project: p.0.clone(), row }).collect();
    Ok(super::Page { first: args.first, after: args.after }.of(nodes))
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

/// Null when there is none that the caller may see.
async fn view(args: Id, ctx: Ctx) -> Result<impl Output, Error> {
    match ctx.session.view_path(ids::decode_number("View", &args.id)?).await? {
        Some(path) => ViewNode::find(&ctx, &path).await,
        None => Ok(None),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpsertView {
    id: Option<String>,
    entity_name: Option<String>,
    project_name: Option<String>,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    display_name: Option<String>,
    description: Option<String>,
    spec: Option<String>,
    if_updated_at: Option<String>,
}

async fn upsert_view(input: UpsertView, ctx: Ctx) -> Result<impl Output, Error> {
    let moment = |text: String| micros(&text).ok_or(Error::BadRequest(Problem::BadTime { text }));
    let save = ViewSave {
        name: input.name,
        kind: input.kind.map(|kind| kind.parse()).transpose()?,
        display_name: input.display_name,
        description: input.description,
        spec: input.spec,
        if_updated_at: input.if_updated_at.map(moment).transpose()?,
    };
    let (path, inserted) = match input.id.filter(|id| !id.is_empty()) {
        Some(id) => (update(&ctx, &id, save).await?, false),
        None => {
            let entity = default_entity(&ctx, input.entity_name);
            let path = ProjectPath::new(entity, input.project_name.unwrap_or_default());
            let saved = ctx.session.allow::<Compose, Project>(&path).await?.save_view(save).await?;
            (saved.path, saved.inserted)
        }
    };
    Ok(Payload::new("UpsertViewPayload").with("view", ViewNode::find(&ctx, &path).await?).with("inserted", inserted))
}

/// Saves over a view: a shared workspace by whoever may save one, any other by its author and by admins.
async fn update(ctx: &Ctx, id: &str, mut save: ViewSave) -> Result<ViewPath, Error> {
    let path = find(ctx, id).await?;
    let row = ctx.session.allow::<Read, View>(&path).await?.details().await?;
    if row.is_shared() {
        save.name = Some(row.name);
        return Ok(ctx.session.allow::<Compose, Project>(&path.project()).await?.save_view(save).await?.path);
    }
    let name = save.name.clone().filter(|name| !name.is_empty());
    ctx.session.allow::<Update, View>(&path).await?.save(save).await?;
    Ok(ViewPath { view: name.unwrap_or(row.name), ..path })
}

async fn find(ctx: &Ctx, id: &str) -> Result<ViewPath, Error> {
    let path = ctx.session.view_path(ids::decode_number("View", id)?).await?;
    Ok(path.ok_or_else(|| domain::Error::not_found(Thing::View, id.to_owned()))?)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteView {
    id: String,
}

async fn delete_view(input: DeleteView, ctx: Ctx) -> Result<impl Output, Error> {
    let path = find(&ctx, &input.id).await?;
    ctx.session.allow::<Delete, View>(&path).await?.delete().await?;
    Ok(Payload::new("DeleteViewPayload").with("success", true).with("pendingDrafts", false))
}
