//! What the caller may do with the run.

use std::sync::Arc;

use domain::policy::Operation;

use super::RunNode;
use crate::Error;
use crate::graphql::permission::{At, permission};
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .field("readOnly", read_only)
        .field("mayUpdate", |n, _: NoArgs, ctx| may(n, Operation::RunUpdate, ctx))
        .field("mayStop", |n, _: NoArgs, ctx| may(n, Operation::RunStop, ctx))
        .field("mayDelete", |n, _: NoArgs, ctx| may(n, Operation::RunDelete, ctx));
}

async fn may(n: Arc<RunNode>, operation: Operation, ctx: Ctx) -> Result<Payload, Error> {
    permission(&ctx, operation, At::Run(&n.path())).await
}

async fn read_only(n: Arc<RunNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let path = n.path();
    let decision = ctx.session.explain(Operation::RunUpdate, (path.entity, path.project, path.run)).await?;
    Ok(!decision.is_allowed())
}
