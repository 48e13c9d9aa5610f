//! Listing keys.

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::KeyScope;
use crate::policy::{Account, Administer, Allowed, Org, Read};

/// A key as its owner sees it after it was made.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Key id.
    pub id: i64,
    /// Name of the account that it belongs to.
    pub owner: String,
    /// The name its owner gave it.
    pub name: String,
    /// Prefix and last four characters.
    pub hint: String,
    /// Read only, or everything.
    pub scope: KeyScope,
    /// `entity` or `entity/project` that it is narrowed to.
    pub within: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Micros>,
    /// The network address that used it then.
    pub last_used_from: Option<String>,
    /// What the program that used it calls itself.
    pub last_used_client: Option<String>,
    /// When it stops working.
    pub expires_at: Option<Micros>,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
    /// By whom.
    pub revoked_by: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    owner: String,
    name: String,
    hint: String,
    scope: String,
    project: Option<String>,
    entity: Option<String>,
    team: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    last_used_from: Option<String>,
    last_used_client: Option<String>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by: Option<String>,
}

const SELECT: &str = "SELECT k.id, a.name AS owner, k.name, k.hint, k.scope, p.name AS project, e.name AS entity, \
    t.name AS team, k.created_at, k.last_used_at, k.last_used_from, k.last_used_client, k.expires_at, k.revoked_at, \
    k.revoked_by FROM api_key k JOIN account a ON a.id = k.user_id LEFT JOIN project p ON p.id = k.project_id \
    LEFT JOIN entity e ON e.id = p.entity_id LEFT JOIN entity t ON t.id = k.team_id";

const NEWEST_FIRST: &str = "ORDER BY k.created_at DESC, k.id DESC";

impl TryFrom<Row> for ApiKey {
    type Error = Error;

    fn try_from(r: Row) -> Result<Self, Error> {
        let project = r.entity.zip(r.project).map(|(entity, project)| format!("{entity}/{project}"));
        Ok(Self {
            id: r.id,
            owner: r.owner,
            name: r.name,
            hint: r.hint,
            scope: r.scope.parse()?,
            within: project.or(r.team),
            created_at: r.created_at,
            last_used_at: r.last_used_at,
            last_used_from: r.last_used_from,
            last_used_client: r.last_used_client,
            expires_at: r.expires_at,
            revoked_at: r.revoked_at,
            revoked_by: r.revoked_by,
        })
    }
}

/// One key.
pub(super) async fn one(tx: &mut Tx, id: i64) -> Result<ApiKey, Error> {
    sql(format!("{SELECT} WHERE k.id = $1")).bind(id).one::<Row>(tx).await?.try_into()
}

impl Allowed<Read, Account> {
    /// The account's keys, newest first, revoked ones too. Short-lived tokens are not listed.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, Error> {
        let text = format!("{SELECT} WHERE k.user_id = $1 AND k.kind = 'key' {NEWEST_FIRST}");
        let rows: Vec<Row> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }
}

impl Allowed<Administer, Org> {
    /// Everybody's keys, newest first.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, Error> {
        let text = format!("{SELECT} WHERE k.kind = 'key' {NEWEST_FIRST}");
        let rows: Vec<Row> = sql(text).all(self.domain().db()).await?;
        rows.into_iter().map(ApiKey::try_from).collect()
    }
}
