//! Status, body and headers of every kind of error.

use domain::{Error as Domain, Problem, Thing};
use http_body_util::BodyExt;

use super::*;

fn voice() -> Voice {
    Voice { language: Language::ENGLISH, base_url: "http://h".to_owned(), request_id: "r1".to_owned() }
}

fn denied(team: &str, unauthenticated: bool) -> Error {
    let cause = if unauthenticated {
        Cause::KeyUnknown { host: "http://h".to_owned() }
    } else {
        Cause::NotMember {
            user: "ann".to_owned(),
            action: domain::policy::Operation::RunCreate,
            team: team.to_owned(),
            target: format!("{team}/p"),
            admins: vec!["bob".to_owned()],
            nearest: "ann".to_owned(),
            own: vec!["ann".to_owned()],
        }
    };
    Denied { causes: vec![cause], trace: Vec::new(), unauthenticated, reference: None }.into_error()
}

trait IntoError {
    fn into_error(self) -> Error;
}
impl IntoError for Denied {
    fn into_error(self) -> Error {
        Error::from(Domain::from(self))
    }
}

async fn body(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[test]
fn every_error_has_its_status() {
    let status = |error: Error| error.answer(&voice()).status.as_u16();
    assert_eq!(status(denied("ml", false)), 403);
    assert_eq!(status(denied("ml", true)), 401);
    assert_eq!(status(Domain::not_found(Thing::Run, "r").into()), 404);
    assert_eq!(status(Domain::Conflict(Problem::NameTaken { name: "ann".to_owned() }).into()), 409);
    assert_eq!(status(Domain::Invalid(Problem::PasswordMissing).into()), 400);
    assert_eq!(status(Domain::Busy("locked".to_owned()).into()), 503);
    assert_eq!(status(Domain::RateLimited { retry_after: 7 }.into()), 429);
    assert_eq!(status(Error::fault("x")), 500);
    assert_eq!(status(Error::fault(std::io::Error::from(std::io::ErrorKind::StorageFull))), 507);
    assert_eq!(status(Error::TooLarge(5)), 413);
    assert_eq!(status(Error::NotOffered("createArtifact".to_owned())), 200);
    assert_eq!(status(Error::Query("Unknown type".to_owned())), 200);
}

#[tokio::test]
async fn a_denial_over_graphql() {
    let response = denied("ml", false).answer(&voice()).graphql(Encoding::Status);
    assert_eq!(response.status(), 403);
    insta::assert_snapshot!(body(response).await, @r#"{"data":null,"errors":[{"message":"ann may not write to ml/p: ann is not a member of the team ml. You can write to ann.\nDid you mean one of your own entities? They are: ann\nFix: wandb.init(entity='ann', project='p')\nAsk: bob can add ann to ml","extensions":{"code":"PERMISSION_ERROR","reason":"NOT_MEMBER","causes":["NOT_MEMBER"]}}]}"#);
}

#[tokio::test]
async fn older_clients_get_status_200_but_never_for_passing_trouble() {
    let status = |error: Error| error.answer(&voice()).graphql(Encoding::Ok).status().as_u16();
    assert_eq!(status(denied("ml", false)), 200);
    assert_eq!(status(denied("ml", true)), 200);
    assert_eq!(status(Domain::Busy("locked".to_owned()).into()), 503);
    assert_eq!(status(Domain::RateLimited { retry_after: 7 }.into()), 429);
}

#[tokio::test]
async fn what_is_printed_as_it_came_is_the_sentence_alone() {
    let response = denied("ml", false).answer(&voice()).graphql(Encoding::Text);
    assert_eq!(response.status(), 403);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert!(body(response).await.starts_with("ann may not write to ml/p: "));
    let busy = Error::from(Domain::Busy("locked".to_owned())).answer(&voice()).graphql(Encoding::Text);
    assert!(body(busy).await.starts_with("{\"data\":null,\"errors\":"), "clients that try again read JSON");
}

#[tokio::test]
async fn denials_stay_under_a_kilobyte() {
    for team in ["t".repeat(900), "\"".repeat(900), "日".repeat(900)] {
        let body = body(denied(&team, false).answer(&voice()).graphql(Encoding::Status)).await;
        assert!(body.len() <= MAX_BODY, "{} bytes", body.len());
        assert!(body.contains("You can write to ann."));
    }
}

#[tokio::test]
async fn faults_tell_the_request_id_and_nothing_else() {
    let error = Error::fault("password of the database is hunter2");
    assert!(error.private_cause().unwrap().contains("hunter2"));
    let body = body(error.answer(&voice()).rest()).await;
    assert_eq!(
        body,
        r#"{"error":"The server failed at this request. Its log has the reason under the request id r1."}"#
    );
}

#[tokio::test]
async fn passing_trouble_says_when_to_come_back() {
    let response = Error::from(Domain::RateLimited { retry_after: 7 }).answer(&voice()).rest();
    assert_eq!(response.headers()[header::RETRY_AFTER], "7");
}
