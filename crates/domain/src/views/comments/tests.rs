//! Who may say what, and take it back.

use crate::model::{ProjectPath, ViewPath};
use crate::policy::{Comment as Speak, Compose, Delete, Project, Read, Session, Update, View};
use crate::testing::Lab;
use crate::views::{Comment, NewComment, ViewKind, ViewSave};
use crate::{Error, Problem};

fn at() -> ViewPath {
    ViewPath { entity: "team".to_owned(), project: "p".to_owned(), view: "report".to_owned() }
}

async fn labs() -> Vec<(Lab, Session)> {
    let mut all = Vec::new();
    for (lab, bob) in crate::views::tests::labs().await {
        let view = ViewSave { name: Some("report".to_owned()), kind: Some(ViewKind::Report), ..ViewSave::default() };
        let project = ProjectPath::new("team", "p");
        lab.alice.allow::<Compose, Project>(&project).await.unwrap().save_view(view).await.unwrap();
        all.push((lab, bob));
    }
    all
}

async fn say(who: &Session, body: &str, parent: Option<i64>) -> Result<Comment, Error> {
    who.domain().clock().advance(std::time::Duration::from_millis(1));
    let new = NewComment { body: body.to_owned(), anchor: Some("b1".to_owned()), parent };
    who.allow::<Speak, View>(&at()).await?.comment(new).await
}

async fn read(who: &Session) -> Vec<Comment> {
    who.allow::<Read, View>(&at()).await.unwrap().comments().await.unwrap()
}

#[tokio::test]
async fn members_talk_in_threads_and_viewers_listen() {
    for (lab, bob) in labs().await {
        let first = say(&bob, "why?", None).await.unwrap();
        let answer = say(&lab.alice, "because", Some(first.id)).await.unwrap();
        let again = say(&bob, "I see", Some(answer.id)).await.unwrap();
        assert_eq!((answer.parent, again.parent), (Some(first.id), Some(first.id)));
        assert!(matches!(say(&lab.victor, "me too", None).await, Err(Error::Denied(_))));
        assert!(matches!(say(&bob, " ", None).await, Err(Error::Invalid(_))));
        let unknown = say(&bob, "what?", Some(12345)).await;
        assert!(matches!(unknown, Err(Error::NotFound(_))), "an answer to nothing");
        let heard = read(&lab.victor).await;
        assert_eq!(heard.iter().map(|c| c.body.as_str()).collect::<Vec<_>>(), ["why?", "because", "I see"]);
        assert_eq!(heard[0].author.as_deref(), Some("bob"));
    }
}

#[tokio::test]
async fn a_text_is_changed_by_its_author_and_a_thread_settled_by_anyone() {
    for (lab, bob) in labs().await {
        let first = say(&bob, "why?", None).await.unwrap();
        let answer = say(&lab.alice, "because", Some(first.id)).await.unwrap();
        let alice = lab.alice.allow::<Speak, View>(&at()).await.unwrap();
        let other = alice.change_comment(first.id, Some("mine".to_owned()), None).await;
        assert!(matches!(other, Err(Error::Conflict(Problem::CommentNotYours { user })) if user == "bob"));
        let changed = alice.change_comment(answer.id, Some("so".to_owned()), Some(true)).await.unwrap();
        assert_eq!(changed.body, "so");
        assert!(read(&bob).await[0].resolved_at.is_some());
        alice.change_comment(first.id, None, Some(false)).await.unwrap();
        assert!(read(&bob).await[0].resolved_at.is_none());
    }
}

#[tokio::test]
async fn a_thread_goes_with_its_first_text_and_all_with_the_report() {
    for (lab, bob) in labs().await {
        let first = say(&bob, "why?", None).await.unwrap();
        say(&lab.alice, "because", Some(first.id)).await.unwrap();
        let other = say(&bob, "and this?", None).await.unwrap();
        let alice = lab.alice.allow::<Speak, View>(&at()).await.unwrap();
        assert!(!alice.take_back_comment(first.id).await.unwrap(), "another's");
        let speak = bob.allow::<Speak, View>(&at()).await.unwrap();
        assert!(speak.take_back_comment(first.id).await.unwrap());
        assert_eq!(read(&bob).await.iter().map(|c| c.id).collect::<Vec<_>>(), [other.id]);
        lab.alice.allow::<Update, View>(&at()).await.unwrap().remove_comment(other.id).await.unwrap();
        let last = say(&bob, "bye", None).await.unwrap();
        say(&bob, "bye!", Some(last.id)).await.unwrap();
        lab.alice.allow::<Delete, View>(&at()).await.unwrap().delete().await.unwrap();
        assert_eq!(lab.count("view_comment").await, 0);
    }
}
