//! The project's sweeps.

use std::sync::Arc;

use serde::Deserialize;

use super::ProjectNode;
use crate::Error;
use crate::graphql::sweep::SweepNode;
use crate::graphql::{Ctx, NoArgs, Output, Page, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("sweep", sweep)
        .field("sweeps", sweeps)
        .field("totalSweeps", |p, _: NoArgs, _| async move { Ok(p.0.sweep_count().await?) });
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    sweep_name: String,
}

/// Null when it is not there; where it is in another project that the caller may see, that is said.
async fn sweep(p: Arc<ProjectNode>, args: Name, ctx: Ctx) -> Result<impl Output, Error> {
    let found = SweepNode::find(p.0.clone(), &args.sweep_name).await?;
    if found.is_none() {
        ctx.session.look_for_sweep(&p.path(), &args.sweep_name).await?;
    }
    Ok(found)
}

#[derive(Deserialize)]
struct Sweeps {
    filters: Option<String>,
    #[serde(flatten)]
    page: Page,
}

async fn sweeps(p: Arc<ProjectNode>, args: Sweeps, _: Ctx) -> Result<impl Output, Error> {
    // The client's own pages always ask for all of them.
    if !matches!(args.filters.as_deref().unwrap_or_default().trim(), "" | "{}" | "null") {
        return Err(Error::NotOffered("Project.sweeps(filters)".to_owned()));
    }
    SweepNode::all(&p.0, args.page).await
}
