//! Requests for access, as those who made them and those who answer them see them.

use sqlx::FromRow;

use crate::db::sql;
use crate::model::{Role, words};
use crate::policy::{Asked, Operation, Session};
use crate::problem::Thing;
use crate::{Error, Micros};

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Nobody has answered.
    Pending,
    /// Access was given.
    Approved,
    /// It was not.
    Declined,
}
words!(RequestState, RequestState, { Pending => "pending", Approved => "approved", Declined => "declined" });

/// Somebody asks for access that was denied.
#[derive(Clone, Debug)]
pub struct AccessRequest {
    /// Request id.
    pub id: i64,
    /// The denial it came from.
    pub reference: String,
    /// Who asks.
    pub user: String,
    /// What was refused.
    pub action: Operation,
    /// On which path: entity, project, object.
    pub asked: Asked,
    /// Whether that is a registry.
    pub registry: bool,
    /// What they say.
    pub message: Option<String>,
    /// Where it stands.
    pub state: RequestState,
    /// The role given.
    pub role: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was answered.
    pub answered_at: Option<Micros>,
    /// By whom.
    pub answered_by: Option<String>,
    /// What they said.
    pub answer: Option<String>,
}

impl AccessRequest {
    /// What access is asked for: `entity/project`, or the entity.
    pub fn place(&self) -> String {
        super::place(&self.asked)
    }

    /// Whether a registry is asked for that is not there yet.
    pub fn makes_registry(&self) -> bool {
        self.registry && self.action == Operation::ProjectCreate
    }

    /// The roles that suffice for what was refused, lowest first.
    pub fn roles(&self) -> Vec<&'static str> {
        if self.makes_registry() {
            return vec![Role::Admin.as_str()];
        }
        Role::ALL.iter().filter(|role| **role >= self.action.role()).map(|role| role.as_str()).collect()
    }
}

#[derive(FromRow)]
struct Row {
    id: i64,
    reference: String,
    requester: String,
    action: String,
    entity: String,
    project: String,
    object: String,
    registry: bool,
    message: Option<String>,
    state: String,
    role: Option<String>,
    created_at: i64,
    answered_at: Option<i64>,
    answered_by: Option<String>,
    answer: Option<String>,
}

/// The most requests in a list.
const MOST: usize = 500;

impl Session {
    /// Requests that the caller may answer, newest first: pending ones, answered ones, or all; of one entity, or of all.
    pub async fn answerable_requests(
        &self,
        entity: Option<&str>,
        pending: Option<bool>,
    ) -> Result<Vec<AccessRequest>, Error> {
        let mut condition = match pending {
            Some(true) => "q.state = 'pending'",
            Some(false) => "q.state <> 'pending'",
            None => "1 = 1",
        }
        .to_owned();
        if entity.is_some() {
            condition.push_str(" AND q.entity = $1");
        }
        let mut known = std::collections::HashMap::new();
        let mut mine = Vec::new();
        for request in load(self, &condition, entity.map(str::to_owned)).await? {
            let place = (request.asked.0.clone(), request.asked.1.clone());
            let may = match known.get(&place) {
                Some(may) => *may,
                None => self.may_grant(&place.0, &place.1).await?,
            };
            known.insert(place, may);
            if may {
                mine.push(request);
            }
        }
        Ok(mine)
    }

    /// Requests that the caller made, newest first.
    pub async fn own_requests(&self) -> Result<Vec<AccessRequest>, Error> {
        load(self, "a.name = $1", [self.user().map(|u| u.name.clone()).unwrap_or_default()]).await
    }

    /// One request, for whoever may answer it.
    pub(super) async fn answerable_request(&self, id: i64) -> Result<AccessRequest, Error> {
        let missing = || Error::not_found(Thing::Request, id.to_string());
        let request = load(self, "q.id = $1", [id]).await?.into_iter().next().ok_or_else(missing)?;
        let may = self.may_grant(&request.asked.0, &request.asked.1).await?;
        may.then_some(request).ok_or_else(missing)
    }
}

/// The requests that fit a condition on `access_request q` and its `account a`, newest first.
pub(super) async fn load<T: Into<crate::db::Arg>>(
    session: &Session,
    condition: &str,
    args: impl IntoIterator<Item = T>,
) -> Result<Vec<AccessRequest>, Error> {
    let text = format!(
        "SELECT q.id, q.reference, a.name AS requester, q.action, q.entity, q.project, q.object, q.message, q.state, \
         q.role, q.created_at, q.answered_at, q.answered_by, q.answer, \
         EXISTS (SELECT 1 FROM entity e WHERE e.name = q.entity AND e.kind = 'organization') AS registry FROM access_request q \
         JOIN account a ON a.id = q.user_id WHERE {condition} ORDER BY q.created_at DESC, q.id DESC LIMIT {MOST}"
    );
    let rows: Vec<Row> = sql(text).bind_all(args).all(session.db()).await?;
    let request = |r: Row| {
        Ok(AccessRequest {
            id: r.id,
            reference: r.reference,
            user: r.requester,
            action: r.action.parse()?,
            asked: (r.entity, r.project, r.object),
            registry: r.registry,
            message: r.message,
            state: r.state.parse()?,
            role: r.role,
            created_at: r.created_at,
            answered_at: r.answered_at,
            answered_by: r.answered_by,
            answer: r.answer,
        })
    };
    rows.into_iter().map(request).collect()
}
