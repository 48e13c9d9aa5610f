//! Adding, changing and removing members. The last admin of a team stays.

use crate::db::{Tx, sql};
use crate::invitations;
use crate::model::Role;
use crate::policy::{Administer, Allowed, Entity, EntityKind, Invite, RemoveMember, Session, Update};
use crate::roles::{self, Given};
use crate::{Error, Problem, Thing, audit};

impl Allowed<Administer, Entity> {
    /// Adds a user, or changes the role of one: viewer, member, admin or a custom role's name.
    pub async fn set_member(&self, user: &str, role: impl AsRef<str>) -> Result<(), Error> {
        let mut tx = self.domain().db().begin().await?;
        self.set_member_in(&mut tx, user, role.as_ref()).await?;
        tx.commit().await
    }

    /// The same in a transaction that does more.
    pub(crate) async fn set_member_in(&self, tx: &mut Tx, user: &str, role: &str) -> Result<(), Error> {
        self.must_be_team()?;
        let team = self.resource();
        let role = roles::given(tx, role).await?;
        let user_id = person_id(tx, user).await?;
        if role.base != Role::Admin {
            keep_an_admin(tx, team.id, &team.name, user_id, user).await?;
            invitations::withdraw(tx, team.id, user, self.session().now()).await?;
        }
        put(tx, team.id, user_id, &role, self.session().now()).await?;
        audit::done(tx, self.session(), "team:set_member", &format!("{}/{user} as {}", team.name, role.name)).await
    }

    /// Whoever may change roles may remove members.
    pub async fn remove_member(&self, user: &str) -> Result<(), Error> {
        self.must_be_team()?;
        remove(self.session(), self.resource(), user).await
    }

    pub(super) fn must_be_team(&self) -> Result<(), Error> {
        must_be_team(self.resource())
    }
}

impl Allowed<Invite, Entity> {
    /// Adds a user at once, with a role that the caller may give; one who has a higher role keeps it.
    pub async fn add(&self, user: &str, role: Role) -> Result<(), Error> {
        let team = self.resource();
        must_be_team(team)?;
        self.may_give(role.as_str()).await?;
        let mut tx = self.domain().db().begin().await?;
        let user_id = person_id(&mut tx, user).await?;
        let role = Given::from(role);
        if !invitations::has_as_much(&mut tx, team.id, user_id, &role).await? {
            put(&mut tx, team.id, user_id, &role, self.session().now()).await?;
        }
        audit::done(&mut tx, self.session(), "team:set_member", &format!("{}/{user} as {}", team.name, role.name))
            .await?;
        tx.commit().await
    }
}

impl Allowed<RemoveMember, Entity> {
    /// Removes a user from the team and from its projects. Their runs stay. An admin is removed by who may change roles.
    pub async fn remove_member(&self, user: &str) -> Result<(), Error> {
        must_be_team(self.resource())?;
        let text = "SELECT m.role FROM membership m JOIN account a ON a.id = m.user_id \
                    WHERE m.team_id = $1 AND a.name = $2 AND m.role = 'admin'";
        let admin: Option<(String,)> =
            sql(text).bind(self.resource().id).bind(user).optional(self.domain().db()).await?;
        if admin.is_some() {
            let path = crate::model::EntityPath(self.resource().name.clone());
            self.session().allow::<Administer, Entity>(&path).await?;
        }
        remove(self.session(), self.resource(), user).await
    }
}

impl Allowed<Update, crate::policy::Account> {
    /// Leaves a team.
    pub async fn leave(&self, team: &str) -> Result<(), Error> {
        let name = &self.resource().name;
        let text = "SELECT e.id, e.created_at FROM membership m JOIN entity e ON e.id = m.team_id \
                    WHERE e.name = $1 AND m.user_id = $2";
        let row: Option<(i64, i64)> =
            sql(text).bind(team).bind(self.resource().id).optional(self.domain().db()).await?;
        let (id, created_at) = row.ok_or_else(|| Error::not_found(Thing::Member, format!("{name} of {team}")))?;
        remove(self.session(), &Entity { id, name: team.to_owned(), kind: EntityKind::Team, created_at }, name).await
    }
}

