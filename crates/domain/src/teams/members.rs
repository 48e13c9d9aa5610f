//! Adding, changing and removing members. The last admin of a team stays.

use crate::db::{Tx, sql};
use crate::model::Role;
use crate::policy::{Administer, Allowed, Entity, EntityKind};
use crate::{Error, Problem, Thing, audit};

impl Allowed<Administer, Entity> {
    /// Adds a user, or changes the role of one.
    pub async fn set_member(&self, user: &str, role: Role) -> Result<(), Error> {
        self.must_be_team()?;
        let mut tx = self.domain().db().begin().await?;
        let user_id = user_id(&mut tx, user).await?;
        if role != Role::Admin {
            self.keep_an_admin(&mut tx, user_id, user).await?;
        }
        put(&mut tx, self.resource().id, user_id, role, self.domain().clock().now()).await?;
        let target = format!("{}/{user} as {role}", self.resource().name);
        audit::done(&mut tx, self.session(), "team:set_member", &target).await?;
        tx.commit().await
    }

    /// Removes a user from the team and from its projects. Their runs stay.
    pub async fn remove_member(&self, user: &str) -> Result<(), Error> {
        self.must_be_team()?;
        let mut tx = self.domain().db().begin().await?;
        let user_id = user_id(&mut tx, user).await?;
        self.keep_an_admin(&mut tx, user_id, user).await?;
        let team = self.resource().id;
        let text = "DELETE FROM membership WHERE team_id = $1 AND user_id = $2";
        if sql(text).bind(team).bind(user_id).run(&mut tx).await? == 0 {
            return Err(Error::not_found(Thing::Member, format!("{user} of {}", self.resource().name)));
        }
        let text = "DELETE FROM project_member WHERE user_id = $1 AND project_id IN (SELECT id FROM project WHERE entity_id = $2)";
        sql(text).bind(user_id).bind(team).run(&mut tx).await?;
        let target = format!("{}/{user}", self.resource().name);
        audit::done(&mut tx, self.session(), "team:remove_member", &target).await?;
        tx.commit().await
    }

    fn must_be_team(&self) -> Result<(), Error> {
        match self.resource().kind {
            EntityKind::Team => Ok(()),
            EntityKind::User(_) | EntityKind::Service(_) => {
                Err(Error::Invalid(Problem::PersonalSpace { name: self.resource().name.clone() }))
            }
        }
    }

    async fn keep_an_admin(&self, tx: &mut Tx, user_id: i64, user: &str) -> Result<(), Error> {
        let text = "SELECT COUNT(*) FROM membership WHERE team_id = $1 AND role = 'admin'";
        let team = self.resource().id;
        let (all,): (i64,) = sql(text).bind(team).one(&mut *tx).await?;
        let (this,): (i64,) = sql(format!("{text} AND user_id = $2")).bind(team).bind(user_id).one(tx).await?;
        if this == 1 && all == 1 {
            let (user, team) = (user.to_owned(), self.resource().name.clone());
            return Err(Error::Conflict(Problem::LastTeamAdmin { user, team }));
        }
        Ok(())
    }
}

/// The account id of a user name.
pub(crate) async fn user_id(tx: &mut Tx, name: &str) -> Result<i64, Error> {
    let row: Option<(i64,)> = sql("SELECT id FROM account WHERE name = $1").bind(name).optional(tx).await?;
    row.map(|(id,)| id).ok_or_else(|| Error::not_found(Thing::User, name))
}

/// Writes a membership.
pub(super) async fn put(tx: &mut Tx, team: i64, user: i64, role: Role, now: i64) -> Result<(), Error> {
    sql("INSERT INTO membership (team_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (team_id, user_id) DO UPDATE SET role = excluded.role")
    .bind(team)
    .bind(user)
    .bind(role.as_str())
    .bind(now)
    .run(tx)
    .await
    .map(drop)
}
