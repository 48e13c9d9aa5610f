//! A denial's way: told, opened, asked about, answered; and what is let through without one.

use std::time::Duration;

use super::*;
use crate::db::sql;
use crate::model::{EntityPath, ProjectPath, Role, RunPath};
use crate::policy::{Administer, Create, Denied, Entity, Operation, Place, Project, Read, Session, Submit, Update};
use crate::roles::RoleDraft;
use crate::testing::{Lab, user};
use crate::{Error, Problem};

async fn refused(session: &Session, path: &RunPath) -> Box<Denied> {
    match session.allow::<Submit, Place>(path).await {
        Err(Error::Denied(denied)) => denied,
        other => panic!("not denied: {other:?}"),
    }
}

/// An admin of the lab's team.
async fn admin(lab: &Lab) -> Session {
    let adam = user(&lab.domain, "adam").await;
    let team = lab.domain.operator().allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap();
    team.set_member("adam", Role::Admin).await.unwrap();
    adam
}

fn approve(role: Option<&str>) -> Answer {
    Answer { approve: true, role: role.map(str::to_owned), text: Some("welcome".to_owned()) }
}

#[tokio::test]
async fn who_was_refused_asks_and_an_admin_lets_in() {
    for lab in Lab::all().await {
        let adam = admin(&lab).await;
        let path = ProjectPath::new("team", "p").place();
        let reference = refused(&lab.mallory, &path).await.reference.unwrap();
        let again = refused(&lab.mallory, &path).await.reference.unwrap();
        assert_eq!(reference, again, "the same denial keeps its reference");

        let denial = lab.mallory.denial(&reference).await.unwrap().unwrap();
        assert!(denial.mine && denial.can_be_granted());
        assert_eq!(denial.causes[0].code, "NOT_MEMBER");
        assert!(!denial.is_allowed_now(&lab.mallory).await.unwrap());
        for other in [&lab.alice, &lab.victor] {
            assert!(other.denial(&reference).await.unwrap().is_none(), "only the refused and the admins may open it");
        }
        assert!(!adam.denial(&reference).await.unwrap().unwrap().mine);

        denial.ask(&lab.mallory, Some("please")).await.unwrap();
        denial.ask(&lab.mallory, Some("pretty please")).await.unwrap();
        assert!(lab.alice.answerable_requests(None, Some(true)).await.unwrap().is_empty());
        let requests = adam.answerable_requests(Some("team"), Some(true)).await.unwrap();
        assert_eq!(requests.len(), 1, "asking again is the same request");
        assert_eq!(requests[0].message.as_deref(), Some("pretty please"));
        assert!(matches!(lab.mallory.answer_request(requests[0].id, approve(None)).await, Err(Error::NotFound(_))));

        let answered = adam.answer_request(requests[0].id, approve(None)).await.unwrap();
        assert_eq!((answered.state, answered.role.as_deref()), (RequestState::Approved, Some("member")));
        lab.mallory.allow::<Submit, Place>(&path).await.unwrap();
        assert!(denial.is_allowed_now(&lab.mallory).await.unwrap());
        let twice = adam.answer_request(requests[0].id, approve(None)).await;
        assert!(matches!(twice, Err(Error::Conflict(Problem::RequestAnswered))));
        assert_eq!(lab.mallory.own_requests().await.unwrap()[0].answered_by.as_deref(), Some("adam"));
    }
}

#[tokio::test]
async fn an_approval_that_cannot_be_carried_out_leaves_the_request_open() {
    for lab in Lab::all().await {
        let reference = refused(&lab.mallory, &ProjectPath::new("alice", "q").place()).await.reference.unwrap();
        let denial = lab.mallory.denial(&reference).await.unwrap().unwrap();
        denial.ask(&lab.mallory, None).await.unwrap();
        let request = lab.alice.answerable_requests(None, Some(true)).await.unwrap().remove(0);
        lab.domain.take_notices().await.unwrap();
        // A personal space has no members, and the project is not there.
        lab.alice.answer_request(request.id, approve(None)).await.unwrap_err();
        assert!(lab.domain.take_notices().await.unwrap().is_empty(), "nobody is told of what did not happen");
        assert_eq!(lab.alice.answerable_requests(None, Some(true)).await.unwrap().len(), 1);
        let no = Answer { approve: false, role: None, text: None };
        assert_eq!(lab.alice.answer_request(request.id, no).await.unwrap().state, RequestState::Declined);
    }
}

