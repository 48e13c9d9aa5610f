//! Deleting a team that holds no runs any more.

use crate::db::sql;
use crate::policy::{Allowed, Delete, Entity};
use crate::{Error, Problem, audit, projects};

impl Allowed<Delete, Entity> {
    /// Deletes the team, its empty projects, its invitations and service accounts. A team with runs stays: what somebody
    /// measured is deleted by itself (project by project), never along with a team.
    pub async fn delete(&self) -> Result<(), Error> {
        let team = self.resource();
        super::members::must_be_team(team)?;
        let mut tx = self.domain().db().begin().await?;
        let text = "SELECT COUNT(*) FROM run r JOIN project p ON p.id = r.project_id \
                    WHERE p.entity_id = $1 AND r.deleted_at IS NULL";
        let (runs,): (i64,) = sql(text).bind(team.id).one(&mut tx).await?;
        if runs > 0 {
            return Err(Error::Conflict(Problem::TeamHasRuns { team: team.name.clone(), runs }));
        }
        sql("DELETE FROM project_team WHERE team_id = $1").bind(team.id).run(&mut tx).await?;
        let all: Vec<(i64,)> = sql("SELECT id FROM project WHERE entity_id = $1").bind(team.id).all(&mut tx).await?;
        for (project,) in all {
            projects::remove(&mut tx, self.domain().clock(), project).await?;
        }
        let services = "SELECT id FROM account WHERE home_id = $1 AND kind = 'service'";
        for text in [
            format!("UPDATE api_key SET revoked_at = COALESCE(revoked_at, $2) WHERE user_id IN ({services})"),
            "UPDATE api_key SET team_id = NULL, revoked_at = COALESCE(revoked_at, $2) WHERE team_id = $1".to_owned(),
            "UPDATE account SET disabled_at = COALESCE(disabled_at, $2) WHERE home_id = $1 AND kind = 'service'"
                .to_owned(),
        ] {
            sql(text).bind(team.id).bind(self.domain().clock().now()).run(&mut tx).await?;
        }
        for text in [
            format!("DELETE FROM identity_rule WHERE user_id IN ({services})"),
            "UPDATE account SET home_id = NULL WHERE home_id = $1".to_owned(),
            "DELETE FROM custom_chart WHERE entity_id = $1".to_owned(),
            "DELETE FROM invitation WHERE team_id = $1".to_owned(),
            "DELETE FROM membership WHERE team_id = $1".to_owned(),
            "DELETE FROM entity WHERE id = $1".to_owned(),
        ] {
            sql(text).bind(team.id).run(&mut tx).await?;
        }
        sql("DELETE FROM redirect WHERE target_entity = $1").bind(&team.name).run(&mut tx).await?;
        audit::done(&mut tx, self.session(), "team:delete", &team.name).await?;
        tx.commit().await
    }
}
