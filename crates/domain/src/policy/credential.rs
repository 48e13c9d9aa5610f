//! From what was presented to who it is.

use sqlx::FromRow;

use super::cause::{Cause, Denied, Time};
use super::facts::{KeyFacts, ServiceFacts};
use super::resource::Account;
use super::session::{Caller, CallerUser, ClientInfo, Credential, Session, With};
use super::{Allowed, On};
use crate::Error;
use crate::db::sql;
use crate::domain::Domain;
use crate::keys::secret;

/// The last use of a key, session or account is written again after this: a minute.
const LAST_USED_STEP: i64 = 60_000_000;

#[derive(FromRow)]
struct AccountRow {
    id: i64,
    name: String,
    is_admin: bool,
    email: Option<String>,
    full_name: Option<String>,
    language: Option<String>,
    created_at: i64,
    disabled_at: Option<i64>,
    last_seen_at: Option<i64>,
    kind: String,
    team: Option<String>,
    org_wide: bool,
}

#[derive(FromRow)]
struct KeyRow {
    id: i64,
    user_id: i64,
    name: String,
    scope: String,
    project_id: Option<i64>,
    project: Option<String>,
    entity: Option<String>,
    team_id: Option<i64>,
    team: Option<String>,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by: Option<String>,
}

impl Domain {
    /// Who presents `credential`. A key that is not good is a denial that says which kind of not good.
    pub async fn session(&self, credential: Credential, client: ClientInfo) -> Result<Session, Error> {
        let (account, with) = match credential {
            Credential::Anonymous => return Ok(Session::new(self.clone(), Caller::Anonymous, With::Nothing, client)),
            Credential::Key(key) => self.check_key(&key, &client).await?,
            Credential::Cookie(cookie) => match self.check_cookie(&cookie, &client).await? {
                Some(found) => found,
                None => return Ok(Session::new(self.clone(), Caller::Anonymous, With::Nothing, client)),
            },
        };
        let row = self.enabled_account(account).await?;
        let now = self.clock().now();
        if row.last_seen_at.is_none_or(|at| now - at > LAST_USED_STEP) {
            sql("UPDATE account SET last_seen_at = $1 WHERE id = $2").bind(now).bind(account).run(self.db()).await?;
        }
        Ok(self.session_for(row, with, client))
    }

    /// The session of an account that was found to be who it says.
    pub(crate) async fn session_of(&self, account: i64, client: ClientInfo) -> Result<Session, Error> {
        Ok(self.session_for(self.enabled_account(account).await?, With::Nothing, client))
    }

    /// The account, unless it is disabled.
    async fn enabled_account(&self, account: i64) -> Result<AccountRow, Error> {
        let text = "SELECT a.id, a.name, a.is_admin, a.email, a.full_name, a.language, a.created_at, a.disabled_at, \
                    a.last_seen_at, a.kind, e.name AS team, a.org_wide FROM account a LEFT JOIN entity e ON e.id = a.home_id WHERE a.id = $1";
        let row: AccountRow = sql(text).bind(account).one(self.db()).await?;
        if row.disabled_at.is_some() {
            let text = "SELECT name FROM account WHERE is_admin = $1 AND disabled_at IS NULL ORDER BY name LIMIT 5";
            let admins: Vec<(String,)> = sql(text).bind(true).all(self.db()).await?;
            let hidden = self.settings().await?.hide_admins;
            let admins = admins.into_iter().map(|(name,)| name).filter(|_| !hidden).collect();
            return Err(Denied::credential(Cause::UserDisabled { user: row.name, admins }).into());
        }
        Ok(row)
    }

    fn session_for(&self, row: AccountRow, with: With, client: ClientInfo) -> Session {
        let AccountRow { id, name, is_admin, email, full_name, language, created_at, org_wide, .. } = row;
        let service = (row.kind == "service").then(|| ServiceFacts { team: row.team.unwrap_or_default(), org_wide });
        let user = CallerUser { id, name, is_admin, email, full_name, language, created_at, service };
        Session::new(self.clone(), Caller::User(user), with, client)
    }

    /// The session of the command line on the server's own machine: whoever can read the database may do anything.
    pub fn operator(&self) -> Session {
        Session::new(self.clone(), Caller::Operator, With::Nothing, ClientInfo::default())
    }

