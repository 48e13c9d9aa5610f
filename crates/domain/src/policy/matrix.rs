//! The whole decision as a table, checked in and reviewed like code.

use std::fmt::Write as _;

use super::*;
use crate::model::{KeyScope, Role, Visibility};

/// Who asks, with which standing in the team and in the project.
struct Who {
    name: &'static str,
    caller: CallerFacts,
    team: Option<Role>,
    project: Option<Role>,
    /// The run and the project were made by the caller.
    owns: bool,
}

const ME: i64 = 1;
const OTHER: i64 = 2;

fn user(name: &str, is_admin: bool) -> CallerFacts {
    CallerFacts::User { id: ME, name: name.to_owned(), is_admin }
}

fn everybody() -> Vec<Who> {
    let who = |name, caller, team, project, owns| Who { name, caller, team, project, owns };
    let ann = || user("ann", false);
    vec![
        who("nobody signed in", CallerFacts::Anonymous, None, None, false),
        who("stranger", ann(), None, None, false),
        who("stranger, was member (owns)", ann(), None, None, true),
        who("organization admin", user("ann", true), None, None, false),
        who("viewer", ann(), Some(Role::Viewer), None, false),
        who("viewer, project admin", ann(), Some(Role::Viewer), Some(Role::Admin), false),
        who("member", ann(), Some(Role::Member), None, false),
        who("member (owns)", ann(), Some(Role::Member), None, true),
        who("member, project viewer", ann(), Some(Role::Member), Some(Role::Viewer), false),
        who("member, project admin", ann(), Some(Role::Member), Some(Role::Admin), false),
        who("admin", ann(), Some(Role::Admin), None, false),
        who("admin, project viewer", ann(), Some(Role::Admin), Some(Role::Viewer), false),
        who("guest, project member", ann(), None, Some(Role::Member), false),
        who("guest, project member (owns)", ann(), None, Some(Role::Member), true),
        who("operator", CallerFacts::Server, None, None, false),
    ]
}

fn facts(who: &Who, kind: EntityKind, visibility: Option<Visibility>, key: Option<KeyFacts>) -> Facts {
    let owner = Some(if who.owns { ME } else { OTHER });
    Facts {
        caller: who.caller.clone(),
        host: "http://here".to_owned(),
        key,
        asked: ("team".to_owned(), "proj".to_owned(), "run".to_owned()),
        entity: Some(EntityFacts { id: 7, name: "team".to_owned(), kind, role: who.team, created_at: 0 }),
        project: visibility.map(|visibility| ProjectFacts {
            id: 9,
            name: "proj".to_owned(),
            visibility,
            owner,
            role: who.project,
        }),
        run: visibility.map(|_| RunFacts { id: 11, owner, owner_name: Some("olga".to_owned()) }),
        evidence: Evidence::default(),
    }
}

fn table(out: &mut String, title: &str, make: impl Fn(&Who) -> Facts) {
    writeln!(out, "\n== {title}").unwrap();
    for who in everybody() {
        writeln!(out, "{}:", who.name).unwrap();
        let facts = make(&who);
        let mut yes = Vec::new();
        let mut no: Vec<(String, Vec<&str>)> = Vec::new();
        for operation in Operation::ALL {
            let decision = decide(*operation, &facts);
            if decision.is_allowed() {
                yes.push(operation.as_str());
                continue;
            }
            let codes = decision.causes.iter().map(Cause::code).collect::<Vec<_>>().join("+");
            match no.iter_mut().find(|(c, _)| *c == codes) {
                Some((_, operations)) => operations.push(operation.as_str()),
                None => no.push((codes, vec![operation.as_str()])),
            }
        }
        writeln!(out, "  ✓ {}", if yes.is_empty() { "–".to_owned() } else { yes.join(" ") }).unwrap();
        for (codes, operations) in no {
            writeln!(out, "  ✗ {codes}: {}", operations.join(" ")).unwrap();
        }
    }
}

#[test]
fn role_by_visibility_by_key_by_ownership_by_action() {
    let mut out = String::new();
    for visibility in Visibility::ALL {
        table(&mut out, &format!("{visibility} project of a team"), |who| {
            facts(who, EntityKind::Team, Some(*visibility), None)
        });
    }
    table(&mut out, "no such project in a team", |who| facts(who, EntityKind::Team, None, None));
    table(&mut out, "team project in somebody else's own space", |who| {
        facts(who, EntityKind::User(OTHER), Some(Visibility::Team), None)
    });
    table(&mut out, "restricted project in the caller's own space", |who| {
        facts(who, EntityKind::User(ME), Some(Visibility::Restricted), None)
    });
    table(&mut out, "no such entity", |who| Facts { entity: None, ..facts(who, EntityKind::Team, None, None) });
    let key = |scope, project| Some(KeyFacts { id: 3, name: "k".to_owned(), scope, project });
    table(&mut out, "team project, read-only key", |who| {
        facts(who, EntityKind::Team, Some(Visibility::Team), key(KeyScope::Read, None))
    });
    table(&mut out, "team project, key for this project", |who| {
        facts(who, EntityKind::Team, Some(Visibility::Team), key(KeyScope::Write, Some((9, "team/proj".to_owned()))))
    });
    table(&mut out, "team project, key for another project", |who| {
        facts(who, EntityKind::Team, Some(Visibility::Team), key(KeyScope::Write, Some((8, "team/else".to_owned()))))
    });
    insta::assert_snapshot!(out);
}

#[test]
fn update_implies_read() {
    for visibility in Visibility::ALL {
        for kind in [EntityKind::Team, EntityKind::User(ME), EntityKind::User(OTHER)] {
            for who in everybody() {
                let facts = facts(&who, kind, Some(*visibility), None);
                for (update, read) in
                    [(Operation::RunUpdate, Operation::RunRead), (Operation::UserUpdate, Operation::UserRead)]
                {
                    if decide(update, &facts).is_allowed() {
                        assert!(decide(read, &facts).is_allowed(), "{} {visibility} {update}", who.name);
                    }
                }
            }
        }
    }
}

#[test]
fn submitting_implies_updating() {
    for visibility in Visibility::ALL {
        for who in everybody() {
            let facts = facts(&who, EntityKind::Team, Some(*visibility), None);
            let submits = decide(Operation::RunCreate, &facts).is_allowed();
            assert_eq!(submits, decide(Operation::RunUpdate, &facts).is_allowed(), "{} {visibility}", who.name);
        }
    }
}

#[test]
fn a_hidden_entity_and_a_missing_one_get_the_same_decision() {
    let who = &everybody()[1];
    let hidden = facts(who, EntityKind::User(OTHER), Some(Visibility::Team), None);
    let missing = Facts { entity: None, project: None, run: None, ..hidden.clone() };
    for operation in Operation::ALL {
        let (a, b) = (decide(*operation, &hidden), decide(*operation, &missing));
        assert_eq!(a.causes, b.causes, "{operation}");
        assert_eq!(a.trace, b.trace, "{operation}");
    }
}
