//! What the caller may do with the project.

use domain::policy::Operation;

use super::ProjectNode;
use super::fields::may;
use crate::graphql::{NoArgs, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("mayUpdate", |p, _: NoArgs, ctx| may(p, Operation::ProjectUpdate, ctx))
        .field("mayDelete", |p, _: NoArgs, ctx| may(p, Operation::ProjectDelete, ctx))
        .field("mayCreateRun", |p, _: NoArgs, ctx| may(p, Operation::RunCreate, ctx));
}
