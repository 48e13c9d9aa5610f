//! Custom roles: a role that starts as viewer or member and may do more. Known in every team.

mod delete;
mod given;
mod list;
mod save;

pub(crate) use given::{Given, given};
pub use list::CustomRole;
pub use save::RoleDraft;
