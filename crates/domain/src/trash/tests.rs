//! Deleting, restoring, emptying and moving, on every database.

use std::time::Duration;

use super::Emptied;
use crate::Error;
use crate::db::sql;
use crate::model::{ProjectPath, Role, RunPath};
use crate::policy::{Administer, Allowed, Delete, Entity, Org, Project, Read, Run, Session};
use crate::run_table::{RunsChange, RunsChanged};
use crate::runs::{RunQuery, StreamUpdate};
use crate::settings::SettingsChange;
use crate::testing::{Lab, history, summary};

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

async fn project(who: &Session, name: &str) -> Allowed<Read, Project> {
    who.allow::<Read, Project>(&ProjectPath::new("team", name)).await.unwrap()
}

fn names(names: &[&str]) -> Option<Vec<String>> {
    Some(names.iter().map(|name| (*name).to_owned()).collect())
}

async fn change(who: &Session, name: &str, change: RunsChange) -> RunsChanged {
    project(who, name).await.change_runs(change).await.unwrap()
}

async fn restore(who: &Session, of: &[&str]) -> RunsChanged {
    change(who, "p", RunsChange { names: names(of), restore: true, ..Default::default() }).await
}

async fn work(lab: &Lab) {
    while lab.domain.run_due_jobs().await.unwrap() > 0 {}
}

