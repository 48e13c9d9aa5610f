//! Who somebody is to an identity provider: signing in to the web app (OpenID Connect), and short-lived keys for
//! identity tokens (JWT bearer exchange). What is fetched from providers comes from the server; here it is judged.

mod account;
mod exchange;
mod flow;
mod groups;
mod rule;
mod token;

pub use account::SignInRules;
pub use exchange::Exchanged;
pub use flow::{Finished, Flow};
pub use groups::GroupRole;
pub use rule::{IdentityRule, NewIdentityRule};
pub use token::{Claims, Keys, unverified_issuer, wanted_key};
