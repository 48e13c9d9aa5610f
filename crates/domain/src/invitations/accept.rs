//! Accepting an invitation. Of two acceptances at once one wins.

use sqlx::FromRow;

use super::PENDING;
use crate::db::{Tx, sql};
use crate::keys::secret;
use crate::model::Role;
use crate::policy::{Account, Allowed, Session, Update};
use crate::roles::Given;
use crate::teams::members;
use crate::{Error, Problem, audit};

/// Which invitation.
#[derive(Clone, Debug)]
pub enum By {
    /// The one whose link holds this token.
    Token(String),
    /// The one with this id, when it was made for the account.
    Id(i64),
}

#[derive(FromRow)]
struct Row {
    id: i64,
    team_id: i64,
    entity: String,
    role: String,
    role_name: String,
    custom_role_id: Option<i64>,
    email: Option<String>,
    user_id: Option<i64>,
}

impl Allowed<Update, Account> {
    /// Joins the team with the invitation's role, or keeps a higher one. The team's name.
    pub async fn accept_invitation(&self, by: By) -> Result<String, Error> {
        // An invitation is accepted by whom it is for, not by who administers the account.
        let me = self.session().user().filter(|user| user.id == self.resource().id && user.service.is_none());
        let me = me.ok_or(Error::Conflict(Problem::InvitationOther))?;
        let mut tx = self.domain().db().begin().await?;
        let team = redeem(&mut tx, self.session(), &by, (me.id, &me.name, me.email.as_deref())).await?;
        tx.commit().await?;
        Ok(team)
    }
}

/// Uses the invitation up for an account (id, name, e-mail address); the team's name.
pub(super) async fn redeem(
    tx: &mut Tx,
    session: &Session,
    by: &By,
    (user, name, email): (i64, &str, Option<&str>),
) -> Result<String, Error> {
    let now = session.now();
    let select = format!(
        "SELECT i.id, i.team_id, e.name AS entity, i.role, COALESCE(c.name, i.role) AS role_name, i.custom_role_id, i.email, \
         i.user_id FROM invitation i JOIN entity e ON e.id = i.team_id LEFT JOIN custom_role c ON c.id = i.custom_role_id \
         WHERE {PENDING} AND"
    );
    let query = match by {
        By::Token(token) => sql(format!("{select} i.hash = $2")).bind(now).bind(secret::hash(token)),
        // By id only what was made for the account: an address can be claimed by anybody, a link cannot.
        By::Id(id) => sql(format!("{select} i.id = $2 AND i.user_id = $3")).bind(now).bind(*id).bind(user),
    };
    let over = || Error::NotFound(Problem::InvitationOver);
    let row: Row = query.optional(&mut *tx).await?.ok_or_else(over)?;
    let mine = match (row.user_id, &row.email) {
        (Some(id), _) => id == user,
        (None, Some(address)) => email.is_some_and(|email| email.eq_ignore_ascii_case(address)),
        (None, None) => true,
    };
    if !mine {
        return Err(Error::Conflict(Problem::InvitationOther));
    }
    let text = "UPDATE invitation SET accepted_at = $1, accepted_by = $2 WHERE id = $3 AND accepted_at IS NULL \
                AND revoked_at IS NULL";
    if sql(text).bind(now).bind(name).bind(row.id).run(&mut *tx).await? == 0 {
        return Err(over());
    }
    let role = Given { base: row.role.parse()?, custom: row.custom_role_id, name: row.role_name };
    if !has_as_much(tx, row.team_id, user, &role).await? {
        members::put(tx, row.team_id, user, &role, now).await?;
    }
    audit::done(tx, session, "team:accept_invitation", &format!("{}/{name} as {}", row.entity, role.name)).await?;
    Ok(row.entity)
}

/// Whether the account has that much already: a higher role, or the same and not a custom one instead.
pub(crate) async fn has_as_much(tx: &mut Tx, team: i64, user: i64, role: &Given) -> Result<bool, Error> {
    let text = "SELECT role FROM membership WHERE team_id = $1 AND user_id = $2";
    let row: Option<(String,)> = sql(text).bind(team).bind(user).optional(tx).await?;
    let has = row.map(|(role,)| role.parse::<Role>()).transpose()?;
    Ok(has.is_some_and(|has| has > role.base || (has == role.base && role.custom.is_none())))
}
