//! Deleting a service account. Its runs stay, and so does its name, which they show.

use crate::db::sql;
use crate::policy::{Administer, Allowed, Entity, Org, RemoveService};
use crate::{Error, Thing, audit};

impl Allowed<RemoveService, Entity> {
    /// Ends the account, its keys and its roles at once. One of the whole organization is deleted by who administers that.
    pub async fn remove_service_account(&self, name: &str) -> Result<(), Error> {
        let team = self.resource();
        let text = "SELECT id, org_wide FROM account WHERE name = $1 AND home_id = $2 AND kind = 'service' \
                    AND disabled_at IS NULL";
        let row: Option<(i64, bool)> = sql(text).bind(name).bind(team.id).optional(self.domain().db()).await?;
        let (id, org_wide) =
            row.ok_or_else(|| Error::not_found(Thing::ServiceAccount, format!("{}/{name}", team.name)))?;
        if org_wide {
            self.session().allow::<Administer, Org>(&()).await?;
        }
        let now = self.session().now();
        let mut tx = self.domain().db().begin().await?;
        sql("UPDATE account SET disabled_at = $1 WHERE id = $2").bind(now).bind(id).run(&mut tx).await?;
        sql("UPDATE api_key SET revoked_at = $1, revoked_by = $2 WHERE user_id = $3 AND revoked_at IS NULL")
            .bind(now)
            .bind(self.session().name())
            .bind(id)
            .run(&mut tx)
            .await?;
        for table in ["membership", "project_member", "identity_rule"] {
            sql(format!("DELETE FROM {table} WHERE user_id = $1")).bind(id).run(&mut tx).await?;
        }
        let target = format!("{}/{name}", team.name);
        audit::done(&mut tx, self.session(), "service_account:delete", &target).await?;
        tx.commit().await
    }
}
