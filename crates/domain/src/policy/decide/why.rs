//! Causes with their evidence, and the nearest thing that would work.

use crate::clock::Micros;
use crate::policy::cause::{Args, Cause, Time};
use crate::policy::facts::{EntityKind, Facts, Standing, SweepElsewhere};
use crate::policy::operation::Operation;

/// Names at least so alike (1 is equal) are offered for each other.
const ALIKE: f64 = 0.6;

/// The caller is nothing in the entity: nobody signed in, a team one is not in, or what one may not know of.
pub fn no_standing(operation: Operation, facts: &Facts) -> Cause {
    if facts.user().is_none() {
        return key_missing(facts);
    }
    let (user, action, entity) = (facts.user_name(), operation, facts.asked.0.clone());
    let target = facts.target(operation);
    if let Some(service) = facts.service() {
        return Cause::ServiceAccountOutOfTeam { user, action, target, team: service.team.clone(), entity };
    }
    if let Some(link) = facts.evidence.invitation.clone() {
        return Cause::InvitePending { user, action, target, team: entity, link };
    }
    let (nearest, own) = (nearest(operation, facts), facts.evidence.own.clone());
    if facts.is_listed_team() {
        return Cause::NotMember {
            user,
            action,
            team: entity,
            target,
            admins: facts.evidence.admins.clone(),
            nearest,
            own,
        };
    }
    if is_placeholder(&entity) {
        return Cause::EntityPlaceholder { user, entity, action, target, nearest, own };
    }
    Cause::EntityUnknownOrHidden { user, entity, action, target, nearest, own }
}

pub fn key_missing(facts: &Facts) -> Cause {
    Cause::KeyMissing { host: facts.host.clone() }
}

pub fn admin_only(operation: Operation, facts: &Facts) -> Cause {
    Cause::AdminOnly { user: facts.user_name(), action: operation, admins: facts.evidence.org_admins.clone() }
}

pub fn restricted(operation: Operation, facts: &Facts) -> Cause {
    Cause::ProjectRestricted {
        user: facts.user_name(),
        action: operation,
        target: facts.target(operation),
        admins: facts.evidence.admins.clone(),
    }
}

pub fn archived(operation: Operation, facts: &Facts, at: Micros) -> Cause {
    Cause::ProjectArchived {
        user: facts.user_name(),
        action: operation,
        target: facts.target(operation),
        project: format!("{}/{}", facts.asked.0, facts.asked.1),
        at: Time(at),
        admins: facts.evidence.admins.clone(),
    }
}

pub fn role_too_low(operation: Operation, facts: &Facts, standing: &Standing) -> Cause {
    Cause::RoleTooLow {
        user: facts.user_name(),
        role: standing.name(),
        needed: facts.needed(operation),
        action: operation,
        target: facts.target(operation),
        admins: facts.evidence.admins.clone(),
        nearest: nearest(operation, facts),
    }
}

pub fn run_not_yours(operation: Operation, facts: &Facts) -> Cause {
    let owner = facts.object.as_ref().and_then(|r| r.owner_name.clone()).unwrap_or_default();
    let others = facts.evidence.admins.iter().filter(|admin| **admin != owner);
    let admins = std::iter::once(&owner).filter(|owner| !owner.is_empty()).chain(others).cloned().collect();
    Cause::RunNotYours { user: facts.user_name(), action: operation, target: facts.target(operation), owner, admins }
}

pub fn sweep_elsewhere(operation: Operation, facts: &Facts, found: &SweepElsewhere) -> Cause {
    let (sweep, place) = (found.sweep.clone(), found.place.clone());
    Cause::SweepOwnerMismatch {
        user: facts.user_name(),
        action: operation,
        target: facts.target(operation),
        path: if found.may_run { format!("{place}/{sweep}") } else { String::new() },
        used: format!("{}/{}", facts.asked.0, facts.asked.1),
        admins: found.admins.clone(),
        sweep,
        place,
    }
}

pub fn project_create_forbidden(operation: Operation, facts: &Facts, standing: &Standing) -> Cause {
    Cause::ProjectCreateForbidden {
        user: facts.user_name(),
        entity: facts.asked.0.clone(),
        project: facts.asked.1.clone(),
        role: standing.name(),
        admins: facts.evidence.admins.clone(),
        nearest: nearest(operation, facts),
    }
}

pub fn project_unknown(operation: Operation, facts: &Facts) -> Cause {
    let projects = &facts.evidence.projects;
    Cause::ProjectUnknown {
        user: facts.user_name(),
        action: operation,
        entity: facts.asked.0.clone(),
        project: facts.asked.1.clone(),
        near: near(&facts.asked.1, projects).unwrap_or_default(),
        projects: projects.iter().take(MOST_NAMES).cloned().collect(),
    }
}

pub fn quota(operation: Operation, facts: &Facts, used: i64, limit: i64) -> Cause {
    Cause::Quota {
        user: facts.user_name(),
        action: operation,
        target: facts.target(operation),
        entity: facts.asked.0.clone(),
        used: size(used),
        limit: size(limit),
        admins: facts.evidence.admins.clone(),
        nearest: nearest(operation, facts),
    }
}

