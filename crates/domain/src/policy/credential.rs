//! From what was presented to who it is.

use sqlx::FromRow;

use super::cause::{Cause, Denied, Time};
use super::facts::{KeyFacts, ServiceFacts};
use super::resource::Account;
use super::session::{Caller, CallerUser, ClientInfo, Credential, Session, With};
use super::{Allowed, On};
use crate::Error;
use crate::db::{Arg, sql};
use crate::domain::Domain;
use crate::keys::secret;

/// The last use of a key, session or account is written again after this: a minute.
pub(super) const LAST_USED_STEP: i64 = 60_000_000;

/// Column: the number of the last change of access, read with what a caller is recognised by and so before all else.
const ACCESS: &str = "(SELECT last FROM access_epoch) AS access";

/// Who a caller turned out to be.
struct Recognised {
    account: i64,
    with: With,
    access: i64,
}

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
    access: i64,
}

impl Domain {
    /// Who presents `credential`. A key that is not good is a denial that says which kind of not good.
    pub async fn session(&self, credential: Credential, client: ClientInfo) -> Result<Session, Error> {
        let found = match credential {
            Credential::Anonymous => None,
            Credential::Key(key) => Some(self.check_key(&key, &client).await?),
            Credential::Cookie(cookie) => self.check_cookie(secret::hash(&cookie), &client).await?,
        };
        self.recognised(found, client).await
    }

    /// The session of whoever was recognised by a key or a cookie.
    async fn recognised(&self, found: Option<Recognised>, client: ClientInfo) -> Result<Session, Error> {
        let Some(Recognised { account, with, access }) = found else {
            return Ok(Session::new(self.clone(), Caller::Anonymous, With::Nothing, client, None));
        };
        let row = self.enabled_account(account).await?;
        let now = self.clock().now();
        if row.last_seen_at.is_none_or(|at| now - at > LAST_USED_STEP) {
            sql("UPDATE account SET last_seen_at = $1 WHERE id = $2").bind(now).bind(account).run(self.db()).await?;
        }
        self.remembered().saw(access);
        Ok(self.session_for(row, with, client, Some(access)))
    }

    /// The session of an account that was found to be who it says.
    pub(crate) async fn session_of(&self, account: i64, client: ClientInfo) -> Result<Session, Error> {
        let (access,): (i64,) = sql(format!("SELECT {ACCESS}")).one(self.db()).await?;
        Ok(self.session_for(self.enabled_account(account).await?, With::Nothing, client, Some(access)))
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

    fn session_for(&self, row: AccountRow, with: With, client: ClientInfo, access: Option<i64>) -> Session {
        let AccountRow { id, name, is_admin, email, full_name, language, created_at, org_wide, .. } = row;
        let service = (row.kind == "service").then(|| ServiceFacts { team: row.team.unwrap_or_default(), org_wide });
        let user = CallerUser { id, name, is_admin, email, full_name, language, created_at, service };
        Session::new(self.clone(), Caller::User(user), with, client, access)
    }

    /// The session of the command line on the server's own machine: whoever can read the database may do anything.
    pub fn operator(&self) -> Session {
        Session::new(self.clone(), Caller::Operator, With::Nothing, ClientInfo::default(), None)
    }

    /// The session of the server's own background work.
    pub(crate) fn system(&self) -> Session {
        Session::new(self.clone(), Caller::System, With::Nothing, ClientInfo::default(), None)
    }

    async fn check_key(&self, key: &str, client: &ClientInfo) -> Result<Recognised, Error> {
        let unknown = || {
            let host = client.host.clone();
            match secret::recognise(key, self.key_prefix()) {
                secret::Shape::Empty => Cause::KeyMissing { host },
                secret::Shape::Malformed => Cause::KeyMalformed { host },
                secret::Shape::Foreign(issuer) => Cause::KeyOtherServer { host, issuer: issuer.to_owned() },
                secret::Shape::Ours => Cause::KeyUnknown { host },
            }
        };
        self.check_stored_key("hash", secret::hash(key), client, unknown).await
    }

    /// Checks the key whose column (a name of ours) has this value.
    async fn check_stored_key(
        &self,
        column: &'static str,
        value: impl Into<Arg>,
        client: &ClientInfo,
        unknown: impl FnOnce() -> Cause,
    ) -> Result<Recognised, Error> {
        let host = client.host.clone();
        let deny = |cause| Err(Error::from(Denied::credential(cause)));
        let text = format!(
            "SELECT k.id, k.user_id, k.name, k.scope, k.project_id, p.name AS project, e.name AS entity, \
             k.team_id, t.name AS team, k.last_used_at, k.expires_at, k.revoked_at, k.revoked_by, {ACCESS} FROM api_key k \
             LEFT JOIN project p ON p.id = k.project_id LEFT JOIN entity e ON e.id = p.entity_id \
             LEFT JOIN entity t ON t.id = k.team_id WHERE k.{column} = $1"
        );
        let row: Option<KeyRow> = sql(text).bind(value).optional(self.db()).await?;
        let Some(row) = row else { return deny(unknown()) };
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
        let with = With::Key(key, row.expires_at);
        Ok(Recognised { account: row.user_id, with, access: row.access })
    }

    async fn check_cookie(&self, hash: String, client: &ClientInfo) -> Result<Option<Recognised>, Error> {
        let now = self.clock().now();
        let text =
            format!("SELECT user_id, last_seen_at, {ACCESS} FROM web_session WHERE hash = $1 AND expires_at > $2");
        let row: Option<(i64, Option<i64>, i64)> = sql(text).bind(&hash).bind(now).optional(self.db()).await?;
        let Some((account, last_seen_at, access)) = row else { return Ok(None) };
        if last_seen_at.is_none_or(|at| now - at > LAST_USED_STEP) {
            sql("UPDATE web_session SET last_seen_at = $1, address = $2, client = $3 WHERE hash = $4")
                .bind(now)
                .bind(client.address.clone())
                .bind(client.agent.clone())
                .bind(&hash)
                .run(self.db())
                .await?;
        }
        Ok(Some(Recognised { account, with: With::Cookie(hash), access }))
    }
}

impl Session {
    /// The same caller, recognised anew: the key, the cookie or the account may be good no more.
    pub(super) async fn again(&self) -> Result<Self, Error> {
        let (domain, client) = (self.domain(), self.client().clone());
        let found = match self.with() {
            With::Key(key, _) => {
                let unknown = || Cause::KeyUnknown { host: client.host.clone() };
                Some(domain.check_stored_key("id", key.id, &client, unknown).await?)
            }
            With::Cookie(hash) => domain.check_cookie(hash.clone(), &client).await?,
            With::Nothing => {
                return match self.user() {
                    Some(user) => Ok(domain.session_of(user.id, client).await?.sharing(self.share().cloned())),
                    None => Ok(self.clone()),
                };
            }
        };
        Ok(domain.recognised(found, client).await?.sharing(self.share().cloned()))
    }

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
