//! The entities that a caller belongs to.

use sqlx::FromRow;

use crate::Error;
use crate::db::sql;
use crate::model::Role;
use crate::policy::{Administer, Allowed, Org, Session};

/// An entity with the caller's role in it.
#[derive(Clone, Debug)]
pub struct EntitySummary {
    /// Its name.
    pub name: String,
    /// Whether it is a team.
    pub is_team: bool,
    /// The caller's role; admin in one's own space.
    pub role: Role,
}

#[derive(FromRow)]
struct Row {
    name: String,
    role: String,
}

/// A team as the organization's admins list it.
#[derive(Clone, Debug, FromRow)]
pub struct TeamRow {
    /// Its name.
    pub name: String,
    /// How many members it has.
    pub members: i64,
    /// When it was made.
    pub created_at: i64,
}

impl Session {
    /// The caller's own entity first (a service account has none), then the caller's teams by name.
    pub async fn entities(&self) -> Result<Vec<EntitySummary>, Error> {
        let Some(me) = self.user() else { return Ok(Vec::new()) };
        let text = "SELECT e.name, m.role FROM membership m JOIN entity e ON e.id = m.team_id \
                    WHERE m.user_id = $1 ORDER BY e.name";
        let rows: Vec<Row> = sql(text).bind(me.id).all(self.db()).await?;
        let own = EntitySummary { name: me.name.clone(), is_team: false, role: Role::Admin };
        let mut entities: Vec<_> = me.service.is_none().then_some(own).into_iter().collect();
        for row in rows {
            entities.push(EntitySummary { name: row.name, is_team: true, role: row.role.parse()? });
        }
        Ok(entities)
    }
}

impl Allowed<Administer, Org> {
    /// Every team, by name.
    pub async fn teams(&self) -> Result<Vec<TeamRow>, Error> {
        let text = "SELECT e.name, COUNT(m.user_id) AS members, e.created_at FROM entity e \
                    LEFT JOIN membership m ON m.team_id = e.id WHERE e.kind = 'team' \
                    GROUP BY e.id, e.name, e.created_at ORDER BY e.name";
        sql(text).all(self.domain().db()).await
    }
}

impl Allowed<Administer, Org> {
    /// Who is in which team: user name and team, in the order of the teams.
    pub async fn memberships(&self) -> Result<Vec<(String, String)>, Error> {
        let text = "SELECT a.name, e.name FROM membership m JOIN account a ON a.id = m.user_id \
                    JOIN entity e ON e.id = m.team_id ORDER BY e.name, a.name";
        sql(text).all(self.domain().db()).await
    }
}
