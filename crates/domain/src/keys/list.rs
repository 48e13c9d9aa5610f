//! Listing an account's keys.

use sqlx::FromRow;

use crate::Error;
use crate::clock::Micros;
use crate::db::sql;
use crate::model::KeyScope;
use crate::policy::{Account, Allowed, Read};

/// A key as its owner sees it after it was made.
#[derive(Clone, Debug)]
pub struct ApiKey {
    /// Key id.
    pub id: i64,
    /// The name its owner gave it.
    pub name: String,
    /// Prefix and last four characters.
    pub hint: String,
    /// Read only, or everything.
    pub scope: KeyScope,
    /// `entity/project` it is narrowed to.
    pub project: Option<String>,
    /// When it was made.
    pub created_at: Micros,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Micros>,
    /// When it stops working.
    pub expires_at: Option<Micros>,
    /// When it was revoked.
    pub revoked_at: Option<Micros>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    hint: String,
    scope: String,
    project: Option<String>,
    entity: Option<String>,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl Allowed<Read, Account> {
    /// The account's keys, newest first, revoked ones too.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, Error> {
        let text = "SELECT k.id, k.name, k.hint, k.scope, p.name AS project, e.name AS entity, k.created_at, \
                    k.last_used_at, k.expires_at, k.revoked_at FROM api_key k \
                    LEFT JOIN project p ON p.id = k.project_id LEFT JOIN entity e ON e.id = p.entity_id \
                    WHERE k.user_id = $1 ORDER BY k.created_at DESC, k.id DESC";
        let rows: Vec<Row> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        let key = |r: Row| {
            Ok(ApiKey {
                id: r.id,
                name: r.name,
                hint: r.hint,
                scope: r.scope.parse()?,
                project: r.project.map(|p| format!("{}/{p}", r.entity.unwrap_or_default())),
                created_at: r.created_at,
                last_used_at: r.last_used_at,
                expires_at: r.expires_at,
                revoked_at: r.revoked_at,
            })
        };
        rows.into_iter().map(key).collect()
    }
}
