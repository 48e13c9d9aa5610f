//! `GROUP=TEAM:ROLE, …`

use domain::identity::GroupRole;
use domain::model::Role;

use crate::{Error, Problem};

/// Roles that follow from groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRoles(pub Vec<GroupRole>);

/// Stands for the organization in place of a team.
const ORGANIZATION: &str = "@organization";

/// Parses the list. A group's name may hold anything but a comma; the last `=` ends it.
pub fn group_roles(text: &str) -> Result<GroupRoles, String> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| rule(part).ok_or_else(|| Error::Usage(Problem::GroupRoles { text: part.to_owned() }).in_shell()))
        .collect::<Result<_, _>>()
        .map(GroupRoles)
}

fn rule(part: &str) -> Option<GroupRole> {
    let (group, given) = part.rsplit_once('=')?;
    let (team, role) = given.split_once(':')?;
    let (group, team) = (group.trim().to_owned(), team.trim());
    let role: Role = role.trim().parse().ok()?;
    match team {
        "" => None,
        ORGANIZATION => (role == Role::Admin).then_some(GroupRole { group, team: None, role }),
        team => Some(GroupRole { group, team: Some(team.to_owned()), role }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_groups() {
        let roles = group_roles("cn=ml,research=vision:member, ops = @organization:admin").unwrap_err();
        assert!(roles.contains("cn=ml"), "{roles}");
        let roles = group_roles("/org/a=b=vision:member, ops = @organization:admin,").unwrap().0;
        assert_eq!(
            (roles[0].group.as_str(), roles[0].team.as_deref(), roles[0].role),
            ("/org/a=b", Some("vision"), Role::Member)
        );
        assert_eq!((roles[1].group.as_str(), roles[1].team.as_deref(), roles[1].role), ("ops", None, Role::Admin));
        for wrong in ["a", "a=b", "a=b:owner", "a=:member", "a=@organization:member"] {
            assert!(group_roles(wrong).is_err(), "{wrong}");
        }
    }
}
