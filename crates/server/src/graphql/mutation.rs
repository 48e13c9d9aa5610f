//! Root fields of `Mutation`: one file each, or a few that belong together.

mod artifact;
mod identity;
mod invitation;
mod keys;
mod people;
mod project;
mod project_people;
mod registry;
mod run;
mod service_account;
mod sweep;
mod team;
mod two_factor;
mod viewer;

use super::Resolvers;

/// Where runs and sweeps go when the script names no project; the client's own default.
const DEFAULT_PROJECT: &str = "uncategorized";

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    artifact::register(r);
    identity::register(r);
    invitation::register(r);
    keys::register(r);
    people::register(r);
    project::register(r);
    project_people::register(r);
    registry::register(r);
    run::register(r);
    two_factor::register(r);
    service_account::register(r);
    sweep::register(r);
    team::register(r);
    viewer::register(r);
}