/// A run that has ended, with rows, half of them in a segment, a summary and a file.
async fn full(lab: &Lab, name: &str) {
    let run = lab.run(name).await;
    run.append(history(0, &[r#"{"_step":0,"a":1}"#])).await.unwrap();
    run.append(summary(r#"{"a":1}"#)).await.unwrap();
    run.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
    work(lab).await;
    let url = run.upload_urls(&["a.txt"]).unwrap().remove(0).url;
    let ticket = lab.domain.redeem(url.rsplit('/').next().unwrap()).unwrap();
    ticket.receive(futures::stream::iter([Ok("12345".into())]), None).await.unwrap();
}

async fn blobs(lab: &Lab) -> usize {
    let blobs = lab.domain.blobs();
    blobs.list("files").await.unwrap().len() + blobs.list("segments").await.unwrap().len()
}

async fn deleted(who: &Session) -> Vec<String> {
    let page = project(who, "p").await.deleted_runs(RunQuery::default()).await.unwrap();
    page.edges.into_iter().map(|edge| edge.details.name).collect()
}

async fn delete(lab: &Lab, name: &str) {
    lab.allow::<Delete>(name).await.unwrap().delete().await.unwrap();
}

#[tokio::test]
async fn a_deleted_run_comes_back_whole() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        let before = lab.history("r1").await;
        let kept = project(&lab.alice, "p").await.totals().await.unwrap().storage.kept;
        delete(&lab, "r1").await;
        work(&lab).await;
        assert!(matches!(lab.allow::<Read>("r1").await, Err(Error::NotFound(_))));
        let totals = project(&lab.alice, "p").await.totals().await.unwrap();
        assert_eq!((totals.runs, totals.deleted, totals.storage.kept, totals.storage.deleted), (0, 1, 0, kept));
        let page = project(&lab.alice, "p").await.deleted_runs(RunQuery::default()).await.unwrap();
        let details = &page.edges[0].details;
        assert_eq!((details.name.as_str(), details.deleted_at), ("r1", Some(lab.clock().now())));
        let done = restore(&lab.alice, &["r1"]).await;
        assert_eq!((done.changed, done.refused, done.bytes), (1, 0, kept));
        assert_eq!(lab.history("r1").await, before);
        assert_eq!(lab.text("r1", "summary").await.as_deref(), Some(r#"{"a":1}"#));
        let files = lab.allow::<Read>("r1").await.unwrap().files(Default::default()).await.unwrap();
        assert_eq!(files.files.len(), 1);
        assert_eq!(project(&lab.alice, "p").await.run_count(Some(r#"{"summary_metrics.a":1}"#)).await.unwrap(), 1);
        assert!(deleted(&lab.alice).await.is_empty());
    }
}

#[tokio::test]
async fn the_name_is_free_and_the_newest_of_a_name_comes_back() {
    for lab in Lab::all().await {
        for _ in 0..2 {
            full(&lab, "r1").await;
            lab.clock().advance(Duration::from_secs(1));
            delete(&lab, "r1").await;
        }
        assert_eq!(deleted(&lab.alice).await, ["r1", "r1"]);
        let again = lab.init("r1", |_| {}).await;
        assert!(again.inserted);
        let done = restore(&lab.alice, &["r1"]).await;
        assert_eq!((done.changed, done.refused), (0, 1));
        let expected = crate::Problem::RunNameTaken { run: "r1".to_owned(), project: "team/p".to_owned() };
        assert!(matches!(&done.reasons[..], [Error::Conflict(problem)] if *problem == expected), "{done:?}");
        lab.clock().advance(Duration::from_secs(1));
        delete(&lab, "r1").await;
        assert_eq!(restore(&lab.alice, &["r1"]).await.changed, 1);
        assert!(lab.history("r1").await.is_empty(), "the one deleted last had no rows");
        assert_eq!(deleted(&lab.alice).await.len(), 2);
    }
}

#[tokio::test]
async fn emptying_frees_rows_and_blobs_and_nothing_else() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        full(&lab, "r2").await;
        let left = blobs(&lab).await / 2;
        let kept = project(&lab.alice, "p").await.totals().await.unwrap().storage.kept;
        delete(&lab, "r1").await;
        let emptied = project(&lab.alice, "p").await.empty_trash(None).await.unwrap();
        assert_eq!(emptied, Emptied { removed: 1, bytes: kept / 2 });
        assert_eq!(project(&lab.alice, "p").await.empty_trash(None).await.unwrap(), Emptied::default());
        assert_eq!(restore(&lab.alice, &["r1"]).await.changed, 0, "what was emptied does not come back");
        work(&lab).await;
        assert_eq!((lab.count("run").await, lab.count("file").await, lab.count("garbage").await), (1, 1, 0));
        assert_eq!(blobs(&lab).await, left);
        assert_eq!(lab.history("r2").await.len(), 1);
    }
}

#[tokio::test]
async fn the_trash_empties_itself_after_its_days() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        delete(&lab, "r1").await;
        lab.clock().advance(WEEK - Duration::from_secs(3600));
        work(&lab).await;
        assert_eq!(lab.count("run").await, 1);
        lab.clock().advance(Duration::from_secs(3600));
        work(&lab).await;
        assert_eq!((lab.count("run").await, lab.count("stream").await, blobs(&lab).await), (0, 0, 0));
        let org = lab.domain.operator().allow::<Administer, Org>(&()).await.unwrap();
        org.change_settings(SettingsChange { trash_days: Some(0), ..Default::default() }).await.unwrap();
        full(&lab, "r2").await;
        delete(&lab, "r2").await;
        assert!(deleted(&lab.alice).await.is_empty(), "without days there is no trash");
        work(&lab).await;
        assert_eq!((lab.count("run").await, blobs(&lab).await), (0, 0));
    }
}

#[tokio::test]
async fn a_removal_that_was_cut_off_goes_on() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        delete(&lab, "r1").await;
        project(&lab.alice, "p").await.empty_trash(None).await.unwrap();
        // Killed after the rows were gone, with the job leased and one blob deleted already.
        super::remove_emptied(&lab.domain).await.unwrap();
        let (blob,): (String,) = sql("SELECT blob FROM garbage LIMIT 1").one(lab.domain.db()).await.unwrap();
        lab.domain.blobs().delete(&blob).await.unwrap();
        sql("UPDATE job SET lease_until = $1").bind(lab.clock().now() + 1).run(lab.domain.db()).await.unwrap();
        assert!(blobs(&lab).await > 0);
        lab.clock().advance(Duration::from_secs(1));
        work(&lab).await;
        assert_eq!((blobs(&lab).await, lab.count("garbage").await), (0, 0));
    }
}

#[tokio::test]
async fn only_who_may_delete_a_run_sees_restores_and_removes_it() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        let bob = crate::testing::user(&lab.domain, "bob").await;
        let team = crate::model::EntityPath("team".to_owned());
        let team = lab.domain.operator().allow::<Administer, Entity>(&team).await.unwrap();
        team.set_member("bob", Role::Member).await.unwrap();
        delete(&lab, "r1").await;
        for (who, code) in [(&bob, "RUN_NOT_YOURS"), (&lab.victor, "ROLE_TOO_LOW")] {
            assert!(deleted(who).await.is_empty());
            let done = restore(who, &["r1"]).await;
            assert_eq!((done.changed, done.refused), (0, 1));
            assert!(matches!(&done.reasons[..], [Error::Denied(denied)] if denied.first().code() == code));
            let one = project(who, "p").await.empty_trash(names(&["r1"]).as_deref()).await;
            assert!(matches!(one, Err(Error::Denied(denied)) if denied.first().code() == code));
            assert_eq!(project(who, "p").await.empty_trash(None).await.unwrap().removed, 0);
        }
        assert_eq!(deleted(&lab.alice).await, ["r1"]);
    }
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        full(&lab, "r2").await;
        let kept = project(&lab.alice, "p").await.totals().await.unwrap().storage.kept;
        for more in [
            RunsChange { delete: true, ..Default::default() },
            RunsChange { move_to: Some("q".to_owned()), ..Default::default() },
        ] {
            let dry = RunsChange { filters: Some("{}".to_owned()), dry_run: true, ..more };
            let done = change(&lab.alice, "p", dry).await;
            assert_eq!((done.changed, done.refused, done.bytes), (2, 0, kept));
        }
        assert_eq!((lab.count("project").await, project(&lab.alice, "p").await.run_count(None).await.unwrap()), (1, 2));
        let viewer = RunsChange { filters: Some("{}".to_owned()), dry_run: true, delete: true, ..Default::default() };
        let done = change(&lab.victor, "p", viewer).await;
        assert_eq!((done.changed, done.refused, done.bytes), (0, 2, 0));
    }
}

