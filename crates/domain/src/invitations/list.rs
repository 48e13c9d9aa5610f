//! Listing the invitations that wait.

use sqlx::FromRow;

use super::PENDING;
use crate::Error;
use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Account, Allowed, Entity, Invite, Read};

/// An invitation as it is listed: without its link, which was shown once.
#[derive(Clone, Debug, FromRow)]
pub struct Invitation {
    /// Its id.
    pub id: i64,
    /// The team.
    pub entity: String,
    /// The role that it gives.
    pub role: String,
    /// The address that it was made for.
    pub email: Option<String>,
    /// The account that it was made for.
    pub user: Option<String>,
    /// Who invites.
    pub created_by: String,
    /// Since when.
    pub created_at: Micros,
    /// Until when.
    pub expires_at: Micros,
}

/// Up to the condition; `$1` is now.
pub(super) const SELECT: &str = "SELECT i.id, e.name AS entity, COALESCE(c.name, i.role) AS role, i.email, \
    a.name AS \"user\", i.created_by, i.created_at, i.expires_at FROM invitation i JOIN entity e ON e.id = i.team_id \
    LEFT JOIN custom_role c ON c.id = i.custom_role_id LEFT JOIN account a ON a.id = i.user_id";

impl Allowed<Invite, Entity> {
    /// The team's invitations that wait, newest first.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, Error> {
        let text = format!("{SELECT} WHERE {PENDING} AND i.team_id = $2 ORDER BY i.id DESC");
        sql(text).bind(self.session().now()).bind(self.resource().id).all(self.domain().db()).await
    }
}

impl Allowed<Read, Account> {
    /// The invitations that wait for the account, newest first.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, Error> {
        let text = format!("{SELECT} WHERE {PENDING} AND i.user_id = $2 ORDER BY i.id DESC");
        sql(text).bind(self.session().now()).bind(self.resource().id).all(self.domain().db()).await
    }
}
