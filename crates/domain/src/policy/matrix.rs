//! The whole decision as a table, checked in and reviewed like code.

use std::fmt::Write as _;

use super::*;
use crate::model::{KeyScope, RegistryRole, Role, Visibility};

/// Who asks, with which standing in the team and in the project.
struct Who {
    name: &'static str,
    caller: CallerFacts,
    team: Option<Standing>,
    project: Option<Standing>,
    /// The run and the project were made by the caller.
    owns: bool,
}

const ME: i64 = 1;
const OTHER: i64 = 2;

fn user(name: &str, is_admin: bool) -> CallerFacts {
    CallerFacts::User { id: ME, name: name.to_owned(), is_admin, service: None }
}

fn service(org_wide: bool) -> CallerFacts {
    let service = Some(ServiceFacts { team: "home".to_owned(), org_wide });
    CallerFacts::User { id: ME, name: "ci".to_owned(), is_admin: false, service }
}

fn everybody() -> Vec<Who> {
    let plain = |role: Option<Role>| role.map(Standing::plain);
    let who =
        |name, caller, team, project, owns| Who { name, caller, team: plain(team), project: plain(project), owns };
    let custom = |role, adds: &[Operation]| {
        Some(Standing { custom: Some("special".to_owned()), adds: adds.to_vec(), ..Standing::plain(role) })
    };
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
        Who {
            name: "viewer who may also stop and delete runs",
            team: custom(Role::Viewer, &[Operation::RunStop, Operation::RunDelete]),
            ..who("", ann(), None, None, false)
        },
        Who {
            name: "member who may also invite",
            team: custom(Role::Member, &[Operation::TeamInvite]),
            ..who("", ann(), None, None, false)
        },
        who("service account of the team", service(false), Some(Role::Member), None, false),
        who("service account of another team", service(false), None, None, false),
        who("service account of the organization", service(true), None, None, false),
        who("operator", CallerFacts::Server, None, None, false),
    ]
}

fn facts(who: &Who, kind: EntityKind, visibility: Option<Visibility>, key: Option<KeyFacts>) -> Facts {
    let owner = Some(if who.owns { ME } else { OTHER });
    Facts {
        caller: who.caller.clone(),
        host: "http://here".to_owned(),
        key,
        share: None,
        asked: ("team".to_owned(), "proj".to_owned(), "run".to_owned()),
        entity: Some(EntityFacts {
            id: 7,
            name: "team".to_owned(),
            kind,
            role: who.team.clone(),
            hidden: false,
            members_invite: false,
            new_projects: Visibility::Team,
            quota: None,
            created_at: 0,
        }),
        project: visibility.map(|visibility| ProjectFacts {
            id: 9,
            name: "proj".to_owned(),
            visibility,
            owner,
            role: who.project.clone(),
            archived_at: None,
        }),
        object: visibility.map(|_| ObjectFacts {
            id: 11,
            owner,
            owner_name: Some("olga".to_owned()),
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

fn registries(out: &mut String) {
    for (visibility, who_may) in [(Visibility::Team, "everybody"), (Visibility::Restricted, "those who were added")] {
        table(out, &format!("registry of {who_may}"), |who| {
            facts(who, EntityKind::Organization, Some(visibility), None)
        });
    }
    for role in RegistryRole::ALL {
        table(out, &format!("restricted registry, to which the caller was added as {role}"), |who| {
            let mut facts = facts(who, EntityKind::Organization, Some(Visibility::Restricted), None);
            facts.project.iter_mut().for_each(|p| p.role = Some(Standing::in_registry(*role)));
            facts
        });
    }
    table(out, "no such registry", |who| facts(who, EntityKind::Organization, None, None));
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
    let team = |who: &Who| facts(who, EntityKind::Team, Some(Visibility::Team), None);
    let entity = |who: &Who, change: &dyn Fn(&mut EntityFacts)| {
        let mut facts = team(who);
        facts.entity.iter_mut().for_each(change);
        facts
    };
    table(&mut out, "team project of a hidden team", |who| entity(who, &|e| e.hidden = true));
    table(&mut out, "team project of a team whose members may invite", |who| entity(who, &|e| e.members_invite = true));
    table(&mut out, "team project of a team that keeps as much as it may", |who| {
        entity(who, &|e| e.quota = Some((9, 9)))
    });
    table(&mut out, "archived team project", |who| {
        let mut facts = team(who);
        facts.project.iter_mut().for_each(|p| p.archived_at = Some(1));
        facts
    });
    table(&mut out, "running run in a team project", |who| {
        let mut facts = team(who);
        facts.object.iter_mut().for_each(|o| o.running = true);
        facts
    });
    table(&mut out, "team project on a read-only server", |who| {
        let server = ServerFacts { read_only: Some("until noon".to_owned()), users_create_keys: true };
        Facts { server, ..team(who) }
    });
    table(&mut out, "team project, the sweep that was named is in another one", |who| {
        let (sweep, place) = ("ab12cd34".to_owned(), "other/proj".to_owned());
        Facts { sweep: Some(SweepElsewhere { sweep, place, may_run: true, admins: Vec::new() }), ..team(who) }
    });
    table(&mut out, "the caller's own account, users may not make keys", |who| {
        let server = ServerFacts { read_only: None, users_create_keys: false };
        Facts { server, ..facts(who, EntityKind::User(ME), None, None) }
    });
    table(&mut out, "a service account of the team", |who| facts(who, EntityKind::Service(OTHER), None, None));
    registries(&mut out);
    let key = |scope, project| Some(KeyFacts { id: 3, name: "k".to_owned(), scope, project, entity: None });
    table(&mut out, "team project, read-only key", |who| {
        facts(who, EntityKind::Team, Some(Visibility::Team), key(KeyScope::Read, None))
    });
    table(&mut out, "team project, key for this project", |who| {
        facts(who, EntityKind::Team, Some(Visibility::Team), key(KeyScope::Write, Some((9, "team/proj".to_owned()))))
    });
    table(&mut out, "team project, key for another project", |who| {
        facts(who, EntityKind::Team, Some(Visibility::Team), key(KeyScope::Write, Some((8, "team/else".to_owned()))))
    });
    table(&mut out, "team project, key for this team", |who| {
        let entity = Some((7, "team".to_owned()));
        facts(
            who,
            EntityKind::Team,
            Some(Visibility::Team),
            key(KeyScope::Write, None).map(|k| KeyFacts { entity, ..k }),
        )
    });
    table(&mut out, "team project, key for another team", |who| {
        let entity = Some((8, "else".to_owned()));
        facts(
            who,
            EntityKind::Team,
            Some(Visibility::Team),
            key(KeyScope::Write, None).map(|k| KeyFacts { entity, ..k }),
        )
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
    let missing = Facts { entity: None, project: None, object: None, ..hidden.clone() };
    for operation in Operation::ALL {
        let (a, b) = (decide(*operation, &hidden), decide(*operation, &missing));
        assert_eq!(a.causes, b.causes, "{operation}");
        assert_eq!(a.trace, b.trace, "{operation}");
    }
}
