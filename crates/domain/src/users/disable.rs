//! Disabling and enabling accounts.

use super::AccountUpdate;
use crate::Error;
use crate::policy::{Allowed, DisableUser, Org};

impl Allowed<DisableUser, Org> {
    /// Nothing the account presents is accepted any more; its runs stay. The last admin of the organization,
    /// or of a team, cannot be disabled.
    pub async fn disable_user(&self, name: &str) -> Result<(), Error> {
        self.update_account(name, AccountUpdate { disabled: Some(true), admin: None }).await
    }

    /// Lets the account in again.
    pub async fn enable_user(&self, name: &str) -> Result<(), Error> {
        self.update_account(name, AccountUpdate { disabled: Some(false), admin: None }).await
    }
}