/// The most names listed in a hint.
const MOST_NAMES: usize = 8;

/// Bytes as people say them, in the units of the web app: `1.5 GiB`.
pub fn size(bytes: i64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut tenths, mut unit) = (i128::from(bytes.max(0)) * 10, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths = (tenths + 512) / 1024;
        unit += 1;
    }
    match tenths % 10 {
        0 => format!("{} {}", tenths / 10, UNITS[unit]),
        _ if tenths >= 1000 => format!("{} {}", (tenths + 5) / 10, UNITS[unit]),
        rest => format!("{}.{rest} {}", tenths / 10, UNITS[unit]),
    }
}

/// What the caller is in the entity, for the trace.
pub fn standing_args(facts: &Facts) -> Args {
    let role = facts.entity_role().map(|s| s.name()).unwrap_or_default();
    let kind = match facts.entity.as_ref().map(|e| e.kind) {
        Some(EntityKind::Team) => "team",
        Some(EntityKind::Organization) => "organization",
        _ => "user",
    };
    vec![("user", facts.user_name()), ("entity", facts.asked.0.clone()), ("role", role), ("kind", kind.to_owned())]
}

/// The project, for the trace; without visibility where it would be made.
pub fn project_args(facts: &Facts) -> Args {
    let visibility = facts.project.as_ref().map(|p| p.visibility.to_string()).unwrap_or_default();
    vec![("project", format!("{}/{}", facts.asked.0, facts.asked.1)), ("visibility", visibility)]
}

/// The role that counted, for the trace.
pub fn role_args(operation: Operation, facts: &Facts, standing: &Standing) -> Args {
    vec![("role", standing.name()), ("needed", facts.needed(operation).to_string())]
}

/// Where the caller may put something new instead: an entity of nearly the name asked, else the personal one.
fn nearest(operation: Operation, facts: &Facts) -> String {
    if !operation.adds() || facts.is_registry() {
        return String::new();
    }
    let own = &facts.evidence.own;
    let other = |name: &String| *name != facts.asked.0;
    near(&facts.asked.0, own).filter(other).or_else(|| own.first().cloned().filter(other)).unwrap_or_default()
}

/// The most alike of `names`: the same but for case and separators, else the fewest slips of the finger.
fn near(asked: &str, names: &[String]) -> Option<String> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_', '.', ' '], "");
    let wanted = plain(asked);
    let alike = |name: &String| strsim::normalized_damerau_levenshtein(&wanted, &plain(name));
    let best = names.iter().map(|name| (alike(name), name)).max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name.clone())
}

/// Whether a name is one that examples leave to be filled in: `your_entity`, `my-awesome-team-name`, `<team>`.
pub fn is_placeholder(name: &str) -> bool {
    const WHOLE: [&str; 22] = [
        "entity",
        "team",
        "teamname",
        "entityname",
        "username",
        "user",
        "name",
        "wandbentity",
        "wandbteam",
        "wandbuser",
        "wandbusername",
        "placeholder",
        "example",
        "exampleteam",
        "changeme",
        "todo",
        "xxx",
        "none",
        "null",
        "undefined",
        "organization",
        "orgname",
    ];
    const PARTS: [&str; 5] = ["entity", "team", "username", "account", "organization"];
    if name.starts_with(['<', '[', '{', '$']) || name.ends_with(['>', ']', '}']) {
        return true;
    }
    let plain = name.to_lowercase().replace(['-', '_', '.', ' '], "");
    let rest = plain.strip_prefix("your").or_else(|| plain.strip_prefix("my")).or_else(|| plain.strip_prefix("the"));
    WHOLE.contains(&plain.as_str())
        || plain.starts_with("your")
        || rest.is_some_and(|rest| PARTS.iter().any(|part| rest.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_examples() {
        for name in [
            "your_entity",
            "your-team-name",
            "my-awesome-team-name",
            "<team>",
            "[entity]",
            "YOUR_USERNAME",
            "my_entity",
            "entity",
            "$WANDB_ENTITY",
            "your_wandb_name",
            "WANDB_ENTITY",
            "xxx",
        ] {
            assert!(is_placeholder(name), "{name}");
        }
        for name in ["vision", "my-lab", "team-vision", "yolo", "theo", "steam", "user1", "entities", "mystic"] {
            assert!(!is_placeholder(name), "{name}");
        }
    }

    #[test]
    fn near_names() {
        let names = ["ann".to_owned(), "vision-lab".to_owned(), "speech".to_owned()];
        let near = |asked| near(asked, &names);
        assert_eq!(near("Vision_Lab").as_deref(), Some("vision-lab"));
        assert_eq!(near("visionlab2").as_deref(), Some("vision-lab"));
        assert_eq!(near("spech").as_deref(), Some("speech"));
        assert_eq!(near("google"), None);
        assert_eq!(near(""), None);
    }

    #[test]
    fn sizes() {
        assert_eq!(
            [0, 999, 1500, 25_600, 10_380_902, 3 << 30, 100 << 30, 7_000_000_000_000].map(size),
            ["0 B", "999 B", "1.5 KiB", "25 KiB", "9.9 MiB", "3 GiB", "100 GiB", "6.4 TiB"]
        );
    }
}
