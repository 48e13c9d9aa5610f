//! The decision as the table that people read: who may do what, by the project's visibility.

use super::decide::decide;
use super::facts::{
    CallerFacts, EntityFacts, EntityKind, Evidence, Facts, ObjectFacts, ProjectFacts, ServerFacts, Standing,
};
use super::operation::{Concern, Operation};
use crate::model::{RegistryRole, Role, Visibility};

/// Who is meant, weakest first. `owner` is a member who made the project and the run, and to whom the account belongs.
/// In a restricted project all but `anonymous`, `user` and `org_admin` were added to it with their role.
pub const WHO: [&str; 7] = ["anonymous", "user", "viewer", "member", "owner", "admin", "org_admin"];

const ME: i64 = 1;
const OTHER: i64 = 2;

/// Whom the decision allows an action, of [`WHO`], in a project of this visibility.
pub fn allowed(action: Operation, visibility: Visibility) -> Vec<&'static str> {
    WHO.into_iter().filter(|who| decide(action, &facts(who, action, visibility)).is_allowed()).collect()
}

/// Who is meant in a registry. `user` was given nothing; `owner` is a member who made the collection.
pub const IN_REGISTRY: [&str; 7] = ["user", "restricted_viewer", "viewer", "member", "owner", "admin", "org_admin"];

/// What can be done in a registry: its projects hold nothing else.
pub fn registry_actions() -> impl Iterator<Item = Operation> {
    let there = |action: &Operation| ["project:", "artifact:"].iter().any(|of| action.as_str().starts_with(of));
    Operation::ALL.iter().copied().filter(there)
}

/// Whom the decision allows an action, of [`IN_REGISTRY`], in a registry of this visibility.
pub fn allowed_in_registry(action: Operation, visibility: Visibility) -> Vec<&'static str> {
    let role = |who| match who {
        "owner" => Some(RegistryRole::Member),
        who => who.parse().ok(),
    };
    let facts = |who| {
        let mut facts = facts(who, action, visibility);
        facts.entity.iter_mut().for_each(|entity| entity.kind = EntityKind::Organization);
        facts.project.iter_mut().for_each(|project| project.role = role(who).map(Standing::in_registry));
        // Registries are made where there is none yet.
        facts.project = facts.project.filter(|_| action != Operation::ProjectCreate);
        facts
    };
    IN_REGISTRY.into_iter().filter(|who| decide(action, &facts(who)).is_allowed()).collect()
}

fn facts(who: &str, action: Operation, visibility: Visibility) -> Facts {
    let role = match who {
        "viewer" => Some(Role::Viewer),
        "member" | "owner" => Some(Role::Member),
        "admin" => Some(Role::Admin),
        _ => None,
    };
    let role = role.map(Standing::plain);
    let owner = Some(if who == "owner" { ME } else { OTHER });
    let caller = match who {
        "anonymous" => CallerFacts::Anonymous,
        _ => CallerFacts::User { id: ME, name: "me".to_owned(), is_admin: who == "org_admin", service: None },
    };
    let kind = match (action.concern(), owner) {
        (Concern::Account, Some(owner)) => EntityKind::User(owner),
        _ => EntityKind::Team,
    };
    let restricted = visibility == Visibility::Restricted;
    Facts {
        caller,
        host: String::new(),
        key: None,
        share: None,
        asked: ("team".to_owned(), "project".to_owned(), "run".to_owned()),
        entity: Some(EntityFacts {
            id: 1,
            name: "team".to_owned(),
            kind,
            role: role.clone(),
            hidden: false,
            members_invite: false,
            new_projects: Visibility::Team,
            quota: None,
            created_at: 0,
        }),
        project: Some(ProjectFacts {
            id: 1,
            name: "project".to_owned(),
            visibility,
            owner,
            role: role.filter(|_| restricted),
            archived_at: None,
        }),
        object: Some(ObjectFacts {
            id: 1,
            owner,
            owner_name: None,
            submitted_by: None,
            running: false,
            grace_noted: false,
        }),
        sweep: None,
        redirected_from: None,
        server: ServerFacts::default(),
        evidence: Evidence::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_product_promises() {
        let team = |action| allowed(action, Visibility::Team);
        assert_eq!(team(Operation::RunRead), ["viewer", "member", "owner", "admin"]);
        assert_eq!(team(Operation::RunCreate), ["member", "owner", "admin"]);
        assert_eq!(team(Operation::RunDelete), ["owner", "admin"]);
        assert_eq!(team(Operation::TeamUpdate), ["admin", "org_admin"]);
        assert_eq!(team(Operation::UserUpdate), ["owner", "org_admin"]);
        assert_eq!(allowed(Operation::RunRead, Visibility::Public), WHO);
        assert_eq!(allowed(Operation::RunCreate, Visibility::Open)[0], "user");
        assert_eq!(allowed(Operation::RunRead, Visibility::Restricted)[0], "viewer");
        let registry = |action| allowed_in_registry(action, Visibility::Restricted);
        assert_eq!(registry(Operation::ArtifactRead), IN_REGISTRY[1..]);
        assert_eq!(registry(Operation::ArtifactDownload), IN_REGISTRY[2..]);
        assert_eq!(registry(Operation::ArtifactUpdate), ["member", "owner", "admin", "org_admin"]);
        assert_eq!(registry(Operation::ArtifactDelete), ["owner", "admin", "org_admin"]);
        assert_eq!(registry(Operation::ArtifactProtect), ["admin", "org_admin"]);
        assert_eq!(registry(Operation::ProjectCreate), ["org_admin"]);
        assert_eq!(allowed_in_registry(Operation::ArtifactDownload, Visibility::Team)[0], "user");
    }
}
