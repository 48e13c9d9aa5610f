//! Accounts: people and services. Every account has a personal entity of its own name.

mod account;
mod create;
mod disable;
mod edit;
mod list;
pub(crate) mod password;
mod setup;
mod sign_in;

pub use account::AccountDetails;
pub use create::NewUser;
pub(crate) use create::Ready;
pub use edit::AccountChange;
pub(crate) use edit::{check_email, check_full_name};
pub use setup::SetupState;
