//! Roles of people and of whole teams in a registry.

use sqlx::FromRow;

use crate::db::{Tx, sql};
use crate::model::{EntityPath, RegistryRole};
use crate::policy::{Allowed, Operation, Project, Read, Update};
use crate::{Error, Thing, audit};

/// A team with a role in a registry.
#[derive(Clone, Debug, FromRow)]
pub struct RegistryTeam {
    /// Entity id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The role of everybody in it.
    pub role: String,
}

impl Allowed<Read, Project> {
    /// The teams with a role in this registry; one that is hidden is told to those who may know of it.
    pub async fn registry_teams(&self) -> Result<Vec<RegistryTeam>, Error> {
        let text = "SELECT e.id, e.name, t.role, e.hidden FROM project_team t JOIN entity e ON e.id = t.team_id \
                    WHERE t.project_id = $1 ORDER BY e.name";
        let all: Vec<(i64, String, String, bool)> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        let mut teams = Vec::new();
        for (id, name, role, hidden) in all {
            let EntityPath(asked) = EntityPath(name.clone());
            let known = !hidden
                || self.session().may_exactly(Operation::TeamRead, (asked, String::new(), String::new())).await?;
            teams.extend(known.then_some(RegistryTeam { id, name, role }));
        }
        Ok(teams)
    }
}

impl Allowed<Update, Project> {
    /// Gives an account a role in the registry; `None` takes it away.
    pub async fn set_registry_user(&self, user: i64, role: Option<RegistryRole>) -> Result<(), Error> {
        self.must_be_registry()?;
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT name FROM account WHERE id = $1";
        let name: Option<(String,)> = sql(text).bind(user).optional(&mut tx).await?;
        let (name,) = name.ok_or_else(|| Error::not_found(Thing::User, user.to_string()))?;
        self.set_member_in(&mut tx, &name, role.map(RegistryRole::as_str)).await?;
        tx.commit().await
    }

    /// Gives everybody in a team a role in the registry; `None` takes it away. A team that the caller may not know of is
    /// not there.
    pub async fn set_registry_team(&self, team: i64, role: Option<RegistryRole>) -> Result<(), Error> {
        self.must_be_registry()?;
        let project = self.resource();
        let missing = || Error::not_found(Thing::Team, team.to_string());
        let text = "SELECT name, hidden FROM entity WHERE id = $1 AND kind = 'team'";
        let found: Option<(String, bool)> = sql(text).bind(team).optional(self.domain().db()).await?;
        let (name, hidden) = found.ok_or_else(missing)?;
        let asked = (name.clone(), String::new(), String::new());
        if hidden && !self.session().may_exactly(Operation::TeamRead, asked).await? {
            return Err(missing());
        }
        let mut tx = self.domain().db().begin().await?;
        let words = match role {
            Some(role) => {
                let text = "INSERT INTO project_team (project_id, team_id, role, created_at) VALUES ($1, $2, $3, $4) \
                            ON CONFLICT (project_id, team_id) DO UPDATE SET role = excluded.role";
                let query = sql(text).bind(project.id).bind(team).bind(role.as_str());
                query.bind(self.session().now()).run(&mut tx).await?;
                format!("team {name} as {role}")
            }
            None => {
                let text = "DELETE FROM project_team WHERE project_id = $1 AND team_id = $2";
                sql(text).bind(project.id).bind(team).run(&mut tx).await?;
                format!("team {name} not any more")
            }
        };
        audit::done(&mut tx, self.session(), "project:set_member", &format!("{}: {words}", project.path())).await?;
        tx.commit().await
    }
}

/// Writes an account's role.
pub(crate) async fn put(tx: &mut Tx, registry: i64, user: i64, role: RegistryRole, now: i64) -> Result<(), Error> {
    let text = "INSERT INTO project_member (project_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role, custom_role_id = NULL";
    sql(text).bind(registry).bind(user).bind(role.as_str()).bind(now).run(tx).await.map(drop)
}