#[tokio::test]
async fn a_moved_run_is_there_with_all_it_has() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        lab.run("live").await;
        let count =
            async |name: &str, filter: &str| project(&lab.alice, name).await.run_count(Some(filter)).await.unwrap();
        let all = r#"{"summary_metrics.a":1}"#;
        assert_eq!(count("p", all).await, 1);
        let rows = lab.history("r1").await;
        let to = |name: &str| RunsChange {
            filters: Some("{}".to_owned()),
            move_to: Some(name.to_owned()),
            ..Default::default()
        };
        let done = change(&lab.alice, "p", to("q")).await;
        assert_eq!((done.changed, done.refused), (1, 1));
        assert!(matches!(&done.reasons[..], [Error::Conflict(crate::Problem::RunNotEnded { .. })]));
        assert_eq!((count("p", all).await, count("q", all).await), (0, 1), "both tables follow");
        let there = lab.alice.allow::<Read, Run>(&RunPath::new("team", "q", "r1")).await.unwrap();
        assert_eq!(there.history_rows(Default::default()).await.unwrap(), rows);
        assert_eq!(there.files(Default::default()).await.unwrap().files.len(), 1);
        // The old path leads there, also for a process that comes back.
        let old = lab.allow::<Read>("r1").await.unwrap();
        assert_eq!(old.resource().project.name, "q");
        let writer = lab.allow::<crate::policy::Update>("r1").await.unwrap();
        writer.append(history(1, &[r#"{"_step":1,"a":2}"#])).await.unwrap();
        assert_eq!(there.history_rows(Default::default()).await.unwrap().len(), 2);
        assert!(lab.allow::<Delete>("r1").await.is_err(), "nothing is deleted by an old name");
        // A new run of that name is another one.
        assert!(lab.init("r1", |_| {}).await.inserted);
        assert_eq!(lab.allow::<Read>("r1").await.unwrap().resource().project.name, "p");
        delete(&lab, "r1").await;
        writer.append(StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() }).await.unwrap();
        assert_eq!(change(&lab.alice, "q", to("p")).await.changed, 1);
        assert_eq!((count("p", all).await, count("q", all).await), (1, 0));
        let denied = project(&lab.victor, "p").await.change_runs(to("q")).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        let here = project(&lab.alice, "p").await.change_runs(to("p")).await;
        assert!(matches!(here, Err(Error::Invalid(crate::Problem::MoveHere { .. }))));
    }
}

#[tokio::test]
async fn a_moved_run_is_not_found_by_who_may_not_see_where_it_went() {
    for lab in Lab::all().await {
        full(&lab, "r1").await;
        let to = RunsChange { names: names(&["r1"]), move_to: Some("q".to_owned()), ..Default::default() };
        change(&lab.alice, "p", to).await;
        let path = RunPath::new("team", "p", "r1");
        assert!(lab.victor.allow::<Read, Run>(&path).await.is_ok());
        sql("UPDATE project SET visibility = 'restricted' WHERE name = 'q'").run(lab.domain.db()).await.unwrap();
        assert!(matches!(lab.victor.allow::<Read, Run>(&path).await, Err(Error::NotFound(_))));
    }
}
