//! `rewindRun`: going on from an earlier step (`wandb.init(resume_from=…)`).

use domain::model::RunPath;
use domain::policy::{Run, Update};
use serde::Deserialize;

use crate::Error;
use crate::graphql::project::default_entity;
use crate::graphql::run::RunNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("rewindRun", rewind_run);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RewindRun {
    run_name: String,
    entity_name: Option<String>,
    project_name: Option<String>,
    metric_name: String,
    metric_value: f64,
}

async fn rewind_run(input: RewindRun, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, input.entity_name);
    let path = RunPath::new(entity, input.project_name.unwrap_or_default(), input.run_name);
    let run = ctx.session.allow::<Update, Run>(&path).await?;
    let rewound = run.rewind(&input.metric_name, input.metric_value).await?;
    let node = RunNode::load(rewound.run.read()).await?.with_history_lines(rewound.history_line_count);
    Ok(Payload::new("RewindRunPayload").with("rewoundRun", node))
}
