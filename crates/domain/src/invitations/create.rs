//! Inviting somebody into a team.

use super::Invitation;
use super::list::SELECT;
use crate::db::{Tx, sql};
use crate::keys::secret;
use crate::model::{EntityPath, Role};
use crate::policy::{Administer, Allowed, Entity, Invite, Operation};
use crate::roles::{self, Given};
use crate::{Error, Problem, Thing, audit, users};

/// How long an invitation is good when its maker does not say, in days.
const DAYS: u32 = 7;

/// The longest that one may be good, in days.
const MOST_DAYS: u32 = 90;

/// Whom to invite as what.
#[derive(Clone, Debug, Default)]
pub struct NewInvitation {
    /// An account.
    pub user: Option<String>,
    /// Or an e-mail address; with neither, whoever has the link.
    pub email: Option<String>,
    /// Viewer, member, admin or a custom role's name.
    pub role: String,
    /// Days until it expires; [`DAYS`] when not said.
    pub days: Option<u32>,
}

/// A new invitation with its link, which is told this once.
#[derive(Clone, Debug)]
pub struct Invited {
    /// It.
    pub invitation: Invitation,
    /// Where to accept it.
    pub url: String,
}

/// For whom it is.
#[derive(Default)]
struct Guest {
    user: Option<i64>,
    name: Option<String>,
    email: Option<String>,
}

impl Allowed<Invite, Entity> {
    /// Makes an invitation; an earlier one to the same guest is revoked.
    pub async fn invite(&self, new: NewInvitation) -> Result<Invited, Error> {
        let team = self.resource();
        crate::teams::must_be_team(team)?;
        let days = new.days.unwrap_or(DAYS);
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Error::Invalid(Problem::InvitationDays { most: MOST_DAYS }));
        }
        self.may_give(&new.role).await?;
        let (clock, now) = (self.domain().clock(), self.session().now());
        let (id, token) = (clock.id()?, clock.token::<40>()?);
        let mut tx = self.domain().db().begin().await?;
        let role = roles::given(&mut tx, &new.role).await?;
        let guest = self.guest(&mut tx, new).await?;
        self.replace(&mut tx, &guest).await?;
        sql(
            "INSERT INTO invitation (id, team_id, role, custom_role_id, email, user_id, hash, created_by, created_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id)
        .bind(team.id)
        .bind(role.base.as_str())
        .bind(role.custom)
        .bind(guest.email.clone())
        .bind(guest.user)
        .bind(secret::hash(&token))
        .bind(self.session().name())
        .bind(now)
        .bind(now + i64::from(days) * 24 * 3600 * 1_000_000)
        .run(&mut tx)
        .await?;
        let whom = guest.name.or(guest.email).unwrap_or_else(|| "whoever has the link".to_owned());
        let Given { name: role, .. } = role;
        audit::done(&mut tx, self.session(), "team:invite", &format!("{}/{whom} as {role}", team.name)).await?;
        let invitation = sql(format!("{SELECT} WHERE $1 > 0 AND i.id = $2")).bind(now).bind(id).one(&mut tx).await?;
        tx.commit().await?;
        Ok(Invited { invitation, url: format!("{}/invite?token={token}", self.domain().base_url()) })
    }

    /// Nobody gives more than they have: who may invite and not change roles gives plain roles up to their own.
    pub(crate) async fn may_give(&self, role: &str) -> Result<(), Error> {
        let name = &self.resource().name;
        let asked = (name.clone(), String::new(), String::new());
        if self.session().explain(Operation::TeamUpdate, asked).await?.is_allowed() {
            return Ok(());
        }
        let user = self.session().user();
        let text = "SELECT role FROM membership WHERE team_id = $1 AND user_id = $2";
        let id = user.map_or(-1, |user| user.id);
        let row: Option<(String,)> = sql(text).bind(self.resource().id).bind(id).optional(self.domain().db()).await?;
        // A service account of the organization is a member of every team.
        let everywhere = user.and_then(|user| user.service.as_ref()).is_some_and(|service| service.org_wide);
        let own = row.map(|(role,)| role.parse::<Role>()).transpose()?.or(everywhere.then_some(Role::Member));
        match role.parse::<Role>() {
            Ok(role) if role < Role::Admin && own.is_some_and(|own| role <= own) => Ok(()),
            _ => self.session().allow::<Administer, Entity>(&EntityPath(name.clone())).await.map(drop),
        }
    }

    /// An address that has an account stands for the account; one that is in the team already needs no invitation.
    async fn guest(&self, tx: &mut Tx, new: NewInvitation) -> Result<Guest, Error> {
        let user = new.user.map(|user| user.trim().to_owned()).filter(|user| !user.is_empty());
        let email = users::check_email(new.email)?;
        let text = "SELECT id, name FROM account WHERE kind = 'user' AND disabled_at IS NULL AND";
        let found: Option<(i64, String)> = match (&user, &email) {
            (Some(_), Some(_)) => return Err(Error::Invalid(Problem::InvitationTwo)),
            (None, None) => return Ok(Guest::default()),
            (Some(name), None) => sql(format!("{text} name = $1")).bind(name).optional(&mut *tx).await?,
            (None, Some(email)) => sql(format!("{text} email = $1")).bind(email).optional(&mut *tx).await?,
        };
        let Some((id, name)) = found else {
            return match user {
                Some(user) => Err(Error::not_found(Thing::User, user)),
                None => Ok(Guest { email, ..Guest::default() }),
            };
        };
        let text = "SELECT role FROM membership WHERE team_id = $1 AND user_id = $2";
        let member: Option<(String,)> = sql(text).bind(self.resource().id).bind(id).optional(tx).await?;
        if member.is_some() {
            let team = self.resource().name.clone();
            return Err(Error::Conflict(Problem::AlreadyMember { user: name, team }));
        }
        Ok(Guest { user: Some(id), name: Some(name), email })
    }

    async fn replace(&self, tx: &mut Tx, guest: &Guest) -> Result<(), Error> {
        let text = "UPDATE invitation SET revoked_at = $1 WHERE team_id = $2 AND accepted_at IS NULL \
                    AND revoked_at IS NULL AND (user_id = $3 OR email = $4)";
        sql(text)
            .bind(self.session().now())
            .bind(self.resource().id)
            .bind(guest.user)
            .bind(guest.email.clone())
            .run(tx)
            .await
            .map(drop)
    }
}
