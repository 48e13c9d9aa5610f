//! The organization, for its admins: the query `administration` and what changes accounts and settings.

mod accounts;
mod audit;
mod redirects;
mod roles;
mod settings;

use std::sync::Arc;

use domain::policy::{Administer, Allowed, Org};
use serde::Deserialize;

use super::entity::EntityNode;
use super::{Ctx, NoArgs, Node, Output, Payload, Resolvers, access_key};
use crate::Error;

/// The organization as its admins see it.
pub struct Administration(pub Allowed<Administer, Org>);

impl Node for Administration {
    const TYPE: &'static str = "ServerAdministration";
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.query("administration", |_: NoArgs, ctx: Ctx| async move { Administration::load(&ctx).await });
    r.object::<Administration>()
        .field("audit", audit::audit)
        .field("settings", settings::settings)
        .field("accounts", accounts::accounts)
        .field("teams", teams)
        .field("keys", keys);
    settings::register(r);
    accounts::register(r);
    roles::register(r);
    redirects::register(r);
}

impl Administration {
    /// The caller's right, or the denial.
    pub async fn load(ctx: &Ctx) -> Result<Self, Error> {
        Ok(Self(ctx.session.allow::<Administer, Org>(&()).await?))
    }
}

async fn teams(organization: Arc<Administration>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut nodes = Vec::new();
    for team in organization.0.teams().await? {
        nodes.push(EntityNode::load(&ctx, team.name).await?);
    }
    Ok(nodes)
}

#[derive(Deserialize)]
struct Search {
    search: Option<String>,
}

impl Search {
    /// Whether one of the texts has what is searched, in whatever case.
    fn finds<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> bool {
        let wanted = self.search.as_deref().unwrap_or_default().to_lowercase();
        texts.into_iter().any(|text| text.to_lowercase().contains(&wanted))
    }
}

async fn keys(organization: Arc<Administration>, search: Search, _: Ctx) -> Result<impl Output, Error> {
    let keys = organization.0.keys().await?.into_iter();
    let found = keys.filter(|key| search.finds([key.owner.as_str(), &key.name, &key.hint]));
    let payload = |key: domain::keys::ApiKey| {
        Payload::new("AccountKey").with("user", key.owner.clone()).with("key", access_key::payload(key))
    };
    Ok(found.map(payload).collect::<Vec<_>>())
}
