//! Root fields of `Mutation`: one file each, or a few that belong together.

mod identity;
mod keys;
mod people;
mod project;
mod run;
mod two_factor;
mod viewer;

use super::Resolvers;

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    identity::register(r);
    keys::register(r);
    people::register(r);
    project::register(r);
    run::register(r);
    two_factor::register(r);
    viewer::register(r);
}
