//! Asking identity providers: their description, their public keys, and tokens for sign-in codes.

mod client;
mod issuers;
mod provider;

pub use issuers::Issuers;
pub use provider::Provider;
