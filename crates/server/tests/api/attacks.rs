//! Attempts to get in with what is not, or no longer, good enough.

use axum::http::HeaderName;
use domain::model::EntityPath;
use domain::policy::{Account, CreateKey};
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, TestServer, on_every_database};

const ME: &str = "{ viewer { username } }";

/// Who the server takes somebody for.
async fn name(client: &Client) -> Option<String> {
    let answer = client.graphql(ME, json!({})).await;
    if answer.status != 200 {
        return None;
    }
    answer.json().pointer("/data/viewer/username").and_then(Value::as_str).map(str::to_owned)
}

async fn sign_in(server: &TestServer, cookie: Option<&str>) -> String {
    let client = cookie.map_or(server.anonymous(), |cookie| server.anonymous().with_cookie(cookie));
    let answer = client.post("/api/login", json!({ "username": "ann", "password": PASSWORD })).await;
    let set = answer.header("set-cookie").to_owned();
    set.split_once('=').unwrap().1.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn cookies_end_when_they_should() {
    on_every_database(async |server: TestServer| {
        let key = server.user("ann").await;
        let chosen = "x".repeat(50);
        let cookie = sign_in(&server, Some(&chosen)).await;
        assert_ne!(cookie, chosen, "a cookie that was there before does not become a session");
        assert_eq!(name(&server.anonymous().with_cookie(&chosen)).await, None);
        let browser = server.anonymous().with_cookie(&cookie);
        assert_eq!(name(&browser).await.as_deref(), Some("ann"));
        assert_eq!(browser.clone().without("x-runstead-csrf").graphql(ME, json!({})).await.status, 403);
        let other_site = browser.clone().with_header(HeaderName::from_static("sec-fetch-site"), "cross-site");
        assert_eq!(other_site.graphql(ME, json!({})).await.status, 403);
        browser.post("/api/logout", json!({})).await;
        assert_eq!(name(&browser).await, None, "signed out");

        let browser = server.anonymous().with_cookie(&sign_in(&server, None).await);
        let change =
            "mutation C($c: String!, $n: String!) { changePassword(input: {current: $c, next: $n}) { success } }";
        key.data(change, json!({ "c": PASSWORD, "n": PASSWORD })).await;
        assert_eq!(name(&browser).await, None, "the password was changed");

        let browser = server.anonymous().with_cookie(&sign_in(&server, None).await);
        server.sql("UPDATE account SET disabled_at = 1 WHERE name = 'ann'").await;
        assert_eq!(name(&browser).await, None, "the account was disabled");
        assert_eq!(name(&key).await, None);
    })
    .await;
}

#[tokio::test]
async fn only_the_very_key_opens() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        let account =
            server.domain.operator().allow::<CreateKey, Account>(&EntityPath("ann".to_owned())).await.unwrap();
        let key = account.create_key(Default::default()).await.unwrap();
        let secret = key.secret.clone();
        let (_, word) = secret.split_once('-').unwrap();
        let wrong = [
            secret.to_uppercase(),
            secret[..secret.len() - 1].to_owned(),
            format!("{secret}a"),
            word.to_owned(),
            format!("rsxxxxx-{word}"),
            format!(" {secret}"),
            format!("{secret} "),
            format!("{secret}\0"),
            String::new(),
            format!("{secret}:"),
            "%".to_owned(),
            "' OR '1'='1".to_owned(),
        ];
        assert_eq!(name(&server.anonymous().with_key(&secret)).await.as_deref(), Some("ann"));
        for wrong in wrong {
            let answer = server.anonymous().with_key(&wrong).graphql(ME, json!({})).await;
            assert_eq!(answer.status, 401, "{wrong:?}");
            assert!(!answer.text().contains(word), "a key is never repeated: {}", answer.text());
        }
        let as_user = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, format!("{secret}:"));
        let as_user = server.anonymous().with_header(axum::http::header::AUTHORIZATION, &format!("Basic {as_user}"));
        assert_eq!(name(&as_user).await, None, "a key is the password, not the user name");
        server.sql(format!("UPDATE api_key SET revoked_at = 1, revoked_by = 'ann' WHERE id = {}", key.key.id)).await;
        assert_eq!(server.anonymous().with_key(&secret).graphql(ME, json!({})).await.reason(), "KEY_REVOKED");
    })
    .await;
}

#[tokio::test]
async fn headers_make_nobody_an_admin() {
    on_every_database(async |server: TestServer| {
        let stranger = server.user("mallory").await;
        server.user("ann").await.data(&init("ann", "p"), json!({})).await;
        for (header, value) in
            [("use-admin-privileges", "true"), ("x-wandb-username", "ann"), ("x-forwarded-for", "127.0.0.1")]
        {
            let client = stranger.clone().with_header(HeaderName::from_static(header), value);
            assert_eq!(client.get("/admin/audit_logs").await.status, 403, "{header}");
            assert_eq!(client.graphql(&init("ann", "p"), json!({})).await.status, 403, "{header}");
            assert_eq!(name(&client).await.as_deref(), Some("mallory"), "{header}");
        }
    })
    .await;
}

fn init(entity: &str, project: &str) -> String {
    format!(
        "mutation {{ upsertBucket(input: {{entityName: {}, modelName: {}}}) {{ bucket {{ id }} }} }}",
        json!(entity),
        json!(project)
    )
}

