//! Invitations to teams: a link shown once, for a user, an e-mail address or whoever has it. Used once.

mod accept;
mod create;
mod list;
mod offer;
mod revoke;
mod sign_up;

use crate::Error;
use crate::clock::Micros;
use crate::db::{Tx, sql};

pub use accept::By;
pub(crate) use accept::has_as_much;
pub use create::{Invited, NewInvitation};
pub use list::Invitation;
pub use offer::Offer;

/// Which invitations wait: not used, not revoked, not expired at `$1`.
const PENDING: &str = "i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $1";

/// Revokes what somebody who loses rights in a team has invited to it: else a link of their own would let them back in.
pub(crate) async fn withdraw(tx: &mut Tx, team: i64, by: &str, now: Micros) -> Result<(), Error> {
    let text = "UPDATE invitation SET revoked_at = $1 WHERE team_id = $2 AND created_by = $3 \
                AND accepted_at IS NULL AND revoked_at IS NULL";
    sql(text).bind(now).bind(team).bind(by).run(tx).await.map(drop)
}

/// Gives the invitations that wait for an address to the account that an organization admin, or an invitation to that
/// address, has just made for it.
pub(crate) async fn assign(tx: &mut Tx, account: i64, email: &str) -> Result<(), Error> {
    let text = "UPDATE invitation SET user_id = $1 WHERE email = $2 AND user_id IS NULL AND accepted_at IS NULL";
    sql(text).bind(account).bind(email).run(tx).await.map(drop)
}

#[cfg(test)]
mod tests;
