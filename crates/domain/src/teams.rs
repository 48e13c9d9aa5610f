//! Teams and who is in them.

mod create;
mod details;
mod list;
mod members;

pub use details::Member;
pub use list::{EntitySummary, TeamRow};
pub(crate) use members::user_id;
