//! Accounts: the second step, sessions, links to choose a password, and the last admin.

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::support::{Client, PASSWORD, TestServer, on_every_database};

async fn login(server: &TestServer, body: Value) -> crate::support::Answer {
    server.anonymous().post("/api/login", body).await
}

/// Switches the second step on; the secret and the recovery codes.
async fn begin(ann: &Client) -> (String, Value) {
    let begin = "mutation M($p: String!) { beginTwoFactor(input: {password: $p}) { secret uri } }";
    let begun = ann.data(begin, json!({ "p": PASSWORD })).await["beginTwoFactor"].take();
    assert!(begun["uri"].as_str().unwrap().starts_with("otpauth://totp/runstead:ann?"), "{begun}");
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let confirm = "mutation M($c: String!) { confirmTwoFactor(input: {code: $c}) { recoveryCodes } }";
    let wrong = ann.graphql(confirm, json!({ "c": "000000" })).await;
    assert_eq!(wrong.status, 400, "{}", wrong.text());
    let codes = ann.data(confirm, json!({ "c": shown(&secret) })).await["confirmTwoFactor"]["recoveryCodes"].take();
    (secret, codes)
}

fn shown(secret: &str) -> String {
    let codes = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build().unwrap();
    codes.generate(u64::try_from(domain::Clock::system().now()).unwrap() / 1_000_000).to_string()
}

#[tokio::test]
async fn a_password_alone_does_not_sign_in_where_a_code_is_needed() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        let ann = server.browser("ann").await;
        let other = server.browser("ann").await;
        let (secret, recovery) = begin(&ann).await;
        assert_eq!(other.get("/api/session").await.json()["user"], json!(null), "begun with a password alone");
        let with = |code: Value| json!({ "username": "ann", "password": PASSWORD, "code": code });
        let needed = login(&server, with(json!(null))).await;
        assert_eq!((needed.status, &needed.json()["reason"]), (401, &json!("TWO_FACTOR")), "{}", needed.text());
        assert!(needed.headers.get("set-cookie").is_none());
        let replayed = login(&server, with(json!(shown(&secret)))).await;
        assert_eq!((replayed.status, &replayed.json()["reason"]), (401, &json!("TWO_FACTOR")), "{}", replayed.text());
        let code = recovery[0].as_str().unwrap();
        assert_eq!(login(&server, with(json!(code))).await.status, 200);
        assert_eq!(login(&server, with(json!(code))).await.status, 401, "once");
        for _ in 0..6 {
            login(&server, json!({ "username": "ann@example.org", "password": PASSWORD, "code": "000000" })).await;
        }
        let slow = login(&server, with(recovery[1].clone())).await;
        assert_eq!(slow.status, 429, "by whatever name: {}", slow.text());
        let state = ann.data("{ viewer { twoFactor recoveryCodesLeft } }", json!({})).await;
        assert_eq!(state["viewer"], json!({ "twoFactor": true, "recoveryCodesLeft": 9 }));
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_and_end() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        let (one, two) = (server.browser("ann").await, server.browser("ann").await);
        let list = "{ viewer { sessions { id current client } } }";
        let sessions = one.data(list, json!({})).await["viewer"]["sessions"].take();
        let sessions = sessions.as_array().unwrap().clone();
        assert_eq!(sessions.iter().filter(|s| s["current"] == true).count(), 1);
        let other = sessions.iter().find(|s| s["current"] == false).unwrap();
        assert_eq!((sessions.len(), &other["client"]), (2, &json!("a browser")));
        let revoke = "mutation M($id: ID!) { revokeSession(input: {id: $id}) { user { sessions { id } } } }";
        let stranger = server.user("mallory").await;
        assert_eq!(stranger.graphql(revoke, json!({ "id": other["id"] })).await.status, 404);
        one.data(revoke, json!({ "id": other["id"] })).await;
        assert_eq!(two.get("/api/session").await.json()["user"], json!(null));

        let two = server.browser("ann").await;
        let change =
            "mutation M($a: String!, $b: String!) { changePassword(input: {current: $a, next: $b}) { success } }";
        one.data(change, json!({ "a": PASSWORD, "b": "another long password" })).await;
        assert_eq!(one.get("/api/session").await.json()["user"]["name"], "ann", "the one that asked stays");
        assert_eq!(two.get("/api/session").await.json()["user"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn an_account_begins_with_a_link_that_works_once() {
    on_every_database(async |server: TestServer| {
        let root = server.admin("root").await;
        let create = "mutation M($input: CreateAccountInput!) { createAccount(input: $input) { url account { name fullName email admin twoFactor teams } } }";
        let input = json!({ "input": { "name": "bob", "email": "Bob@Example.org", "fullName": "Bob B" } });
        let made = root.data(create, input.clone()).await["createAccount"].take();
        assert_eq!(made["account"]["email"], "bob@example.org");
        let token = made["url"].as_str().unwrap().strip_prefix("http://runs.test/password?token=").unwrap();
        let choose = async |token: &str, password: &str| {
            server.anonymous().post("/api/password", json!({ "token": token, "password": password })).await
        };
        assert_eq!(choose("guess", "a long enough password").await.status, 400);
        assert_eq!(choose(token, "short").await.status, 400);
        let chosen = choose(token, "a long enough password").await;
        assert_eq!((chosen.status, &chosen.json()["user"]["name"]), (200, &json!("bob")), "{}", chosen.text());
        assert_eq!(choose(token, "a different password").await.status, 400, "once");
        let answer = login(&server, json!({ "username": "bob", "password": "a long enough password" })).await;
        assert_eq!(answer.status, 200);
        let ann = server.user("ann").await;
        assert_eq!(ann.graphql(create, input).await.status, 403);
        assert_eq!(ann.graphql("{ administration { accounts { name } } }", json!({})).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn the_last_admin_stays() {
    on_every_database(async |server: TestServer| {
        let root = server.admin("root").await;
        server.user("ann").await;
        let update = "mutation M($input: UpdateAccountInput!) { updateAccount(input: $input) { account { name admin disabledAt lastSeenAt } } }";
        let set = async |input: Value| root.graphql(update, json!({ "input": input })).await;
        for input in [json!({ "name": "root", "admin": false }), json!({ "name": "root", "disabled": true })] {
            let refused = set(input).await;
            assert_eq!(refused.status, 409, "{}", refused.text());
        }
        assert_eq!(set(json!({ "name": "ann", "admin": true })).await.status, 200);
        assert_eq!(set(json!({ "name": "ann", "disabled": true })).await.status, 200);
        assert_eq!(set(json!({ "name": "root", "admin": false })).await.status, 409, "a disabled admin does not count");
        assert_eq!(set(json!({ "name": "ann", "disabled": false })).await.status, 200);
        let set_off = "mutation { updateServer(input: {passwordSignIn: false}) { administration { settings { passwordSignIn } } } }";
        let off = root.graphql(set_off, json!({})).await;
        assert_eq!(off.status, 409, "nobody could sign in: {}", off.text());
        assert_eq!(set(json!({ "name": "root", "admin": false })).await.status, 200);
        assert_eq!(set(json!({ "name": "ann", "admin": false })).await.status, 403, "root is none any more");
    })
    .await;
}
