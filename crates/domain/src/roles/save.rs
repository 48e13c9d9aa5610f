//! Making and changing a custom role.

use crate::db::sql;
use crate::model::Role;
use crate::policy::{Administer, Allowed, Operation, Org};
use crate::{Error, Problem, Thing, audit};

/// Longest name, in characters.
const LONGEST: usize = 64;

/// A custom role as it shall be.
#[derive(Clone, Debug)]
pub struct RoleDraft {
    /// Which one; a new one without.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// Where it starts: viewer or member.
    pub base: Role,
    /// What it may do besides.
    pub adds: Vec<Operation>,
}

impl Allowed<Administer, Org> {
    /// Saves a custom role. Whoever has it has the new rights from the next request on.
    pub async fn save_role(&self, draft: RoleDraft) -> Result<i64, Error> {
        let RoleDraft { id, name, base, mut adds } = draft;
        let name = check(&name, base, &adds)?;
        adds.sort_by_key(|action| action.as_str());
        adds.dedup();
        let words: Vec<_> = adds.iter().map(|action| action.as_str()).collect();
        let json = serde_json::to_string(&words).map_err(|e| Error::internal("writing a custom role", e))?;
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT id FROM custom_role WHERE LOWER(name) = LOWER($1) AND id <> $2";
        let other: Option<(i64,)> = sql(text).bind(&name).bind(id.unwrap_or(-1)).optional(&mut tx).await?;
        if other.is_some() {
            return Err(Error::Conflict(Problem::RoleExists { name }));
        }
        let id = match id {
            None => {
                let id = tx.next_id("custom_role").await?;
                let text = "INSERT INTO custom_role (id, name, base, adds, created_at) VALUES ($1, $2, $3, $4, $5)";
                let new = sql(text).bind(id).bind(&name).bind(base.as_str()).bind(json);
                new.bind(self.session().now()).run(&mut tx).await?;
                id
            }
            Some(id) => {
                let text = "UPDATE custom_role SET name = $1, base = $2, adds = $3 WHERE id = $4";
                let change = sql(text).bind(&name).bind(base.as_str()).bind(json).bind(id);
                if change.run(&mut tx).await? == 0 {
                    return Err(Error::not_found(Thing::Role, name));
                }
                for table in ["membership", "project_member", "invitation"] {
                    let text = format!("UPDATE {table} SET role = $1 WHERE custom_role_id = $2");
                    sql(text).bind(base.as_str()).bind(id).run(&mut tx).await?;
                }
                id
            }
        };
        let target = format!("{name}: {base} and {}", words.join(" "));
        audit::done(&mut tx, self.session(), "role:save", &target).await?;
        tx.commit().await?;
        Ok(id)
    }
}

/// The name without space around it, when the role can be as it is asked for.
fn check(name: &str, base: Role, adds: &[Operation]) -> Result<String, Error> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) {
        return Err(Error::Invalid(Problem::LabelLength { what: Thing::Role, most: LONGEST }));
    }
    if name.to_lowercase().parse::<Role>().is_ok() {
        return Err(Error::Conflict(Problem::RoleExists { name: name.to_owned() }));
    }
    if base == Role::Admin {
        let (text, known) = (base.to_string(), format!("{}, {}", Role::Viewer, Role::Member));
        return Err(Error::Invalid(Problem::BadWord { what: Thing::Role, text, known }));
    }
    match adds.iter().find(|action| !action.can_be_added()) {
        Some(action) => Err(Error::Invalid(Problem::RoleAction { action: action.to_string() })),
        None => Ok(name.to_owned()),
    }
}

#[cfg(test)]
mod tests;
