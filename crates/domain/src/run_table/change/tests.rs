//! Many runs at once, on every database.

use super::{RunsChange, RunsChanged};
use crate::Error;
use crate::db::sql;
use crate::model::{EntityPath, ProjectPath, Role};
use crate::policy::{Administer, Allowed, Entity, Place, Project, Read, Session, Submit};
use crate::runs::{RunUpsert, StreamUpdate};
use crate::testing::{Lab, user};

async fn project(who: &Session) -> Allowed<Read, Project> {
    who.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap()
}

fn all(change: RunsChange) -> RunsChange {
    RunsChange { filters: Some("{}".to_owned()), ..change }
}

fn codes(done: &RunsChanged) -> Vec<&'static str> {
    let code = |why: &Error| match why {
        Error::Denied(denied) => denied.first().code(),
        other => panic!("{other}"),
    };
    done.reasons.iter().map(code).collect()
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// `r0` … `r3`; `r3` finished.
async fn runs(lab: &Lab) {
    for n in 0..4 {
        let tags = Some(texts(&["old", &format!("t{}", n % 2)]));
        let run = lab.init(&format!("r{n}"), |upsert| upsert.change.tags = tags).await.run;
        if n == 3 {
            run.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_change_reaches_the_runs_that_are_named_and_no_others() {
    for lab in Lab::all().await {
        runs(&lab).await;
        let project = project(&lab.alice).await;
        let mut events = project.live();
        let change = RunsChange {
            names: Some(texts(&["r0", "r1", "none"])),
            filters: Some(r#"{"tags":"old"}"#.to_owned()),
            add_tags: texts(&["new", "t1"]),
            remove_tags: texts(&["old"]),
            group: Some("g".to_owned()),
            ..Default::default()
        };
        let done = project.change_runs(change).await.unwrap();
        assert_eq!((done.changed, done.refused, done.reasons.len()), (2, 0, 0));
        assert_eq!(lab.text("r0", "tags").await.unwrap(), r#"["t0","new","t1"]"#);
        assert_eq!(lab.text("r1", "tags").await.unwrap(), r#"["t1","new"]"#);
        assert_eq!(lab.text("r2", "tags").await.unwrap(), r#"["old","t0"]"#);
        assert_eq!(lab.text("r1", "group_name").await.as_deref(), Some("g"));
        let mut told = vec![events.next().await.unwrap().unwrap().run, events.next().await.unwrap().unwrap().run];
        told.sort();
        assert_eq!(told, ["r0", "r1"]);
        let out = RunsChange { names: Some(texts(&["r0"])), group: Some(String::new()), ..Default::default() };
        assert_eq!(project.change_runs(out).await.unwrap().changed, 1);
        assert_eq!(lab.text("r0", "group_name").await, None);
        let none = RunsChange { add_tags: texts(&["x"]), ..Default::default() };
        assert!(matches!(project.change_runs(none).await, Err(Error::Invalid(_))), "naming no run does not mean all");
    }
}

#[tokio::test]
async fn running_runs_stop_and_deleted_ones_are_gone() {
    for lab in Lab::all().await {
        runs(&lab).await;
        let project = project(&lab.alice).await;
        let stop = all(RunsChange { stop: true, ..Default::default() });
        assert_eq!(project.change_runs(stop).await.unwrap().changed, 3, "one has finished");
        assert!(lab.run("r0").await.append(StreamUpdate::default()).await.unwrap().stopped);
        let delete = RunsChange { filters: Some(r#"{"tags":"t0"}"#.to_owned()), delete: true, ..Default::default() };
        assert_eq!(project.change_runs(delete).await.unwrap().changed, 2);
        assert_eq!(project.run_count(None).await.unwrap(), 2);
        assert_eq!(project.totals().await.unwrap().deleted, 2);
        let deleted = "SELECT target FROM audit WHERE action = 'run:delete'";
        let rows: Vec<(String,)> = sql(deleted).all(lab.domain.db()).await.unwrap();
        assert_eq!(rows, [("team/p (2: r0 r2)".to_owned(),)]);
    }
}

#[tokio::test]
async fn every_run_is_decided_by_itself() {
    for lab in Lab::all().await {
        runs(&lab).await;
        let tag = || all(RunsChange { add_tags: texts(&["mine"]), ..Default::default() });
        let viewer = project(&lab.victor).await.change_runs(tag()).await.unwrap();
        assert_eq!((viewer.changed, viewer.refused), (0, 4));
        assert_eq!(codes(&viewer), ["ROLE_TOO_LOW"]);

        let bob = user(&lab.domain, "bob").await;
        let (operator, team) = (lab.domain.operator(), EntityPath("team".to_owned()));
        let team = operator.allow::<Administer, Entity>(&team).await.unwrap();
        team.set_member("bob", Role::Member).await.unwrap();
        let path = ProjectPath::new("team", "p").place();
        let place = bob.allow::<Submit, Place>(&path).await.unwrap();
        let own = RunUpsert { name: Some("b0".to_owned()), ..Default::default() };
        place.upsert_run(own).await.unwrap();
        assert_eq!(project(&bob).await.change_runs(tag()).await.unwrap().changed, 5, "members edit each other's runs");
        let delete = all(RunsChange { add_tags: texts(&["x"]), delete: true, ..Default::default() });
        let done = project(&bob).await.change_runs(delete).await.unwrap();
        assert_eq!((done.changed, done.refused), (1, 4), "members delete their own");
        assert_eq!(codes(&done), ["RUN_NOT_YOURS"]);
        assert_eq!(lab.text("r0", "tags").await.unwrap(), r#"["old","t0","mine"]"#, "refused means untouched");
        let denied = "SELECT COUNT(*) FROM audit WHERE outcome = 'denied' AND actor = 'bob'";
        let (denials,): (i64,) = sql(denied).one(lab.domain.db()).await.unwrap();
        assert_eq!(denials, 1);
    }
}
