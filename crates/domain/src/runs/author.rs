//! Whose a run or sweep is: the caller's, or that of the person for whom a service account works.

use crate::Error;
use crate::db::{Tx, sql};
use crate::policy::Session;

/// Accounts, by id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Author {
    /// Whose it is; none for the server's own command line.
    pub user: Option<i64>,
    /// The service account that sent it for its user.
    pub service: Option<i64>,
}

/// What a service account sends to an entity belongs to the person that its environment names (`WANDB_USERNAME`,
/// `WANDB_USER_EMAIL`), when that person is in the team; else to the service account itself.
pub(crate) async fn author(tx: &mut Tx, session: &Session, entity: i64) -> Result<Author, Error> {
    let caller = session.user();
    let own = Author { user: caller.map(|u| u.id), service: None };
    let Some(service) = caller.filter(|u| u.service.is_some()) else { return Ok(own) };
    let Some(person) = session.client().person.as_deref() else { return Ok(own) };
    let text = "SELECT a.id FROM account a JOIN membership m ON m.user_id = a.id AND m.team_id = $1 \
                WHERE (a.name = $2 OR LOWER(a.email) = LOWER($2)) AND a.kind = 'user' AND a.disabled_at IS NULL";
    let found: Option<(i64,)> = sql(text).bind(entity).bind(person).optional(tx).await?;
    Ok(found.map_or(own, |(user,)| Author { user: Some(user), service: Some(service.id) }))
}
