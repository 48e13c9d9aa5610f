//! Teams and who is in them.

mod create;
mod delete;
mod details;
mod list;
pub(crate) mod members;
mod name;
mod rename;
mod settings;

pub use details::Member;
pub use list::{EntitySummary, TeamRow};
pub(crate) use members::{keep_admins, must_be_team, user_id};
pub(crate) use name::claim;
pub use settings::{TeamChange, TeamSettings};
