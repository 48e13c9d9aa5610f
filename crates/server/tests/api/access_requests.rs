//! From a denial to its page, a request, an approval and what to type then; in the languages of those concerned.

use axum::http::header;
use serde_json::{Value, json};

use crate::support::{TestServer, on_every_database};

const INIT: &str =
    "mutation($e: String) { upsertBucket(input: {entityName: $e, modelName: \"p\", name: \"r1\"}) { bucket { id } } }";

const DENIAL: &str = "query($r: ID!) { denial(reference: $r) { mine mayRequest nowAllowed \
    explanation { user action actionText target allowed reason message checks { name ok text } } \
    request { id state role message answer answeredBy mayAnswer { allowed } } } }";

#[tokio::test]
async fn a_denial_is_opened_asked_about_and_answered() {
    on_every_database(async |server: TestServer| {
        let (eve, ann, mallory) = (server.user("eve").await, server.user("ann").await, server.user("mallory").await);
        server.team("vision", "eve", &[]).await;
        let refused = ann.graphql(INIT, json!({ "e": "vision" })).await.json();
        let extensions = &refused["errors"][0]["extensions"];
        assert_eq!(extensions["reason"], "NOT_MEMBER");
        let reference = extensions["ref"].as_str().unwrap();
        let message = refused["errors"][0]["message"].as_str().unwrap();
        assert!(message.ends_with(&format!("Details: http://runs.test/e/{reference} (there you can also request access)")));

        let open = json!({ "r": reference });
        let denial = ann.data(DENIAL, open.clone()).await["denial"].clone();
        let checks = denial["explanation"]["checks"].as_array().unwrap().iter();
        let checks: Vec<_> = checks.map(|c| (c["name"].as_str().unwrap(), c["ok"] == true, c["text"].as_str().unwrap())).collect();
        assert_eq!(checks, [
            ("key", true, "The API key key is known and good; its scope is write."),
            ("user", true, "ann is signed in and the account is active."),
            ("entity", false, "ann may not write to vision/p: ann is not a member of the team vision. You can write to ann."),
        ]);
        assert_eq!((&denial["mine"], &denial["mayRequest"], &denial["nowAllowed"]), (&json!(true), &json!(true), &Value::Null));
        for other in [&mallory, &server.anonymous()] {
            assert_eq!(other.data(DENIAL, open.clone()).await["denial"], Value::Null);
        }
        let japanese = ann.clone().with_header(header::ACCEPT_LANGUAGE, "ja");
        let text = japanese.data(DENIAL, open.clone()).await["denial"]["explanation"]["actionText"].clone();
        assert_eq!(text, "vision/p に書き込む");

        let ask = "mutation($r: ID!) { requestAccess(input: {reference: $r, message: \"please\"}) { denial { request { id state } } } }";
        let asked = ann.data(ask, open.clone()).await;
        assert_eq!(asked["requestAccess"]["denial"]["request"]["state"], "pending");
        let list = "{ accessRequests { id user target message actionText mayAnswer { allowed } } }";
        assert_eq!(mallory.data(list, json!({})).await["accessRequests"], json!([]));
        let waiting = eve.data(list, json!({})).await["accessRequests"].clone();
        assert_eq!((&waiting[0]["user"], &waiting[0]["target"]), (&json!("ann"), &json!("vision/p")));
        assert_eq!(waiting[0]["mayAnswer"]["allowed"], true);

        let answer = "mutation($id: ID!) { answerAccessRequest(input: {id: $id, approve: true, answer: \"hi\"}) { request { state role } } }";
        let id = json!({ "id": waiting[0]["id"] });
        assert_eq!(mallory.graphql(answer, id.clone()).await.status, 404);
        assert_eq!(eve.data(answer, id).await["answerAccessRequest"]["request"], json!({ "state": "approved", "role": "member" }));
        let now = ann.data(DENIAL, open).await["denial"]["nowAllowed"].clone();
        assert_eq!(now[0], "wandb.init(entity='vision', project='p')");
        ann.data(INIT, json!({ "e": "vision" })).await;
    })
    .await;
}

#[tokio::test]
async fn would_it_be_allowed() {
    on_every_database(async |server: TestServer| {
        let (admin, ann, mallory) =
            (server.admin("root").await, server.user("ann").await, server.user("mallory").await);
        server.team("vision", "ann", &[]).await;
        let ask = "/api/explain?action=run:create&target=vision/p";
        let yes = ann.get(ask).await.json();
        assert_eq!((&yes["allowed"], &yes["reason"], &yes["message"]), (&json!(true), &Value::Null, &Value::Null));
        let no = mallory.get(ask).await.json();
        assert_eq!((&no["allowed"], &no["reason"]), (&json!(false), &json!("NOT_MEMBER")));
        assert!(
            no["message"].as_str().unwrap().starts_with("mallory may not write to vision/p: mallory is not a member")
        );
        let about = format!("{ask}&user=mallory");
        assert_eq!(admin.get(&about).await.json()["reason"], "NOT_MEMBER");
        assert_eq!(ann.get(&about).await.status, 403);
        assert_eq!(server.anonymous().get(ask).await.status, 401);
        assert_eq!(ann.get("/api/explain?action=fly&target=vision").await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_exported() {
    on_every_database(async |server: TestServer| {
        let (admin, mallory) = (server.admin("root").await, server.user("mallory").await);
        server.team("vision", "root", &[]).await;
        mallory.graphql(INIT, json!({ "e": "vision" })).await;
        let lines = admin.get("/admin/audit_logs?actor=mallory&outcome=denied").await.text();
        let event: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!((&event["action"], &event["reason"]), (&json!("run:create"), &json!("NOT_MEMBER")));
        assert!(event["reference"].is_string());
        let csv = admin.get("/admin/audit_logs?format=csv&action=team").await;
        assert!(csv.header("content-type").starts_with("text/csv"));
        assert!(
            csv.text().starts_with("at,actor,") && csv.text().contains("\"team:create\",\"vision\""),
            "{}",
            csv.text()
        );
        assert_eq!(admin.get("/admin/audit_logs?target=vis").await.text(), "", "targets are whole names");
        for wrong in ["format=xml", "after=yesterday"] {
            assert_eq!(admin.get(&format!("/admin/audit_logs?{wrong}")).await.status, 400);
        }
    })
    .await;
}
