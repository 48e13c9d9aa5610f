//! Listing service accounts.

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Administer, Allowed, Entity, Org, Read};

/// A service account.
#[derive(Clone, Debug, FromRow)]
pub struct ServiceAccount {
    /// Account id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its team, or the default team of one that belongs to the organization.
    pub entity: String,
    /// Belongs to the organization.
    pub organization_wide: bool,
    /// When it was made.
    pub created_at: Micros,
    /// When one of its keys was last used.
    pub last_used_at: Option<Micros>,
}

const SELECT: &str = "SELECT a.id, a.name, e.name AS entity, a.org_wide AS organization_wide, a.created_at, \
    (SELECT MAX(k.last_used_at) FROM api_key k WHERE k.user_id = a.id) AS last_used_at \
    FROM account a JOIN entity e ON e.id = a.home_id WHERE a.kind = 'service' AND a.disabled_at IS NULL";

impl Allowed<Read, Entity> {
    /// The team's service accounts, by name.
    pub async fn service_accounts(&self) -> Result<Vec<ServiceAccount>, Error> {
        let text = format!("{SELECT} AND a.home_id = $1 ORDER BY a.name");
        sql(text).bind(self.resource().id).all(self.domain().db()).await
    }
}

impl Allowed<Administer, Org> {
    /// Every service account, by name.
    pub async fn service_accounts(&self) -> Result<Vec<ServiceAccount>, Error> {
        sql(format!("{SELECT} ORDER BY a.name")).all(self.domain().db()).await
    }
}
