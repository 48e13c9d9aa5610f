//! Runs: everything that the client and the web app change about them.

mod alert;
mod control;
mod files;
mod many;
mod rewind;
mod upsert_bucket;

use crate::graphql::Resolvers;

pub(super) fn register(r: &mut Resolvers) {
    alert::register(r);
    control::register(r);
    files::register(r);
    many::register(r);
    rewind::register(r);
    upsert_bucket::register(r);
}
