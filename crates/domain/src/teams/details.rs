//! A team's members and storage.

use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Db, sql};
use crate::model::Role;
use crate::policy::{Allowed, Entity, Operation, Project, Read};
use crate::{Domain, Error};

/// Somebody with a role in a team or project.
#[derive(Clone, Debug, FromRow)]
pub struct Member {
    /// Account id.
    pub id: i64,
    /// User name.
    pub name: String,
    /// E-mail address, told to those who manage the team or project.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// The role's name: viewer, member, admin or a custom role's.
    pub role: String,
    /// A service account.
    pub is_service: bool,
    /// When the account was disabled.
    pub disabled_at: Option<Micros>,
    /// Since when.
    pub since: Micros,
}

impl Member {
    /// Manages people and settings.
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin.as_str()
    }
}

/// Members by the table that has them, in the order in which they came.
async fn members_of(domain: &Domain, table: &str, id: i64, with_email: bool) -> Result<Vec<Member>, Error> {
    let column = if table == "membership" { "team_id" } else { "project_id" };
    let text = format!(
        "SELECT a.id, a.name, a.email, a.full_name, COALESCE(c.name, m.role) AS role, a.kind = 'service' AS is_service, \
         a.disabled_at, m.created_at AS since FROM {table} m JOIN account a ON a.id = m.user_id \
         LEFT JOIN custom_role c ON c.id = m.custom_role_id WHERE m.{column} = $1 ORDER BY m.created_at, a.id"
    );
    let mut members: Vec<Member> = sql(text).bind(id).all(domain.db()).await?;
    if !with_email {
        members.iter_mut().for_each(|member| member.email = None);
    }
    Ok(members)
}

impl Allowed<Read, Entity> {
    /// The team's members in the order in which they came, service accounts too; none for a personal space.
    pub async fn members(&self) -> Result<Vec<Member>, Error> {
        let team = self.resource();
        let asked = (team.name.clone(), String::new(), String::new());
        let manages = self.session().explain(Operation::TeamUpdate, asked).await?.is_allowed();
        members_of(self.domain(), "membership", team.id, manages).await
    }

    /// Bytes of segments, run files and artifacts of all its projects.
    pub async fn storage_bytes(&self) -> Result<i64, Error> {
        storage_bytes(self.domain().db(), self.resource().id).await
    }
}

/// Bytes of segments, run files and artifacts of all projects of an entity: what several versions of a project list counts once.
pub(crate) async fn storage_bytes(db: &Db, entity: i64) -> Result<i64, Error> {
    let text = "SELECT CAST(COALESCE(SUM(x.bytes), 0) AS BIGINT) FROM ( \
                SELECT r.project_id, s.bytes FROM segment s JOIN run r ON r.id = s.run_id \
                UNION ALL SELECT r.project_id, f.bytes FROM file f JOIN run r ON r.id = f.run_id \
                UNION ALL SELECT project_id, bytes FROM project_object) x \
                JOIN project p ON p.id = x.project_id WHERE p.entity_id = $1";
    let (bytes,): (i64,) = sql(text).bind(entity).one(db).await?;
    Ok(bytes)
}

impl Allowed<Read, Project> {
    /// Those with a role in this project itself.
    pub async fn members(&self) -> Result<Vec<Member>, Error> {
        let path = self.resource().path();
        let manages = self
            .session()
            .explain(Operation::ProjectUpdate, (path.entity, path.project, String::new()))
            .await?
            .is_allowed();
        members_of(self.domain(), "project_member", self.resource().id, manages).await
    }
}
