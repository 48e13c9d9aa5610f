//! Registries: projects of the organization, where versions of artifacts are linked for everybody to find.
//!
//! A registry is a project whose entity is the organization; what is in it are portfolios. Who may do what is the policy's,
//! as for any project; the roles are those of [`RegistryRole`](crate::model::RegistryRole), given to people and to teams.

mod details;
mod members;
mod protect;
mod save;
mod search;

pub use details::RegistryDetails;
pub use members::RegistryTeam;
pub(crate) use members::put;
pub(crate) use protect::{is_protected, may_delete, may_move};
pub use save::RegistryDraft;
pub(crate) use save::check_name;
pub use search::{RegistryCollectionQuery, RegistryVersionQuery};

#[cfg(test)]
mod tests;

/// What the name of every registry begins with.
pub const PREFIX: &str = "wandb-registry-";
