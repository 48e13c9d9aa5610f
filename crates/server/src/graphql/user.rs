//! The type `User`.

use domain::policy::{Account, Allowed, Read};
use domain::runs::RunUser;
use domain::users::AccountDetails;
use domain::{policy, rfc3339};

use super::entity::EntityNode;
use super::permission::{At, permission};
use super::{Connection, Ctx, NoArgs, Node, Output, Payload, Resolvers, ids};
use crate::Error;

/// A user as the caller may see them.
pub struct UserNode(pub AccountDetails);

impl Node for UserNode {
    const TYPE: &'static str = "User";
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.object::<UserNode>()
        .get("id", |u| ids::encode("User", u.0.id))
        .get("name", |u| u.0.full_name.clone().unwrap_or_else(|| u.0.name.clone()))
        .get("username", |u| u.0.name.clone())
        .get("email", |u| u.0.email.clone())
        .get("admin", |u| u.0.is_admin)
        .field("entity", entity)
        .field("invitations", invitations)
        .get("flags", |_| r#"{"code_saving_enabled": false}"#)
        .get("photoUrl", |_| None::<String>)
        .get("deletedAt", |u| u.0.disabled_at.map(rfc3339))
        .get("createdAt", |u| rfc3339(u.0.created_at))
        .get("language", |u| u.0.language.clone())
        .field("sessions", sessions)
        .field("twoFactor", two_factor)
        .field("recoveryCodesLeft", recovery_codes_left)
        .field("hasPassword", has_password)
        .field("mayCreateKey", may_create_key)
        .field("keyMaxDays", key_max_days)
        .field("apiKeys", api_keys)
        .field("keys", keys)
        .field("accessRequests", access_requests)
        .field("teams", teams)
        .field("projects", projects)
        .field("organizations", |_, _: NoArgs, _| async { Ok(vec![super::organization::OrganizationNode]) });
}

/// Just the names: the client reads no more of who made something.
pub fn named(user: RunUser) -> Payload {
    let name = user.full_name.unwrap_or_else(|| user.name.clone());
    Payload::new("User").with("id", ids::encode("User", user.id)).with("name", name).with("username", user.name)
}

/// The caller's own account; none for nobody.
pub async fn viewer(ctx: &Ctx) -> Result<Option<UserNode>, Error> {
    match ctx.session.user() {
        None => Ok(None),
        Some(_) => Ok(Some(UserNode(ctx.session.me::<Read>().await?.details().await?))),
    }
}

/// The account, when the caller may see its keys.
async fn account(user: &UserNode, ctx: &Ctx) -> Result<Option<Allowed<Read, Account>>, Error> {
    match ctx.session.allow::<Read, Account>(&domain::model::EntityPath(user.0.name.clone())).await {
        Ok(account) => Ok(Some(account)),
        Err(domain::Error::Denied(_)) => Ok(None),
        Err(e) => Err(e.into()),
    }
}

/// Where the account works when a script names nothing: its own space, or a service account's team.
async fn entity(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let me = ctx.session.user().filter(|me| me.id == user.0.id);
    Ok(me.map_or_else(|| user.0.name.clone(), |me| me.home().to_owned()))
}

async fn invitations(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(Vec::new()) };
    Ok(account.invitations().await?.into_iter().map(super::invitation::payload).collect::<Vec<_>>())
}

/// The client picks the key to delete by the text of `name`: the hint, which is short and stable.
async fn api_keys(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(Connection::whole(Vec::new())) };
    let live = account.keys().await?.into_iter().filter(|k| k.revoked_at.is_none());
    Ok(Connection::whole(live.map(|k| {
        Payload::new("ApiKey").with("id", ids::encode("ApiKey", k.id)).with("name", k.hint).with("description", k.name)
    })))
}

async fn keys(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(Vec::new()) };
    Ok(account.keys().await?.into_iter().map(super::access_key::payload).collect::<Vec<_>>())
}

async fn sessions(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(Vec::new()) };
    let payload = |session: domain::users::WebSession| {
        Payload::new("WebSession")
            .with("id", session.id)
            .with("createdAt", rfc3339(session.created_at))
            .with("lastSeenAt", rfc3339(session.last_seen_at))
            .with("address", session.address)
            .with("client", session.client)
            .with("current", session.current)
    };
    Ok(account.web_sessions().await?.into_iter().map(payload).collect::<Vec<_>>())
}

async fn two_factor(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(false) };
    Ok(account.two_factor().await?.0)
}

async fn recovery_codes_left(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(0) };
    Ok(account.two_factor().await?.1)
}

async fn has_password(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(account) = account(&user, &ctx).await? else { return Ok(false) };
    Ok(account.details().await?.has_password)
}

async fn may_create_key(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = domain::model::EntityPath(user.0.name.clone());
    permission(&ctx, policy::Operation::KeyCreate, At::Entity(&entity)).await
}

async fn key_max_days(_: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    Ok(ctx.app.domain.settings().await?.key_max_days)
}

/// The teams of the caller; of another user nothing is told.
async fn teams(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut teams = Vec::new();
    if ctx.session.user().is_some_and(|me| me.id == user.0.id) {
        for team in ctx.session.entities().await?.into_iter().filter(|e| e.is_team) {
            teams.push(EntityNode::load(&ctx, team.name).await?);
        }
    }
    Ok(Connection::whole(teams))
}

async fn projects(user: std::sync::Arc<UserNode>, _: super::Page, ctx: Ctx) -> Result<impl Output, Error> {
    let projects = ctx.session.readable_projects(Some(&user.0.name)).await?;
    Ok(Connection::whole(projects.into_iter().map(super::project::ProjectNode)))
}

impl From<&policy::CallerUser> for UserNode {
    /// What a session knows of its own user.
    fn from(u: &policy::CallerUser) -> Self {
        Self(AccountDetails {
            id: u.id,
            name: u.name.clone(),
            email: u.email.clone(),
            full_name: u.full_name.clone(),
            is_admin: u.is_admin,
            language: u.language.clone(),
            created_at: u.created_at,
            disabled_at: None,
            kind: if u.service.is_some() { "service" } else { "user" }.to_owned(),
            last_seen_at: None,
            has_password: false,
            two_factor: false,
        })
    }
}

/// Those that the caller made; nobody else's.
async fn access_requests(user: std::sync::Arc<UserNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    if ctx.session.user().is_none_or(|me| me.id != user.0.id) {
        return Ok(Vec::new());
    }
    Ok(ctx.session.own_requests().await?.into_iter().map(super::RequestNode).collect())
}
