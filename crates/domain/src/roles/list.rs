//! Listing custom roles.

use sqlx::FromRow;

use crate::Error;
use crate::db::sql;
use crate::model::Role;
use crate::policy::{Administer, Allowed, Entity, Operation, Org, Read};

/// A custom role.
#[derive(Clone, Debug)]
pub struct CustomRole {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Where it starts: viewer or member.
    pub base: Role,
    /// What it may do besides.
    pub adds: Vec<Operation>,
    /// How many memberships of teams and projects have it.
    pub members: i64,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    base: String,
    adds: String,
    members: i64,
}

impl Allowed<Administer, Org> {
    /// Every custom role, by name.
    pub async fn custom_roles(&self) -> Result<Vec<CustomRole>, Error> {
        let text = "SELECT r.id, r.name, r.base, r.adds, \
                    (SELECT COUNT(*) FROM membership m WHERE m.custom_role_id = r.id) + \
                    (SELECT COUNT(*) FROM project_member m WHERE m.custom_role_id = r.id) AS members \
                    FROM custom_role r ORDER BY r.name";
        let rows: Vec<Row> = sql(text).all(self.domain().db()).await?;
        let role = |row: Row| {
            let adds: Vec<String> =
                serde_json::from_str(&row.adds).map_err(|e| Error::internal("reading a custom role", e))?;
            let adds = adds.iter().map(|action| action.parse()).collect::<Result<_, _>>()?;
            Ok(CustomRole { id: row.id, name: row.name, base: row.base.parse()?, adds, members: row.members })
        };
        rows.into_iter().map(role).collect()
    }
}

impl Allowed<Read, Entity> {
    /// Names of the roles that may be given here: the three, then the custom ones.
    pub async fn role_names(&self) -> Result<Vec<String>, Error> {
        let custom: Vec<(String,)> = sql("SELECT name FROM custom_role ORDER BY name").all(self.domain().db()).await?;
        Ok(Role::ALL.iter().map(ToString::to_string).chain(custom.into_iter().map(|(name,)| name)).collect())
    }
}
