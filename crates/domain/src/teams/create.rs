//! Making a team.

use crate::db::sql;
use crate::model::{EntityName, EntityPath, Role};
use crate::policy::{Administer, Allowed, Entity, Org};
use crate::{Error, audit};

impl Allowed<Administer, Org> {
    /// Makes a team with its first admin (an existing user's name).
    pub async fn create_team(&self, name: &str, admin: Option<&str>) -> Result<Allowed<Administer, Entity>, Error> {
        let name = EntityName::new(name.trim())?;
        let mut tx = self.domain().db().begin().await?;
        super::claim(&mut tx, name.as_str(), None).await?;
        let now = self.domain().clock().now();
        let id = tx.next_id("entity").await?;
        sql("INSERT INTO entity (id, name, kind, created_at) VALUES ($1, $2, 'team', $3)")
            .bind(id)
            .bind(name.as_str())
            .bind(now)
            .run(&mut tx)
            .await?;
        if let Some(admin) = admin {
            let user = super::members::person_id(&mut tx, admin).await?;
            super::members::put(&mut tx, id, user, &Role::Admin.into(), now).await?;
        }
        audit::done(&mut tx, self.session(), "team:create", name.as_str()).await?;
        tx.commit().await?;
        self.session().allow::<Administer, Entity>(&EntityPath(name.as_str().to_owned())).await
    }
}