    /// The session of the server's own background work.
    pub(crate) fn system(&self) -> Session {
        Session::new(self.clone(), Caller::System, With::Nothing, ClientInfo::default())
    }

    async fn check_key(&self, key: &str, client: &ClientInfo) -> Result<(i64, With), Error> {
        let host = client.host.clone();
        let deny = |cause| Err(Error::from(Denied::credential(cause)));
        let text = "SELECT k.id, k.user_id, k.name, k.scope, k.project_id, p.name AS project, e.name AS entity, \
                    k.team_id, t.name AS team, k.last_used_at, k.expires_at, k.revoked_at, k.revoked_by FROM api_key k \
                    LEFT JOIN project p ON p.id = k.project_id LEFT JOIN entity e ON e.id = p.entity_id \
                    LEFT JOIN entity t ON t.id = k.team_id WHERE k.hash = $1";
        let row: Option<KeyRow> = sql(text).bind(secret::hash(key)).optional(self.db()).await?;
        let Some(row) = row else {
            return deny(match secret::recognise(key, self.key_prefix()) {
                secret::Shape::Empty => Cause::KeyMissing { host },
                secret::Shape::Malformed => Cause::KeyMalformed { host },
                secret::Shape::Foreign(issuer) => Cause::KeyOtherServer { host, issuer: issuer.to_owned() },
                secret::Shape::Ours => Cause::KeyUnknown { host },
            });
        };
        let (id, now) = (row.id.to_string(), self.clock().now());
        if let Some(at) = row.revoked_at {
            let by = row.revoked_by.unwrap_or_default();
            return deny(Cause::KeyRevoked { host, key: id, name: row.name, at: Time(at), by });
        }
        if let Some(at) = row.expires_at.filter(|at| *at <= now) {
            return deny(Cause::KeyExpired { host, key: id, name: row.name, at: Time(at) });
        }
        if row.last_used_at.is_none_or(|at| now - at > LAST_USED_STEP) {
            sql("UPDATE api_key SET last_used_at = $1, last_used_from = $2, last_used_client = $3 WHERE id = $4")
                .bind(now)
                .bind(client.address.clone())
                .bind(client.agent.clone())
                .bind(row.id)
                .run(self.db())
                .await?;
        }
        let project = row
            .project_id
            .map(|id| (id, format!("{}/{}", row.entity.unwrap_or_default(), row.project.unwrap_or_default())));
        let entity = row.team_id.zip(row.team);
        let key = KeyFacts { id: row.id, name: row.name, scope: row.scope.parse()?, project, entity };
        Ok((row.user_id, With::Key(key)))
    }

    async fn check_cookie(&self, cookie: &str, client: &ClientInfo) -> Result<Option<(i64, With)>, Error> {
        let (hash, now) = (secret::hash(cookie), self.clock().now());
        let text = "SELECT user_id, last_seen_at FROM web_session WHERE hash = $1 AND expires_at > $2";
        let row: Option<(i64, Option<i64>)> = sql(text).bind(&hash).bind(now).optional(self.db()).await?;
        let Some((account, last_seen_at)) = row else { return Ok(None) };
        if last_seen_at.is_none_or(|at| now - at > LAST_USED_STEP) {
            sql("UPDATE web_session SET last_seen_at = $1, address = $2, client = $3 WHERE hash = $4")
                .bind(now)
                .bind(client.address.clone())
                .bind(client.agent.clone())
                .bind(&hash)
                .run(self.db())
                .await?;
        }
        Ok(Some((account, With::Cookie(hash))))
    }
}

impl Session {
    /// The caller's own account; nobody signed in is a denial.
    pub async fn me<A: On<Account>>(&self) -> Result<Allowed<A, Account>, Error> {
        let name = self.user().map(|u| u.name.clone()).unwrap_or_default();
        self.allow::<A, Account>(&crate::model::EntityPath(name)).await
    }
}

impl super::Allowed<super::Administer, super::Org> {
    /// The session that `name` would have, for explaining the decisions about them.
    pub async fn session_of(&self, name: &str, client: ClientInfo) -> Result<Session, Error> {
        let row: Option<(i64,)> =
            sql("SELECT id FROM account WHERE name = $1").bind(name).optional(self.domain().db()).await?;
        let (account,) = row.ok_or_else(|| Error::not_found(crate::Thing::User, name))?;
        self.domain().session_of(account, client).await
    }
}
