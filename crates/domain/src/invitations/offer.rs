//! What the holder of a link is offered.

use super::list::SELECT;
use super::{Invitation, PENDING};
use crate::db::sql;
use crate::keys::secret;
use crate::policy::Session;
use crate::{Domain, Error};

/// An invitation as its link shows it.
#[derive(Clone, Debug)]
pub struct Offer {
    /// It.
    pub invitation: Invitation,
    /// The holder is not signed in, and what it was made for has no account.
    pub needs_account: bool,
}

impl Session {
    /// What the link with this token offers; none when it is unknown, used, revoked or expired.
    pub async fn invitation_offer(&self, token: &str) -> Result<Option<Offer>, Error> {
        let Some(invitation) = by_token(self.domain(), token).await? else { return Ok(None) };
        let needs_account = self.user().is_none() && invitation.user.is_none();
        Ok(Some(Offer { invitation, needs_account }))
    }
}

/// The invitation that waits under this token.
pub(super) async fn by_token(domain: &Domain, token: &str) -> Result<Option<Invitation>, Error> {
    let text = format!("{SELECT} WHERE {PENDING} AND i.hash = $2");
    sql(text).bind(domain.clock().now()).bind(secret::hash(token)).optional(domain.db()).await
}
