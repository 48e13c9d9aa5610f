//! Roles that follow from the groups of the identity provider.

use std::collections::BTreeMap;

use crate::model::{EntityPath, Role};
use crate::policy::{Administer, Entity, Org};
use crate::users::AccountUpdate;
use crate::{Domain, Error, db::sql};

/// Who is in a group has a role in a team; or, without a team, administers the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRole {
    /// The group, as the provider names it.
    pub group: String,
    /// The team.
    pub team: Option<String>,
    /// The role there.
    pub role: Role,
}

impl Domain {
    /// Gives an account what its groups say. A team that any rule names is governed by the provider: who is in none of
    /// its groups leaves it. What cannot be done (a team that is not there, a last admin) is logged, and stays as it is.
    pub(super) async fn follow_groups(&self, account: i64, groups: &[&str], rules: &[GroupRole]) -> Result<(), Error> {
        let text = "SELECT name, is_admin FROM account WHERE id = $1";
        let (name, is_admin): (String, bool) = sql(text).bind(account).one(self.db()).await?;
        let mut wanted: BTreeMap<Option<&str>, Option<Role>> = BTreeMap::new();
        for rule in rules {
            let role = groups.contains(&rule.group.as_str()).then_some(rule.role);
            let entry = wanted.entry(rule.team.as_deref()).or_default();
            *entry = (*entry).max(role);
        }
        for (team, role) in wanted {
            let done = match team {
                Some(team) => self.follow_team(account, &name, team, role).await,
                None if is_admin == role.is_some() => Ok(()),
                None => {
                    let organization = self.system().allow::<crate::policy::DisableUser, Org>(&()).await?;
                    organization
                        .update_account(&name, AccountUpdate { admin: Some(role.is_some()), disabled: None })
                        .await
                }
            };
            match done {
                Err(error @ (Error::NotFound(_) | Error::Conflict(_) | Error::Invalid(_))) => {
                    tracing::warn!(user = name, team, %error, "the groups of the identity provider cannot be followed");
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn follow_team(&self, account: i64, name: &str, team: &str, role: Option<Role>) -> Result<(), Error> {
        let text = "SELECT m.role FROM membership m JOIN entity e ON e.id = m.team_id \
                    WHERE e.name = $1 AND m.user_id = $2 AND m.custom_role_id IS NULL";
        let now: Option<(String,)> = sql(text).bind(team).bind(account).optional(self.db()).await?;
        if now.as_ref().map(|(role,)| role.as_str()) == role.map(Role::as_str) {
            return Ok(());
        }
        let team = self.system().allow::<Administer, Entity>(&EntityPath(team.to_owned())).await?;
        match role {
            Some(role) => team.set_member(name, role).await,
            None => team.remove_member(name).await,
        }
    }
}
