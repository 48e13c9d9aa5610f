//! Deleting a custom role that nobody has.

use crate::db::sql;
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem, Thing, audit};

/// So many places are named to whoever wants to delete a role that is in use.
const NAMED: i64 = 5;

impl Allowed<Administer, Org> {
    /// Deletes the role; one that somebody has, or is invited to, stays.
    pub async fn delete_role(&self, id: i64) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let row: Option<(String,)> =
            sql("SELECT name FROM custom_role WHERE id = $1").bind(id).optional(&mut tx).await?;
        let (role,) = row.ok_or_else(|| Error::not_found(Thing::Role, id.to_string()))?;
        let text = "SELECT DISTINCT place FROM ( \
             SELECT e.name AS place FROM membership m JOIN entity e ON e.id = m.team_id WHERE m.custom_role_id = $1 \
             UNION ALL SELECT e.name || '/' || p.name AS place FROM project_member m JOIN project p ON p.id = m.project_id \
                 JOIN entity e ON e.id = p.entity_id WHERE m.custom_role_id = $1 \
             UNION ALL SELECT e.name AS place FROM invitation i JOIN entity e ON e.id = i.team_id \
                 WHERE i.custom_role_id = $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > $2 \
             ) used ORDER BY place LIMIT $3";
        let places: Vec<(String,)> = sql(text).bind(id).bind(self.session().now()).bind(NAMED).all(&mut tx).await?;
        if !places.is_empty() {
            let places = places.into_iter().map(|(place,)| place).collect::<Vec<_>>().join(", ");
            return Err(Error::Conflict(Problem::RoleInUse { role, places }));
        }
        sql("UPDATE invitation SET custom_role_id = NULL WHERE custom_role_id = $1").bind(id).run(&mut tx).await?;
        sql("DELETE FROM custom_role WHERE id = $1").bind(id).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "role:delete", &role).await?;
        tx.commit().await
    }
}
