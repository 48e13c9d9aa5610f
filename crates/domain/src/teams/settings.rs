//! A team's settings: who may know of it, who may invite, what new projects show, how much it may keep.

use sqlx::FromRow;

use super::rename;
use crate::db::{Tx, sql};
use crate::model::{EntityName, Visibility};
use crate::policy::{Administer, Allowed, Entity, Read};
use crate::{Error, Problem, Thing, audit};

/// They.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSettings {
    /// Only members may know that the team exists.
    pub hidden: bool,
    /// Members may invite.
    pub members_invite: bool,
    /// Visibility of projects that `wandb.init` makes.
    pub new_projects: Visibility,
    /// The most bytes that the team may keep.
    pub quota_bytes: Option<i64>,
    /// The most requests that its runs may make in a minute.
    pub requests_per_minute: Option<i64>,
}

/// What to change; `None` leaves a field.
#[derive(Clone, Debug, Default)]
pub struct TeamChange {
    /// A new name; the old one leads to the team from then on.
    pub name: Option<String>,
    /// Only members may know that the team exists.
    pub hidden: Option<bool>,
    /// Members may invite.
    pub members_invite: Option<bool>,
    /// Visibility of projects that `wandb.init` makes: team or restricted.
    pub new_projects: Option<Visibility>,
    /// The most bytes that the team may keep; negative lifts the limit.
    pub quota_bytes: Option<i64>,
    /// The most requests that its runs may make in a minute; negative lifts the limit.
    pub requests_per_minute: Option<i64>,
}

#[derive(FromRow)]
struct Row {
    hidden: bool,
    members_invite: bool,
    new_projects: String,
    quota_bytes: Option<i64>,
    requests_per_minute: Option<i64>,
}

impl Allowed<Read, Entity> {
    /// The team's settings.
    pub async fn settings(&self) -> Result<TeamSettings, Error> {
        let text =
            "SELECT hidden, members_invite, new_projects, quota_bytes, requests_per_minute FROM entity WHERE id = $1";
        let row: Row = sql(text).bind(self.resource().id).one(self.domain().db()).await?;
        let Row { hidden, members_invite, new_projects, quota_bytes, requests_per_minute } = row;
        let new_projects = new_projects.parse()?;
        Ok(TeamSettings { hidden, members_invite, new_projects, quota_bytes, requests_per_minute })
    }
}

impl Allowed<Administer, Entity> {
    /// Changes the team; the name it has from then on.
    pub async fn edit(&self, change: TeamChange) -> Result<String, Error> {
        self.must_be_team()?;
        let TeamChange { name, hidden, members_invite, new_projects, quota_bytes, requests_per_minute } = change;
        if let Some(other @ (Visibility::Open | Visibility::Public)) = new_projects {
            let (text, known) = (other.to_string(), "team, restricted".to_owned());
            return Err(Error::Invalid(Problem::BadWord { what: Thing::Visibility, text, known }));
        }
        let name = name.map(|name| EntityName::new(name.trim())).transpose()?;
        let mut tx = self.domain().db().begin().await?;
        if let Some(hidden) = hidden {
            self.set(&mut tx, "hidden", hidden, hidden).await?;
        }
        if let Some(invite) = members_invite {
            self.set(&mut tx, "members_invite", invite, invite).await?;
        }
        if let Some(visibility) = new_projects {
            self.set(&mut tx, "new_projects", visibility.as_str(), visibility).await?;
        }
        for (column, given) in [("quota_bytes", quota_bytes), ("requests_per_minute", requests_per_minute)] {
            let Some(number) = given else { continue };
            let limit = Some(number).filter(|number| *number >= 0);
            let words = limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
            self.set(&mut tx, column, limit, words).await?;
        }
        let now = match name {
            Some(name) if name.as_str() != self.resource().name => {
                rename::rename(&mut tx, self.session(), self.resource(), &name).await?;
                name.as_str().to_owned()
            }
            _ => self.resource().name.clone(),
        };
        tx.commit().await?;
        self.domain().hear().await?;
        Ok(now)
    }

    /// `column` is one of ours.
    async fn set(
        &self,
        tx: &mut Tx,
        column: &'static str,
        value: impl Into<crate::db::Arg>,
        words: impl std::fmt::Display,
    ) -> Result<(), Error> {
        let text = format!("UPDATE entity SET {column} = $1 WHERE id = $2");
        sql(text).bind(value).bind(self.resource().id).run(&mut *tx).await?;
        let target = format!("{}: {column} = {words}", self.resource().name);
        audit::done(tx, self.session(), "team:update", &target).await
    }
}
