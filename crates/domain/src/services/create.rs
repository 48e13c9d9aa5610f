//! Making a service account.

use super::ServiceAccount;
use crate::db::sql;
use crate::model::{Role, UserName};
use crate::policy::{AddService, Administer, Allowed, Entity, Org};
use crate::teams::{claim, members};
use crate::{Error, audit};

impl Allowed<AddService, Entity> {
    /// Makes a service account of the team, without a key. One of the whole organization, with this team as its default,
    /// needs the right to administer that.
    pub async fn add_service_account(
        &self,
        name: &str,
        org: Option<&Allowed<Administer, Org>>,
    ) -> Result<ServiceAccount, Error> {
        let team = self.resource();
        crate::teams::must_be_team(team)?;
        let name = UserName::new(name.trim())?;
        let now = self.session().now();
        let mut tx = self.domain().db().begin().await?;
        claim(&mut tx, name.as_str(), None).await?;
        let (entity, account) = (tx.next_id("entity").await?, tx.next_id("account").await?);
        sql("INSERT INTO entity (id, name, kind, created_at) VALUES ($1, $2, 'service', $3)")
            .bind(entity)
            .bind(name.as_str())
            .bind(now)
            .run(&mut tx)
            .await?;
        sql("INSERT INTO account (id, entity_id, name, is_admin, kind, home_id, org_wide, created_at) \
             VALUES ($1, $2, $3, $4, 'service', $5, $6, $7)")
        .bind(account)
        .bind(entity)
        .bind(name.as_str())
        .bind(false)
        .bind(team.id)
        .bind(org.is_some())
        .bind(now)
        .run(&mut tx)
        .await?;
        members::put(&mut tx, team.id, account, &Role::Member.into(), now).await?;
        let target = format!("{}/{name}", team.name);
        audit::done(&mut tx, self.session(), "service_account:create", &target).await?;
        tx.commit().await?;
        let (name, entity) = (name.as_str().to_owned(), team.name.clone());
        Ok(ServiceAccount {
            id: account,
            name,
            entity,
            organization_wide: org.is_some(),
            created_at: now,
            last_used_at: None,
        })
    }
}