#[tokio::test]
async fn a_custom_role_can_be_given_and_one_that_is_not_there_gives_nothing() {
    for lab in Lab::all().await {
        let adam = admin(&lab).await;
        let org = lab.domain.operator().allow::<Administer, crate::policy::Org>(&()).await.unwrap();
        let draft =
            RoleDraft { id: None, name: "stopper".to_owned(), base: Role::Member, adds: vec![Operation::RunStop] };
        org.save_role(draft).await.unwrap();
        let reference = refused(&lab.mallory, &ProjectPath::new("team", "p").place()).await.reference.unwrap();
        lab.mallory.denial(&reference).await.unwrap().unwrap().ask(&lab.mallory, None).await.unwrap();
        let request = adam.answerable_requests(None, Some(true)).await.unwrap().remove(0);
        lab.domain.take_notices().await.unwrap();
        adam.answer_request(request.id, approve(Some("starter"))).await.unwrap_err();
        assert!(lab.domain.take_notices().await.unwrap().is_empty(), "nobody is told of what did not happen");
        let answered = adam.answer_request(request.id, approve(Some("stopper"))).await.unwrap();
        assert_eq!(answered.role.as_deref(), Some("stopper"));
        lab.mallory.allow::<Submit, Place>(&ProjectPath::new("team", "p").place()).await.unwrap();
    }
}

