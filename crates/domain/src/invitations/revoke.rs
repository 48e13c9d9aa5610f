//! Taking an invitation back.

use super::PENDING;
use crate::db::sql;
use crate::model::EntityPath;
use crate::policy::{Allowed, Entity, Invite, Operation, Session};
use crate::{Error, Thing, audit};

impl Session {
    /// The right to invite into the team of an invitation that waits. For who has none, the invitation is not there.
    pub async fn invitation_team(&self, id: i64) -> Result<Allowed<Invite, Entity>, Error> {
        let text =
            format!("SELECT e.name FROM invitation i JOIN entity e ON e.id = i.team_id WHERE {PENDING} AND i.id = $2");
        let row: Option<(String,)> = sql(text).bind(self.now()).bind(id).optional(self.db()).await?;
        let nothing = || Error::not_found(Thing::Invitation, id.to_string());
        let (team,) = row.ok_or_else(nothing)?;
        let asked = (team.clone(), String::new(), String::new());
        if !self.explain(Operation::TeamInvite, asked).await?.is_allowed() {
            return Err(nothing());
        }
        self.allow::<Invite, Entity>(&EntityPath(team)).await
    }
}

impl Allowed<Invite, Entity> {
    /// Makes the link useless from then on.
    pub async fn revoke_invitation(&self, id: i64) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        let text = "UPDATE invitation SET revoked_at = $1 WHERE id = $2 AND team_id = $3 AND accepted_at IS NULL \
                    AND revoked_at IS NULL";
        let revoke = sql(text).bind(self.session().now()).bind(id).bind(self.resource().id);
        if revoke.run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::Invitation, id.to_string()));
        }
        audit::done(&mut tx, self.session(), "team:revoke_invitation", &format!("{}/{id}", self.resource().name))
            .await?;
        tx.commit().await
    }
}
