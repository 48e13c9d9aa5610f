//! Accounts: people and services. Every account has a personal entity of its own name.

mod account;
mod change;
mod create;
mod disable;
mod edit;
mod link;
mod list;
pub(crate) mod password;
mod sessions;
mod setup;
mod sign_in;
mod two_factor;

pub use account::AccountDetails;
pub use change::AccountUpdate;
pub use create::NewUser;
pub(crate) use create::Ready;
pub use edit::AccountChange;
pub(crate) use edit::{check_email, check_full_name};
pub use sessions::WebSession;
pub use setup::SetupState;
pub use two_factor::{NewSecret, SecondStep};
