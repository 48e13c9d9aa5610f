//! Opening a denial by its reference.

use std::collections::BTreeMap;

use serde::Deserialize;
use sqlx::FromRow;

use super::AccessRequest;
use crate::db::sql;
use crate::policy::{Asked, Cause, Operation, Session};
use crate::{Error, Micros};

/// A cause as it was told: its code and evidence.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredCause {
    /// The stable code.
    pub code: String,
    /// The evidence.
    pub args: BTreeMap<String, String>,
}

/// A check as it was made.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredCheck {
    /// Which.
    pub name: String,
    /// Whether it passed.
    pub ok: bool,
    /// The evidence.
    pub args: BTreeMap<String, String>,
}

/// A denial that was told to somebody.
#[derive(Clone, Debug)]
pub struct Denial {
    /// Its name in addresses.
    pub reference: String,
    /// Who was refused.
    pub user: String,
    /// That is the one who looks.
    pub mine: bool,
    /// When it was told.
    pub created_at: Micros,
    /// Until when it can be opened.
    pub expires_at: Micros,
    /// What was asked.
    pub action: Operation,
    /// Of which path: entity, project, object.
    pub asked: Asked,
    /// Why not, the first first.
    pub causes: Vec<StoredCause>,
    /// The checks in the order made.
    pub trace: Vec<StoredCheck>,
}

#[derive(FromRow)]
struct Row {
    reference: String,
    user_id: i64,
    refused: String,
    created_at: i64,
    expires_at: i64,
    action: String,
    entity: String,
    project: String,
    object: String,
    causes: String,
    trace: String,
}

impl Session {
    /// The denial, for the one who was refused and for those who may give the access; none for everybody else, as if it
    /// were not there, and when it has expired.
    pub async fn denial(&self, reference: &str) -> Result<Option<Denial>, Error> {
        let Some(me) = self.user() else { return Ok(None) };
        let text = "SELECT d.reference, d.user_id, a.name AS refused, d.created_at, d.expires_at, d.action, d.entity, \
                    d.project, d.object, d.causes, d.trace FROM denial d JOIN account a ON a.id = d.user_id \
                    WHERE d.reference = $1 AND d.expires_at > $2";
        let row: Option<Row> = sql(text).bind(reference).bind(self.now()).optional(self.db()).await?;
        let Some(row) = row else { return Ok(None) };
        let mine = row.user_id == me.id;
        if !mine && !self.may_grant(&row.entity, &row.project).await? {
            return Ok(None);
        }
        let json = |e| Error::internal("reading a stored denial", e);
        Ok(Some(Denial {
            reference: row.reference,
            user: row.refused,
            mine,
            created_at: row.created_at,
            expires_at: row.expires_at,
            action: row.action.parse()?,
            asked: (row.entity, row.project, row.object),
            causes: serde_json::from_str(&row.causes).map_err(json)?,
            trace: serde_json::from_str(&row.trace).map_err(json)?,
        }))
    }

    /// Whether the caller may let others into the entity, or into the project. Not audited: nothing is done. A redirect
    /// to the caller's own space makes nobody else's denials theirs.
    pub(super) async fn may_grant(&self, entity: &str, project: &str) -> Result<bool, Error> {
        let team = (entity.to_owned(), String::new(), String::new());
        if self.may_exactly(Operation::TeamUpdate, team).await? {
            return Ok(true);
        }
        let asked = (entity.to_owned(), project.to_owned(), String::new());
        Ok(!project.is_empty() && self.may_exactly(Operation::ProjectUpdate, asked).await?)
    }
}

impl Denial {
    /// Whether it makes sense to ask somebody for the access.
    pub fn can_be_granted(&self) -> bool {
        self.causes.first().is_some_and(|cause| Cause::can_be_granted(&cause.code))
    }

    /// Whether what was refused would be allowed now. Only the one who was refused is told.
    pub async fn is_allowed_now(&self, session: &Session) -> Result<bool, Error> {
        Ok(self.mine && session.explain(self.action, self.asked.clone()).await?.is_allowed())
    }

    /// The newest request made from it.
    pub async fn request(&self, session: &Session) -> Result<Option<AccessRequest>, Error> {
        let requests = super::list::load(session, "q.reference = $1", [self.reference.clone()]).await?;
        Ok(requests.into_iter().next())
    }
}
