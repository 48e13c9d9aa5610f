//! The type `Entity`: a user's own space, or a team.

mod registry;
mod team;

pub use team::team_member;

use std::sync::Arc;

use domain::model::{EntityPath, ProjectPath};
use domain::policy::{Allowed, Entity, EntityKind, Operation, Read};
use domain::teams::Member;
use serde::Deserialize;

use super::permission::{At, permission};
use super::project::{ProjectNode, contributor};
use super::{Connection, Ctx, NoArgs, Node, Output, Page, Payload, Resolvers, ids};
use crate::Error;

/// An entity that the caller may read.
pub struct EntityNode(pub Allowed<Read, Entity>);

impl Node for EntityNode {
    const TYPE: &'static str = "Entity";
}

impl EntityNode {
    /// The entity of that name, or the denial.
    pub async fn load(ctx: &Ctx, name: String) -> Result<Self, Error> {
        Ok(Self(ctx.session.allow::<Read, Entity>(&EntityPath(name)).await?))
    }

    /// Where it is.
    pub fn path(&self) -> EntityPath {
        EntityPath(self.name())
    }

    fn name(&self) -> String {
        self.0.resource().name.clone()
    }

    fn is_team(&self) -> bool {
        self.0.resource().kind == EntityKind::Team
    }

    pub(super) fn is_organization(&self) -> bool {
        self.0.resource().kind == EntityKind::Organization
    }

    fn kind(&self) -> &'static str {
        match self.0.resource().kind {
            EntityKind::Team => "team",
            EntityKind::Organization => "organization",
            EntityKind::User(_) | EntityKind::Service(_) => "user",
        }
    }
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.object::<EntityNode>()
        .get("id", |e| ids::encode("Entity", e.0.resource().id))
        .get("name", EntityNode::name)
        .get("isTeam", EntityNode::is_team)
        .get("entityType", EntityNode::kind)
        .get("available", |_| false)
        .get("photoUrl", |_| None::<String>)
        .get("readOnly", |_| false)
        .get("readOnlyAdmin", |_| false)
        .get("privateOnly", |_| false)
        .get("codeSavingEnabled", |_| false)
        .get("defaultAccess", |_| "PRIVATE")
        .get("isPaid", |_| true)
        .get("limits", |_| None::<String>)
        .get("xxhashDigestsEnabled", |_| false)
        .get("organization", |e| (e.is_team() || e.is_organization()).then_some(super::organization::OrganizationNode))
        .field("user", user)
        .field("storageBytes", |e, _: NoArgs, _| async move { Ok(e.0.storage().await?.total()) })
        .field("members", members)
        .field("project", project)
        .field("projects", projects)
        .field("artifactCollections", registry::collections)
        .field("artifactMemberships", registry::versions)
        .field("integrations", |_, _: Page, _| async { Ok(Connection::<Payload>::whole([])) })
        .field("triggers", |_, _: NoArgs, _| async { Ok(Connection::<Payload>::whole([])) })
        .field("myRole", my_role)
        .field("projectList", project_list)
        .field("contributors", contributors)
        .field("mayCreateProject", may_create_project);
    team::register(r);
}

async fn user(entity: Arc<EntityNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    match entity.is_team() {
        true => Ok(None),
        false => Ok(ctx.session.user().filter(|u| u.name == entity.name()).map(super::user::UserNode::from)),
    }
}

async fn members(entity: Arc<EntityNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(entity.0.members().await?.into_iter().map(member).collect::<Vec<_>>())
}

fn member(m: Member) -> Payload {
    Payload::new("Member")
        .with("id", ids::encode("User", m.id))
        .with("admin", m.is_admin())
        .with("pending", false)
        .with("email", m.email)
        .with("username", m.name.clone())
        .with("name", m.full_name.unwrap_or(m.name))
        .with("accountType", if m.is_service { "SERVICE" } else { "USER" })
        .with("role", m.role)
}

#[derive(Deserialize)]
struct ProjectArgs {
    name: Option<String>,
}

async fn project(entity: Arc<EntityNode>, args: ProjectArgs, ctx: Ctx) -> Result<impl Output, Error> {
    ProjectNode::find(&ctx, ProjectPath::new(entity.name(), args.name.unwrap_or_default())).await
}

#[derive(Deserialize)]
struct ProjectsArgs {
    filters: Option<String>,
    order: Option<String>,
    #[serde(flatten)]
    page: Page,
}

async fn projects(entity: Arc<EntityNode>, args: ProjectsArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let all = match entity.is_organization() {
        true => ctx.session.registries(args.filters.as_deref(), args.order.as_deref()).await?,
        false => ctx.session.readable_projects(Some(&entity.name())).await?,
    };
    Ok(args.page.of(all.into_iter().map(ProjectNode).collect()))
}

async fn my_role(entity: Arc<EntityNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mine = ctx.session.entities().await?.into_iter().find(|e| e.name == entity.name());
    Ok(mine.map(|e| e.role.as_str()))
}

#[derive(Deserialize)]
struct Search {
    search: Option<String>,
}

async fn project_list(entity: Arc<EntityNode>, args: Search, ctx: Ctx) -> Result<impl Output, Error> {
    let wanted = args.search.unwrap_or_default().to_lowercase();
    let all = ctx.session.readable_projects(Some(&entity.name())).await?;
    let found = all.into_iter().filter(|p| p.resource().name.to_lowercase().contains(&wanted));
    Ok(found.map(ProjectNode).collect::<Vec<_>>())
}

async fn contributors(entity: Arc<EntityNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    Ok(entity.0.contributors().await?.into_iter().map(contributor).collect::<Vec<_>>())
}

async fn may_create_project(entity: Arc<EntityNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    permission(&ctx, Operation::ProjectCreate, At::Entity(&EntityPath(entity.name()))).await
}
