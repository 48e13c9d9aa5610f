//! Service accounts: for machines. They have keys and no password, and belong to a team or to the organization.

mod create;
mod delete;
mod list;

pub use list::ServiceAccount;

#[cfg(test)]
mod tests;