#[tokio::test]
async fn an_entity_that_is_not_there_can_be_asked_for_like_one_that_is_hidden() {
    for lab in Lab::all().await {
        for name in ["alice", "nothing"] {
            let denied = refused(&lab.mallory, &ProjectPath::new(name, "p").place()).await;
            assert_eq!(denied.first().code(), "ENTITY_UNKNOWN_OR_HIDDEN");
            let denial = lab.mallory.denial(&denied.reference.unwrap()).await.unwrap().unwrap();
            denial.ask(&lab.mallory, None).await.unwrap();
        }
        assert_eq!(lab.mallory.own_requests().await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_registry_that_was_asked_for_is_made_with_its_first_admin() {
    for lab in Lab::all().await {
        let path = ProjectPath::new("runstead", "wandb-registry-models");
        let Err(Error::Denied(denied)) = lab.mallory.allow::<Create, Place>(&path.place()).await else {
            panic!("only admins of the organization make registries");
        };
        let denial = lab.mallory.denial(&denied.reference.unwrap()).await.unwrap().unwrap();
        assert!(denial.can_be_granted());
        denial.ask(&lab.mallory, Some("for the models of vision")).await.unwrap();
        assert!(lab.alice.answerable_requests(None, Some(true)).await.unwrap().is_empty());
        let operator = lab.domain.operator();
        let request = operator.answerable_requests(None, Some(true)).await.unwrap().remove(0);
        assert_eq!(request.roles(), ["admin"]);
        let answered = operator.answer_request(request.id, approve(None)).await.unwrap();
        assert_eq!((answered.state, answered.role.as_deref()), (RequestState::Approved, Some("admin")));
        lab.mallory.allow::<Update, Project>(&path).await.unwrap();
        assert!(
            matches!(lab.alice.allow::<Read, Project>(&path).await, Err(Error::Denied(_))),
            "nobody else is let in"
        );
        let twice = operator.answer_request(request.id, approve(None)).await;
        assert!(matches!(twice, Err(Error::Conflict(Problem::RequestAnswered))));
    }
}

#[tokio::test]
async fn references_expire() {
    for lab in Lab::all().await {
        let reference = refused(&lab.mallory, &ProjectPath::new("team", "p").place()).await.reference.unwrap();
        lab.clock().advance(Duration::from_secs(8 * 24 * 3600));
        assert!(lab.mallory.denial(&reference).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_running_run_may_finish_when_its_user_has_left() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let team = lab.domain.operator().allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap();
        team.set_member("alice", Role::Viewer).await.unwrap();
        let path = |run| RunPath::new("team", "p", run);
        lab.alice.allow::<Submit, Place>(&path("r1")).await.unwrap();
        lab.alice.allow::<crate::policy::Update, crate::policy::Run>(&path("r1")).await.unwrap();
        let (grace,): (Option<String>,) =
            sql("SELECT grace FROM run WHERE name = 'r1'").one(lab.domain.db()).await.unwrap();
        assert_eq!(grace.as_deref(), Some("ROLE_TOO_LOW"));
        // Once it is written down, going on needs nothing that somebody else may hold.
        let mut tx = lab.domain.db().begin().await.unwrap();
        sql("UPDATE run SET name = name WHERE name = 'r1'").run(&mut tx).await.unwrap();
        let r1 = path("r1");
        let update = lab.alice.allow::<crate::policy::Update, crate::policy::Run>(&r1);
        tokio::time::timeout(Duration::from_secs(5), update).await.expect("it only reads").unwrap();
        drop(tx);
        refused(&lab.alice, &path("r2")).await;
        refused(&lab.mallory, &path("r1")).await;
        lab.clock().advance(Duration::from_secs(25 * 3600));
        refused(&lab.alice, &path("r1")).await;
    }
}

#[tokio::test]
async fn a_redirect_leads_on_but_never_hides_what_is_seen() {
    for lab in Lab::all().await {
        for (from, to) in [("old", "team"), ("example*", "@me"), ("team", "alice")] {
            sql("INSERT INTO redirect (id, entity, project, target_entity, target_project, origin, created_by, created_at) \
                 VALUES ($1, $2, '', $3, '', 'admin', 'x', 0)")
            .bind(lab.clock().id().unwrap())
            .bind(from)
            .bind(to)
            .run(lab.domain.db())
            .await
            .unwrap();
        }
        let place = async |entity: &str| {
            let place = lab.alice.allow::<Submit, Place>(&ProjectPath::new(entity, "p").place()).await.unwrap();
            (place.resource().entity.clone(), place.resource().redirected_from.clone())
        };
        assert_eq!(place("old").await, ("team".to_owned(), Some("old".to_owned())));
        assert_eq!(place("example-org").await, ("alice".to_owned(), Some("example-org".to_owned())));
        assert_eq!(place("team").await, ("team".to_owned(), None));
        let delete =
            lab.alice.allow::<crate::policy::Delete, crate::policy::Project>(&ProjectPath::new("example-x", "p")).await;
        assert!(matches!(delete, Err(Error::Denied(_))), "nothing is deleted by a name that means something else");
        assert_eq!(refused(&lab.mallory, &ProjectPath::new("old", "p").place()).await.first().code(), "NOT_MEMBER");
    }
}

#[tokio::test]
async fn a_notice_waits_until_it_was_sent() {
    for lab in Lab::all().await {
        let reference = refused(&lab.mallory, &ProjectPath::new("team", "p").place()).await.reference.unwrap();
        lab.mallory.denial(&reference).await.unwrap().unwrap().ask(&lab.mallory, None).await.unwrap();
        let first = lab.domain.take_notices().await.unwrap();
        assert_eq!(first.len(), 1, "no admin has a mail address: only the webhook");
        assert!(lab.domain.take_notices().await.unwrap().is_empty(), "somebody is sending it");
        lab.domain.notice_done(&first[0], false).await.unwrap();
        lab.clock().advance(Duration::from_secs(61));
        let second = lab.domain.take_notices().await.unwrap();
        assert_eq!((second.len(), second[0].attempts), (1, 2));
        lab.domain.notice_done(&second[0], true).await.unwrap();
        lab.clock().advance(Duration::from_secs(24 * 3600));
        assert!(lab.domain.take_notices().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn what_a_team_keeps_is_counted_before_more_is_taken() {
    for lab in Lab::all().await {
        let run = lab.run("r1").await.resource().id;
        sql("UPDATE entity SET quota_bytes = 10 WHERE name = 'team'").run(lab.domain.db()).await.unwrap();
        let path = ProjectPath::new("team", "p").place();
        lab.alice.allow::<Submit, Place>(&path).await.unwrap();
        sql("INSERT INTO file (id, run_id, name, blob, bytes, md5, updated_at) VALUES (1, $1, 'f', 'b', 10, '', 0)")
            .bind(run)
            .run(lab.domain.db())
            .await
            .unwrap();
        assert_eq!(refused(&lab.alice, &path).await.first().code(), "QUOTA");
    }
}
