//! API keys: many a user, named, shown once, stored as hashes.

mod create;
mod list;
mod revoke;
mod rotate;
pub(crate) mod secret;

pub use create::{NewKey, NewKeyOptions, Within};
pub use list::ApiKey;
