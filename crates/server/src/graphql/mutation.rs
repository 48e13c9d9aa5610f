//! Root fields of `Mutation`: one file each, or a few that belong together.

mod keys;
mod people;
mod project;
mod run;
pub mod unstored;
mod viewer;

use super::Resolvers;

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    keys::register(r);
    people::register(r);
    project::register(r);
    run::register(r);
    unstored::register(r);
    viewer::register(r);
}
