//! What a project adds up to.

use std::sync::Arc;

use domain::projects::Contributor;
use domain::rfc3339;

use super::ProjectNode;
use crate::Error;
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>().field("totals", totals);
}

async fn totals(p: Arc<ProjectNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let totals = p.0.totals().await?;
    Ok(Payload::new("ProjectTotals")
        .with("runs", totals.runs)
        .with("running", totals.running)
        .with("computeSeconds", totals.compute as f64 / 1e6)
        .with("storageBytes", totals.storage.kept)
        .with("trashRuns", totals.deleted)
        .with("trashBytes", totals.storage.deleted)
        .with("contributors", totals.contributors.into_iter().map(contributor).collect::<Vec<_>>()))
}

pub(in crate::graphql) fn contributor(c: Contributor) -> Payload {
    Payload::new("Contributor")
        .with("name", c.name)
        .with("fullName", c.full_name)
        .with("runs", c.runs)
        .with("lastRunAt", rfc3339(c.last_run_at))
}
