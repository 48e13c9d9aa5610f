//! Replacing a key by a new one of the same name and rights.

use super::{NewKey, NewKeyOptions};
use crate::db::sql;
use crate::model::ProjectPath;
use crate::policy::{Account, Allowed, Project, Read, Update};
use crate::{Error, Thing, audit};

impl Allowed<Update, Account> {
    /// Makes a new key like key `id`; the old one expires after `overlap_seconds`.
    pub async fn rotate_key(&self, id: i64, overlap_seconds: i64) -> Result<NewKey, Error> {
        let old = self.read().keys().await?.into_iter().find(|k| k.id == id && k.revoked_at.is_none());
        let old = old.ok_or_else(|| Error::not_found(Thing::Key, id.to_string()))?;
        let project = match &old.project {
            Some(path) => Some(self.session().allow::<Read, Project>(&path.parse::<ProjectPath>()?).await?),
            None => None,
        };
        let options = NewKeyOptions { name: old.name, scope: Some(old.scope), expires_in_days: None, project };
        let new = self.create_key(options).await?;
        let ends = self.domain().clock().now() + overlap_seconds.max(0) * 1_000_000;
        let mut tx = self.domain().db().begin().await?;
        sql("UPDATE api_key SET expires_at = $1 WHERE id = $2 AND (expires_at IS NULL OR expires_at > $1)")
            .bind(ends)
            .bind(id)
            .run(&mut tx)
            .await?;
        audit::done(&mut tx, self.session(), "key:rotate", &format!("{}/{id}", self.resource().name)).await?;
        tx.commit().await?;
        Ok(new)
    }
}
