//! Stopping, setting the state by hand, deleting.

use domain::policy::{Delete, Run, Stop, Update};
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("stopRun", stop_run);
    r.mutation("updateRunState", update_run_state);
    r.mutation("deleteRun", delete_run);
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn stop_run(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    ctx.session.allow::<Stop, Run>(&ids::decode_run(&input.id)?).await?.stop().await?;
    Ok(Payload::new("StopRunPayload").with("success", true))
}

#[derive(Deserialize)]
struct UpdateRunState {
    id: String,
    state: String,
}

async fn update_run_state(input: UpdateRunState, ctx: Ctx) -> Result<impl Output, Error> {
    let run = ctx.session.allow::<Update, Run>(&ids::decode_run(&input.id)?).await?;
    run.update_state(input.state.to_lowercase().parse()?).await?;
    Ok(Payload::new("UpdateRunStatePayload").with("success", true))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRun {
    id: String,
    delete_artifacts: Option<bool>,
}

async fn delete_run(input: DeleteRun, ctx: Ctx) -> Result<impl Output, Error> {
    let run = ctx.session.allow::<Delete, Run>(&ids::decode_run(&input.id)?).await?;
    if input.delete_artifacts == Some(true) {
        run.delete_artifacts().await?;
    }
    run.delete().await?;
    Ok(Payload::new("DeleteRunPayload"))
}
