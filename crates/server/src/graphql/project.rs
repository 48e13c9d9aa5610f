//! The type `Project`.

mod fields;
mod runs;
mod settings;
mod sweeps;
mod table;
mod totals;

use domain::model::ProjectPath;
use domain::policy::{Allowed, Operation, Project, Read};

pub use runs::run_connection;
pub(super) use totals::contributor;

use super::{Ctx, Node, Resolvers};
use crate::Error;

/// A project that the caller may read.
pub struct ProjectNode(pub Allowed<Read, Project>);

impl Node for ProjectNode {
    const TYPE: &'static str = "Project";
}

impl ProjectNode {
    /// The project at `path`; none when there is no such project in an entity that the caller may read.
    pub async fn find(ctx: &Ctx, path: ProjectPath) -> Result<Option<Self>, Error> {
        match ctx.session.allow::<Read, Project>(&path).await {
            Ok(project) => Ok(Some(Self(project))),
            Err(domain::Error::NotFound { .. }) => Ok(None),
            Err(domain::Error::Denied(denied)) if denied.is_absence() => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// The project after a change; none where who changed it may not look at it, as a team admin at a restricted one.
    pub async fn changed(ctx: &Ctx, path: ProjectPath) -> Result<Option<Self>, Error> {
        let asked = (path.entity.clone(), path.project.clone(), String::new());
        match ctx.session.explain(Operation::ProjectRead, asked).await?.is_allowed() {
            true => Ok(Some(Self(ctx.session.allow::<Read, Project>(&path).await?))),
            false => Ok(None),
        }
    }

    /// `entity/project`
    pub fn path(&self) -> ProjectPath {
        self.0.resource().path()
    }
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    fields::register(r);
    runs::register(r);
    settings::register(r);
    sweeps::register(r);
    table::register(r);
    totals::register(r);
}

/// The entity to look in when the client gave none: the caller's own, or a service account's team.
pub fn default_entity(ctx: &Ctx, given: Option<String>) -> String {
    let own = || ctx.session.user().map(|u| u.home().to_owned()).unwrap_or_default();
    given.filter(|name| !name.is_empty()).unwrap_or_else(own)
}