pub(crate) fn must_be_team(entity: &Entity) -> Result<(), Error> {
    match entity.kind {
        EntityKind::Team => Ok(()),
        EntityKind::User(_) | EntityKind::Service(_) => {
            Err(Error::Invalid(Problem::PersonalSpace { name: entity.name.clone() }))
        }
        EntityKind::Organization => Err(Error::Invalid(Problem::RegistryOnly { name: entity.name.clone() })),
    }
}

async fn remove(session: &Session, team: &Entity, user: &str) -> Result<(), Error> {
    let mut tx = session.domain().db().begin().await?;
    let user_id = person_id(&mut tx, user).await?;
    keep_an_admin(&mut tx, team.id, &team.name, user_id, user).await?;
    let text = "DELETE FROM membership WHERE team_id = $1 AND user_id = $2";
    if sql(text).bind(team.id).bind(user_id).run(&mut tx).await? == 0 {
        return Err(Error::not_found(Thing::Member, format!("{user} of {}", team.name)));
    }
    let text =
        "DELETE FROM project_member WHERE user_id = $1 AND project_id IN (SELECT id FROM project WHERE entity_id = $2)";
    sql(text).bind(user_id).bind(team.id).run(&mut tx).await?;
    invitations::withdraw(&mut tx, team.id, user, session.now()).await?;
    audit::done(&mut tx, session, "team:remove_member", &format!("{}/{user}", team.name)).await?;
    tx.commit().await
}

/// Fails when `user` is the only admin who can act: those who are disabled, and service accounts, do not count.
async fn keep_an_admin(tx: &mut Tx, team: i64, name: &str, user_id: i64, user: &str) -> Result<(), Error> {
    // Two changes at once must not each count on the other's admin: the team's row is the lock.
    sql("UPDATE entity SET name = name WHERE id = $1").bind(team).run(&mut *tx).await?;
    let text = "SELECT a.id FROM membership m JOIN account a ON a.id = m.user_id \
                WHERE m.team_id = $1 AND m.role = 'admin' AND a.disabled_at IS NULL AND a.kind = 'user'";
    let admins: Vec<(i64,)> = sql(text).bind(team).all(tx).await?;
    if admins == [(user_id,)] {
        return Err(Error::Conflict(Problem::LastTeamAdmin { user: user.to_owned(), team: name.to_owned() }));
    }
    Ok(())
}

/// The same for every team of somebody who is about to be disabled.
pub(crate) async fn keep_admins(tx: &mut Tx, user_id: i64, user: &str) -> Result<(), Error> {
    let text = "SELECT e.id, e.name FROM membership m JOIN entity e ON e.id = m.team_id \
                WHERE m.user_id = $1 AND m.role = 'admin' ORDER BY e.id";
    let teams: Vec<(i64, String)> = sql(text).bind(user_id).all(&mut *tx).await?;
    for (team, name) in teams {
        keep_an_admin(tx, team, &name, user_id, user).await?;
    }
    Ok(())
}

/// The account id of a user or service account.
pub(crate) async fn user_id(tx: &mut Tx, name: &str) -> Result<i64, Error> {
    let row: Option<(i64,)> = sql("SELECT id FROM account WHERE name = $1").bind(name).optional(tx).await?;
    row.map(|(id,)| id).ok_or_else(|| Error::not_found(Thing::User, name))
}

/// The account id of a person: a service account is in its own team for as long as it lives.
pub(super) async fn person_id(tx: &mut Tx, name: &str) -> Result<i64, Error> {
    let text = "SELECT id, kind FROM account WHERE name = $1";
    match sql(text).bind(name).optional::<(i64, String)>(tx).await? {
        None => Err(Error::not_found(Thing::User, name)),
        Some((_, kind)) if kind == "service" => {
            Err(Error::Invalid(Problem::ServiceAccountMember { name: name.to_owned() }))
        }
        Some((id, _)) => Ok(id),
    }
}

/// Writes a membership.
pub(crate) async fn put(tx: &mut Tx, team: i64, user: i64, role: &Given, now: i64) -> Result<(), Error> {
    sql("INSERT INTO membership (team_id, user_id, role, custom_role_id, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (team_id, user_id) DO UPDATE SET role = excluded.role, custom_role_id = excluded.custom_role_id")
    .bind(team)
    .bind(user)
    .bind(role.base.as_str())
    .bind(role.custom)
    .bind(now)
    .run(tx)
    .await
    .map(drop)
}

#[cfg(test)]
mod tests;
