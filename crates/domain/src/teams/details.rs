//! A team's members and storage.

use sqlx::FromRow;

use crate::Error;
use crate::db::sql;
use crate::model::Role;
use crate::policy::{Allowed, Entity, Read};

/// A member of a team.
#[derive(Clone, Debug)]
pub struct Member {
    /// Account id.
    pub id: i64,
    /// User name.
    pub name: String,
    /// E-mail address, as members of the same team see it.
    pub email: Option<String>,
    /// Full name.
    pub full_name: Option<String>,
    /// Role in the team.
    pub role: Role,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    email: Option<String>,
    full_name: Option<String>,
    role: String,
}

impl Allowed<Read, Entity> {
    /// The team's members by name; none for a personal space.
    pub async fn members(&self) -> Result<Vec<Member>, Error> {
        let text = "SELECT a.id, a.name, a.email, a.full_name, m.role FROM membership m \
                    JOIN account a ON a.id = m.user_id WHERE m.team_id = $1 ORDER BY a.name";
        let rows: Vec<Row> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        let member = |r: Row| {
            Ok(Member { id: r.id, name: r.name, email: r.email, full_name: r.full_name, role: r.role.parse()? })
        };
        rows.into_iter().map(member).collect()
    }

    /// Bytes of segments and run files of all its projects.
    pub async fn storage_bytes(&self) -> Result<i64, Error> {
        let text = "SELECT CAST(COALESCE(SUM(x.bytes), 0) AS BIGINT) FROM ( \
                    SELECT run_id, bytes FROM segment UNION ALL SELECT run_id, bytes FROM file) x \
                    JOIN run r ON r.id = x.run_id JOIN project p ON p.id = r.project_id WHERE p.entity_id = $1";
        let (bytes,): (i64,) = sql(text).bind(self.resource().id).one(self.domain().db()).await?;
        Ok(bytes)
    }
}
