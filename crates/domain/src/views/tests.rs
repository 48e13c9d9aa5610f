//! Saving, finding, changing and deleting views, by those who may and those who may not.

use std::time::Duration;

use super::*;
use crate::model::{ProjectPath, Role, ViewPath};
use crate::policy::{Administer, Compose, Delete, Entity, Project, Read, Session, Update, View};
use crate::testing::{Lab, user};
use crate::{Error, Problem};

fn project() -> ProjectPath {
    ProjectPath::new("team", "p")
}

fn at(view: &str) -> ViewPath {
    ViewPath { entity: "team".to_owned(), project: "p".to_owned(), view: view.to_owned() }
}

fn view(name: &str, kind: ViewKind, spec: &str) -> ViewSave {
    ViewSave { name: Some(name.to_owned()), kind: Some(kind), spec: Some(spec.to_owned()), ..ViewSave::default() }
}

async fn save(who: &Session, save: ViewSave) -> Result<SavedView, Error> {
    who.allow::<Compose, Project>(&project()).await?.save_view(save).await
}

async fn spec(who: &Session, name: &str) -> String {
    who.allow::<Read, View>(&at(name)).await.unwrap().details().await.unwrap().spec
}

/// The lab with its project, and bob, another member of the team.
pub(super) async fn labs() -> Vec<(Lab, Session)> {
    let mut all = Vec::new();
    for lab in Lab::all().await {
        lab.run("r1").await;
        let bob = user(&lab.domain, "bob").await;
        let team =
            lab.domain.operator().allow::<Administer, Entity>(&crate::model::EntityPath("team".to_owned())).await;
        team.unwrap().set_member("bob", Role::Member).await.unwrap();
        all.push((lab, bob));
    }
    all
}

#[tokio::test]
async fn a_view_is_saved_once_under_its_name_and_keeps_its_text() {
    for (lab, bob) in labs().await {
        let text = "{\"section\": {\"unknown\": [1, 2.50]},  \"b\":null}";
        let first = save(&lab.alice, view("nw-abc-v", ViewKind::Workspace, text)).await.unwrap();
        assert!(first.inserted);
        assert!(!save(&lab.alice, view("nw-abc-v", ViewKind::Workspace, text)).await.unwrap().inserted);
        assert_eq!(spec(&lab.victor, "nw-abc-v").await, text);
        save(&bob, view("nw-abc-v", ViewKind::Workspace, "{}")).await.unwrap();
        assert_eq!(spec(&lab.alice, "nw-abc-v").await, "{}");
        let read = lab.victor.allow::<Read, Project>(&project()).await.unwrap();
        let views = read.views(ViewQuery { user: Some("alice".to_owned()), ..ViewQuery::default() }).await.unwrap();
        assert_eq!(views.len(), 1);
        assert_eq!((views[0].updated_by.as_deref(), views[0].kind), (Some("bob"), ViewKind::Workspace));
        for name in ["abc", "nw-abc-v"] {
            let query = ViewQuery { name: Some(name.to_owned()), ..ViewQuery::default() };
            assert_eq!(read.views(query).await.unwrap().len(), 1, "{name}");
        }
        for query in [
            ViewQuery { kind: Some(ViewKind::Report), ..ViewQuery::default() },
            ViewQuery { name: Some("other".to_owned()), ..ViewQuery::default() },
            ViewQuery { user: Some("bob".to_owned()), ..ViewQuery::default() },
        ] {
            assert!(read.views(query).await.unwrap().is_empty());
        }
        for bad in ["", "[]", "{", "1"] {
            assert!(matches!(save(&bob, view("x", ViewKind::Report, bad)).await, Err(Error::Invalid(_))), "{bad}");
        }
    }
}

#[tokio::test]
async fn reports_and_own_workspaces_are_their_authors() {
    for (lab, bob) in labs().await {
        save(&lab.alice, view("report", ViewKind::Report, "{}")).await.unwrap();
        save(&lab.alice, view("nw-nwuseralice-w", ViewKind::Workspace, "{}")).await.unwrap();
        for name in ["report", "nw-nwuseralice-w"] {
            for kind in [ViewKind::Report, ViewKind::Workspace] {
                let taken = save(&bob, view(name, kind, "{\"a\":1}")).await;
                assert!(matches!(taken, Err(Error::Conflict(Problem::NameTaken { .. }))), "{taken:?}");
            }
            assert!(matches!(bob.allow::<Update, View>(&at(name)).await, Err(Error::Denied(_))));
            assert!(matches!(bob.allow::<Delete, View>(&at(name)).await, Err(Error::Denied(_))));
            let mine = lab.alice.allow::<Update, View>(&at(name)).await.unwrap();
            mine.save(ViewSave { spec: Some("{\"b\":2}".to_owned()), ..ViewSave::default() }).await.unwrap();
            assert_eq!(spec(&bob, name).await, "{\"b\":2}");
            lab.alice.allow::<Delete, View>(&at(name)).await.unwrap().delete().await.unwrap();
            assert!(matches!(lab.alice.allow::<Read, View>(&at(name)).await, Err(Error::NotFound { .. })));
        }
        assert_eq!(lab.count("saved_view_version").await, 0);
        let other = save(&bob, view("nw-nwuseralice-w", ViewKind::Workspace, "{}")).await;
        assert!(matches!(other, Err(Error::Conflict(Problem::NameTaken { .. }))), "another's own workspace");
    }
}

