//! What a project is, and the lists of things that this release never has in it.

use std::sync::Arc;

use domain::model::Visibility;
use domain::policy::Operation;
use domain::rfc3339;

use super::ProjectNode;
use crate::Error;
use crate::graphql::entity::EntityNode;
use crate::graphql::permission::{At, permission};
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .get("id", |p| ids::encode("Project", p.0.resource().id))
        .get("internalId", |p| ids::encode("ProjectInternalId", p.0.resource().id))
        .get("name", |p| p.0.resource().name.clone())
        .get("entityName", |p| p.0.resource().entity.clone())
        .get("description", |p| p.0.resource().description.clone())
        .get("createdAt", |p| rfc3339(p.0.resource().created_at))
        .get("updatedAt", |p| rfc3339(p.0.resource().updated_at))
        .get("lastActiveAt", |p| rfc3339(p.0.resource().updated_at))
        .get("isBenchmark", |_| false)
        .get("views", |_| "{}")
        .get("visibility", |p| p.0.resource().visibility.as_str())
        .get("access", access)
        .get("user", |_| None::<String>)
        .field("entity", |p, _: NoArgs, ctx| async move { EntityNode::load(&ctx, p.path().entity).await })
        .field("readOnly", read_only);
    none_yet(r);
}

/// Nothing of these kinds can exist here yet, so the true answer is none.
fn none_yet(r: &mut Resolvers) {
    let mut object = r.object::<ProjectNode>();
    object = object.get("runQueue", |_| None::<String>);
    for name in ["runQueues", "triggers"] {
        object = object.get(name, |_| Vec::<Payload>::new());
    }
}

/// In a registry the client's two words for who reads it.
fn access(p: &ProjectNode) -> String {
    let project = p.0.resource();
    match project.visibility {
        Visibility::Team if project.registry => "PRIVATE".to_owned(),
        visibility => visibility.as_str().to_uppercase(),
    }
}

/// Null would count as read-only, so writers get `false`.
async fn read_only(p: Arc<ProjectNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let asked = (p.path().entity, p.path().project, String::new());
    Ok(!ctx.session.explain(Operation::RunUpdate, asked).await?.is_allowed())
}

/// The caller's permission for `operation` on the project.
pub(super) async fn may(p: Arc<ProjectNode>, operation: Operation, ctx: Ctx) -> Result<Payload, Error> {
    permission(&ctx, operation, At::Project(&p.path())).await
}