#[tokio::test]
async fn odd_names_lead_nowhere_and_never_reach_a_terminal_raw() {
    on_every_database(async |server: TestServer| {
        let (ann, stranger) = (server.user("ann").await, server.user("mallory").await);
        ann.data(&init("ann", "p"), json!({})).await;
        let long = "x".repeat(50_000);
        let odd = [
            "..",
            "../ann",
            "ann/../ann",
            "%61nn",
            "ann ",
            " ann",
            "ann\0",
            "Ann",
            "ANN",
            "аnn",
            "ann\u{200b}",
            "ann\u{202e}",
            "\u{1b}]0;owned\u{7}",
            "\u{9b}31m",
            "a\r\nb",
            "\u{2028}",
            "\"&<>",
            "'; DROP TABLE account; --",
            &long,
        ];
        for name in odd {
            for (entity, project) in [(name, "p"), ("ann", name), (name, name)] {
                let answer = stranger.graphql(&init(entity, project), json!({})).await;
                let text = answer.text();
                assert!(answer.status == 403 || answer.status == 400, "{entity:?}/{project:?}: {text}");
                assert!(text.len() <= 1024, "{} bytes", text.len());
                let message = answer.message();
                let raw = |c: char| (c.is_control() && c != '\n') || "\u{200b}\u{202e}\u{2028}".contains(c);
                assert!(!message.contains(raw), "{message:?}");
                let first = message.lines().next().unwrap_or_default();
                assert!(!first.contains(['"', '&', '<', '>']), "{first}");
            }
        }
        for path in [
            "/api/series/%2e%2e/p",
            "/api/series/ann/..%2fp",
            "/api/series/ann%00/p",
            "/api/series/%61%6e%6e/p",
            "/api/live/ann/p/../p",
        ] {
            let answer = stranger.post(path, json!({ "runs": ["r"], "keys": ["k"] })).await;
            assert!([403, 404, 405].contains(&answer.status), "{path}: {}", answer.text());
        }
        assert_eq!(
            ann.data("{ models(entityName: \"ann\") { edges { node { name } } } }", json!({})).await["models"]["edges"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn passwords_are_not_guessed_by_aliases() {
    on_every_database(async |server: TestServer| {
        let ann = server.user("ann").await;
        let tries: Vec<_> = (0..12)
            .map(|n| format!("t{n}: changePassword(input: {{current: \"a wrong guess {n}\", next: \"{PASSWORD}\"}}) {{ success }}"))
            .collect();
        for one in &tries {
            ann.graphql(&format!("mutation {{ {one} }}"), json!({})).await;
        }
        let answer = ann.graphql(&format!("mutation {{ {} }}", tries.join(" ")), json!({})).await;
        assert_eq!(answer.status, 429, "{}", answer.text());
    })
    .await;
}

#[tokio::test]
async fn references_and_answers_are_not_anybodys() {
    on_every_database(async |server: TestServer| {
        let (ann, bob, mallory) = (server.user("ann").await, server.user("bob").await, server.user("mallory").await);
        server.team("vision", "bob", &[]).await;
        let denied = ann.graphql(&init("vision", "p"), json!({})).await.json();
        let reference = denied["errors"][0]["extensions"]["ref"].as_str().unwrap().to_owned();
        let open = "query D($r: ID!) { denial(reference: $r) { reference } }";
        let ask = "mutation A($r: String!) { requestAccess(input: {reference: $r}) { denial { request { id } } } }";
        let guesses = [reference.to_uppercase(), reference.to_lowercase(), reference[1..].to_owned(), "%".to_owned(), String::new()];
        for guess in guesses.into_iter().filter(|g| *g != reference) {
            assert_eq!(ann.data(open, json!({ "r": guess })).await["denial"], json!(null), "{guess}");
        }
        assert_eq!(mallory.data(open, json!({ "r": reference })).await["denial"], json!(null));
        let (known, unknown) = (
            mallory.graphql(ask, json!({ "r": reference })).await.text(),
            mallory.graphql(ask, json!({ "r": "A".repeat(reference.len()) })).await.text(),
        );
        assert_eq!(known.replace(&reference, "R"), unknown.replace(&"A".repeat(reference.len()), "R"));
        let made = ann.data(ask, json!({ "r": reference })).await;
        let id = made.pointer("/requestAccess/denial/request/id").unwrap().clone();
        let answer = "mutation A($id: ID!, $yes: Boolean!) { answerAccessRequest(input: {id: $id, approve: $yes}) { request { state } } }";
        for thief in [&ann, &mallory] {
            assert_eq!(thief.graphql(answer, json!({ "id": id, "yes": true })).await.status, 404);
        }
        bob.data(answer, json!({ "id": id, "yes": false })).await;
        let twice = bob.graphql(answer, json!({ "id": id, "yes": true })).await;
        assert_ne!(twice.json()["data"]["answerAccessRequest"]["request"]["state"], json!("approved"), "{}", twice.text());
        assert_eq!(ann.graphql(&init("vision", "p"), json!({})).await.status, 403);
        server.sql("UPDATE denial SET expires_at = 1").await;
        assert_eq!(ann.data(open, json!({ "r": reference })).await["denial"], json!(null));
    })
    .await;
}