#[tokio::test]
async fn drafts_are_seen_by_their_author_alone() {
    for (lab, bob) in labs().await {
        save(&lab.alice, view("draft", ViewKind::Draft, "{}")).await.unwrap();
        let listed = async |who: &Session| {
            let read = who.allow::<Read, Project>(&project()).await.unwrap();
            read.views(ViewQuery::default()).await.unwrap().len()
        };
        assert_eq!((listed(&lab.alice).await, listed(&bob).await), (1, 0));
        assert!(matches!(bob.allow::<Read, View>(&at("draft")).await, Err(Error::NotFound { .. })));
        let draft = lab.alice.allow::<Update, View>(&at("draft")).await.unwrap();
        draft.save(ViewSave { kind: Some(ViewKind::Report), ..ViewSave::default() }).await.unwrap();
        assert_eq!(listed(&bob).await, 1);
    }
}

#[tokio::test]
async fn viewers_and_strangers_save_nothing() {
    for (lab, _) in labs().await {
        for who in [&lab.victor, &lab.mallory] {
            let refused = save(who, view("nw-abc-v", ViewKind::Workspace, "{}")).await;
            assert!(matches!(refused, Err(Error::Denied(_))), "{refused:?}");
        }
        save(&lab.alice, view("nw-abc-v", ViewKind::Workspace, "{}")).await.unwrap();
        assert!(matches!(lab.mallory.allow::<Read, View>(&at("nw-abc-v")).await, Err(Error::Denied(_))));
        assert!(matches!(lab.victor.allow::<Delete, View>(&at("nw-abc-v")).await, Err(Error::Denied(_))));
    }
}

#[tokio::test]
async fn saving_over_what_somebody_saved_meanwhile_is_refused_and_earlier_texts_are_kept() {
    for (lab, bob) in labs().await {
        save(&lab.alice, view("nw-abc-v", ViewKind::Workspace, "{\"n\":0}")).await.unwrap();
        let read = lab.alice.allow::<Read, View>(&at("nw-abc-v")).await.unwrap();
        let known = read.details().await.unwrap().updated_at;
        save(&bob, view("nw-abc-v", ViewKind::Workspace, "{\"n\":1}")).await.unwrap();
        let mut late = view("nw-abc-v", ViewKind::Workspace, "{\"n\":2}");
        late.if_updated_at = Some(known);
        let refused = save(&lab.alice, late.clone()).await;
        assert!(
            matches!(&refused, Err(Error::Conflict(Problem::ViewChanged { user })) if user == "bob"),
            "{refused:?}"
        );
        late.if_updated_at = Some(read.details().await.unwrap().updated_at);
        save(&lab.alice, late).await.unwrap();
        let texts = read.versions(50).await.unwrap();
        let texts: Vec<_> = texts.iter().map(|v| (v.author.as_deref(), v.spec.as_str())).collect();
        assert_eq!(texts, [(Some("bob"), "{\"n\":1}"), (Some("alice"), "{\"n\":0}")]);
        // What one person saves in one go is one version.
        for n in 3..9 {
            save(&lab.alice, view("nw-abc-v", ViewKind::Workspace, &format!("{{\"n\":{n}}}"))).await.unwrap();
        }
        assert_eq!(read.versions(50).await.unwrap().len(), 3);
        for n in 9..80 {
            lab.clock().advance(Duration::from_secs(600));
            save(&lab.alice, view("nw-abc-v", ViewKind::Workspace, &format!("{{\"n\":{n}}}"))).await.unwrap();
        }
        let texts = read.versions(100).await.unwrap();
        assert_eq!((texts.len(), texts[0].spec.as_str()), (50, "{\"n\":78}"));
    }
}

#[tokio::test]
async fn a_view_is_not_renamed_to_a_name_that_is_taken() {
    for (lab, bob) in labs().await {
        save(&lab.alice, view("mine", ViewKind::Report, "{}")).await.unwrap();
        save(&bob, view("theirs", ViewKind::Report, "{}")).await.unwrap();
        for name in ["theirs", "nw-nwuserbob-w"] {
            let rename = ViewSave { name: Some(name.to_owned()), ..ViewSave::default() };
            let mine = lab.alice.allow::<Update, View>(&at("mine")).await.unwrap();
            assert!(matches!(mine.save(rename).await, Err(Error::Conflict(Problem::NameTaken { .. }))), "{name}");
        }
        let rename = ViewSave { name: Some("other".to_owned()), ..ViewSave::default() };
        lab.alice.allow::<Update, View>(&at("mine")).await.unwrap().save(rename).await.unwrap();
        assert_eq!(spec(&bob, "other").await, "{}");
    }
}

#[tokio::test]
async fn of_many_who_save_at_once_one_makes_the_view_and_one_saves_over_a_state() {
    for (lab, bob) in labs().await {
        let new = || view("nw-abc-v", ViewKind::Workspace, "{}");
        let saves = [&lab.alice, &bob, &lab.alice, &bob].map(|who| save(who, new()));
        let made = futures::future::join_all(saves).await;
        assert_eq!(made.iter().filter(|saved| saved.as_ref().unwrap().inserted).count(), 1);
        assert_eq!(lab.count("saved_view").await, 1);
        let read = lab.alice.allow::<Read, View>(&at("nw-abc-v")).await.unwrap();
        let known = Some(read.details().await.unwrap().updated_at);
        let late = || ViewSave { if_updated_at: known, ..new() };
        let saves = [&lab.alice, &bob, &lab.alice, &bob].map(|who| save(who, late()));
        let saved = futures::future::join_all(saves).await;
        assert_eq!(saved.iter().filter(|saved| saved.is_ok()).count(), 1, "{saved:?}");
    }
}
