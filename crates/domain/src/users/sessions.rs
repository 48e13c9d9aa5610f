//! An account's web sessions: where it is signed in.

use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::sql;
use crate::policy::{Account, Allowed, Read, Update};
use crate::{Error, Thing, audit};

/// How many characters of a session's hash name it: enough to tell sessions apart, too few to be one.
const ID: usize = 16;

/// A sign-in that lasts.
#[derive(Clone, Debug)]
pub struct WebSession {
    /// Names the session; of no use as a credential.
    pub id: String,
    /// When it began.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_seen_at: Micros,
    /// The network address it was last used from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub client: Option<String>,
    /// Whether the caller uses it now.
    pub current: bool,
}

#[derive(FromRow)]
struct Row {
    hash: String,
    created_at: i64,
    last_seen_at: Option<i64>,
    address: Option<String>,
    client: Option<String>,
}

impl Allowed<Read, Account> {
    /// The account's web sessions, the one used last first.
    pub async fn web_sessions(&self) -> Result<Vec<WebSession>, Error> {
        let text = "SELECT hash, created_at, last_seen_at, address, client FROM web_session \
                    WHERE user_id = $1 AND expires_at > $2 ORDER BY COALESCE(last_seen_at, created_at) DESC, hash";
        let rows: Vec<Row> =
            sql(text).bind(self.resource().id).bind(self.session().now()).all(self.domain().db()).await?;
        let session = |row: Row| WebSession {
            current: self.session().cookie_hash() == Some(&row.hash),
            id: row.hash.chars().take(ID).collect(),
            created_at: row.created_at,
            last_seen_at: row.last_seen_at.unwrap_or(row.created_at),
            address: row.address,
            client: row.client,
        };
        Ok(rows.into_iter().map(session).collect())
    }
}

impl Allowed<Update, Account> {
    /// Ends one of the account's web sessions.
    pub async fn revoke_web_session(&self, id: &str) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let text = "DELETE FROM web_session WHERE user_id = $1 AND SUBSTR(hash, 1, 16) = $2";
        if sql(text).bind(self.resource().id).bind(id).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::Session, id));
        }
        audit::done(&mut tx, self.session(), "user:revoke_session", &self.resource().name).await?;
        tx.commit().await
    }
}
