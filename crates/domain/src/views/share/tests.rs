//! What a link opens, to whom, and until when.

use crate::model::{ProjectPath, RunPath, ViewPath, Visibility};
use crate::policy::{ClientInfo, Compose, Credential, Place, Project, Read, Run, Session, Submit, Update, View};
use crate::projects::ProjectChange;
use crate::testing::{Lab, user};
use crate::views::{ViewKind, ViewQuery, ViewSave};
use crate::{Domain, Error};

fn at(view: &str) -> ViewPath {
    ViewPath { entity: "team".to_owned(), project: "p".to_owned(), view: view.to_owned() }
}

fn project() -> ProjectPath {
    ProjectPath::new("team", "p")
}

async fn save(who: &Session, name: &str) {
    let view = ViewSave { name: Some(name.to_owned()), kind: Some(ViewKind::Report), ..ViewSave::default() };
    who.allow::<Compose, Project>(&project()).await.unwrap().save_view(view).await.unwrap();
}

async fn anonymous(domain: &Domain, token: &str) -> Session {
    let nobody = domain.session(Credential::Anonymous, ClientInfo::default()).await.unwrap();
    nobody.with_access_token(token).await.unwrap()
}

async fn reads(who: &Session) -> [bool; 4] {
    let run = RunPath::new("team", "p", "r1");
    [
        who.allow::<Read, View>(&at("shared")).await.is_ok(),
        who.allow::<Read, View>(&at("other")).await.is_ok(),
        who.allow::<Read, Project>(&project()).await.is_ok(),
        who.allow::<Read, Run>(&run).await.is_ok(),
    ]
}

async fn share(lab: &Lab) -> String {
    let view = lab.alice.allow::<Update, View>(&at("shared")).await.unwrap();
    let read = lab.alice.allow::<Read, Project>(&project()).await.unwrap();
    view.create_access_token(&[read]).await.unwrap().token
}

async fn labs() -> Vec<Lab> {
    let labs = Lab::all().await;
    for lab in &labs {
        lab.run("r1").await;
        save(&lab.alice, "shared").await;
        save(&lab.alice, "other").await;
    }
    labs
}

#[tokio::test]
async fn a_link_opens_its_report_and_projects_for_reading_until_it_is_revoked() {
    for lab in labs().await {
        let token = share(&lab).await;
        let stranger = user(&lab.domain, "stranger").await.with_access_token(&token).await.unwrap();
        for who in [anonymous(&lab.domain, &token).await, stranger] {
            assert_eq!(reads(&who).await, [true, false, true, true]);
            let all = who.allow::<Read, Project>(&project()).await.unwrap().views(ViewQuery::default()).await.unwrap();
            assert_eq!(all.iter().map(|view| view.name.as_str()).collect::<Vec<_>>(), ["shared"]);
            let write = who.allow::<Submit, Place>(&RunPath::new("team", "p", "r2")).await;
            assert!(matches!(write, Err(Error::Denied(_))));
            assert!(matches!(who.allow::<Update, View>(&at("shared")).await, Err(Error::Denied(_))));
        }
        let member = lab.victor.clone().with_access_token(&token).await.unwrap();
        assert_eq!(reads(&member).await, [true; 4], "a link takes nothing away");
        let mine = lab.alice.allow::<Update, View>(&at("shared")).await.unwrap();
        let listed = mine.access_tokens().await.unwrap();
        assert_eq!((listed.len(), listed[0].token.as_str(), listed[0].projects.len()), (1, token.as_str(), 1));
        mine.share_projects(&token, &[]).await.unwrap();
        assert_eq!(reads(&anonymous(&lab.domain, &token).await).await, [false; 4]);
        let read = lab.alice.allow::<Read, Project>(&project()).await.unwrap();
        mine.share_projects(&token, &[read]).await.unwrap();
        assert_eq!(reads(&anonymous(&lab.domain, &token).await).await, [true, false, true, true]);
        mine.revoke_access_token(&token).await.unwrap();
        assert_eq!(reads(&anonymous(&lab.domain, &token).await).await, [false; 4]);
        assert!(mine.access_tokens().await.unwrap()[0].revoked_at.is_some());
    }
}

#[tokio::test]
async fn a_link_that_this_server_did_not_sign_opens_nothing() {
    for lab in labs().await {
        let token = share(&lab).await;
        let mut forged = token.clone().into_bytes();
        forged[2] = if forged[2] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        for wrong in ["", "A", forged.as_str(), &token[..token.len() - 4], "not base64!"] {
            assert_eq!(reads(&anonymous(&lab.domain, wrong).await).await, [false; 4], "{wrong}");
            assert!(lab.alice.access_token_view(wrong).await.is_err());
        }
    }
}

#[tokio::test]
async fn a_restricted_project_and_a_deleted_report_stay_closed() {
    for lab in labs().await {
        let token = share(&lab).await;
        let update = lab.alice.allow::<Update, Project>(&project()).await.unwrap();
        let settings = ProjectChange { visibility: Some(Visibility::Restricted), ..ProjectChange::default() };
        update.edit(settings).await.unwrap();
        assert_eq!(reads(&anonymous(&lab.domain, &token).await).await, [false; 4]);
    }
    for lab in labs().await {
        let token = share(&lab).await;
        let view = lab.alice.allow::<crate::policy::Delete, View>(&at("shared")).await.unwrap();
        view.delete().await.unwrap();
        assert_eq!(reads(&anonymous(&lab.domain, &token).await).await, [false; 4]);
        assert_eq!(lab.count("access_token_project").await, 0);
    }
}
