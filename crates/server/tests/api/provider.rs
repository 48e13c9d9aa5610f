//! Signing in by an identity provider, with an issuer that plays every trick.

use axum::http::header;
use serde_json::{Value, json};

use crate::support::{Answer, Issuer, TestServer, on_every_database_with};

/// Runs `test` on every database with a provider.
async fn with_provider(create_accounts: bool, test: impl AsyncFn(TestServer, Issuer)) {
    let issuer = Issuer::start().await;
    let url = issuer.url.clone();
    let options = move |config: &mut server::config::Config| {
        config.oidc_issuer = Some(url.clone());
        config.oidc_client_id = Some("runs".to_owned());
        config.oidc_client_secret = "s3cr3t".parse().ok();
        config.oidc_create_accounts = create_accounts;
        config.oidc_group_roles =
            server::config::group_roles("research=lab:member,leads=lab:admin,ops=@organization:admin").ok();
    };
    on_every_database_with(options, async |server| test(server, issuer.clone()).await).await;
}

/// A sign-in that was begun: the browser's cookie, and what it takes to the provider.
struct Begun {
    cookie: String,
    state: String,
    nonce: String,
}

async fn begin(server: &TestServer, next: &str) -> Begun {
    let answer = server.anonymous().get(&format!("/api/oidc/start?next={next}")).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let url = url::Url::parse(answer.header("location")).unwrap();
    let get = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!((get("code_challenge_method"), get("code_challenge").len()), ("S256".to_owned(), 43));
    assert_eq!(get("redirect_uri"), "http://runs.test/api/oidc/callback");
    let set = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/api/oidc", "Max-Age=600"] {
        assert!(set.contains(part), "{set}");
    }
    Begun { cookie: set.split(';').next().unwrap().to_owned(), state: get("state"), nonce: get("nonce") }
}

async fn finish(server: &TestServer, cookie: &str, query: &str) -> Answer {
    let browser = server.anonymous().with_header(header::COOKIE, cookie);
    browser.get(&format!("/api/oidc/callback?{query}")).await
}

/// The whole sign-in with these claims.
async fn sign_in(server: &TestServer, issuer: &Issuer, claims: Value) -> Answer {
    let begun = begin(server, "/lab/p").await;
    let mut all = json!({ "aud": "runs", "nonce": begun.nonce });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    issuer.answer_with(issuer.sign(all, 60));
    finish(server, &begun.cookie, &format!("code=c&state={}", begun.state)).await
}

/// Who is signed in after an answer; or the problem that the sign-in page shows.
async fn outcome(server: &TestServer, answer: &Answer) -> String {
    let location = answer.header("location");
    if let Some(problem) = location.strip_prefix("http://runs.test/login?error=") {
        assert!(
            !answer.headers.get_all("set-cookie").iter().any(|c| c.to_str().unwrap().starts_with("runstead_session"))
        );
        return problem.to_owned();
    }
    assert_eq!(location, "http://runs.test/lab/p");
    let mut cookies = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    let session = cookies.find_map(|cookie| cookie.strip_prefix("runstead_session=")).unwrap();
    let browser = server.anonymous().with_cookie(session.split(';').next().unwrap());
    browser.get("/api/session").await.json()["user"]["name"].as_str().unwrap().to_owned()
}

fn ann() -> Value {
    json!({ "sub": "1", "email": "ann@example.org", "email_verified": true })
}

#[tokio::test]
async fn accounts_are_found_by_subject_then_by_verified_address() {
    with_provider(false, async |server, issuer| {
        server.user("ann").await;
        let session = server.anonymous().get("/api/session").await.json();
        assert_eq!(session["signIn"], json!({ "password": true, "provider": { "name": "SSO" } }));
        let who = async |claims: Value| outcome(&server, &sign_in(&server, &issuer, claims).await).await;
        assert_eq!(who(json!({ "sub": "1", "email": "ann@example.org" })).await, "unverified");
        assert_eq!(who(json!({ "sub": "9", "email": "new@example.org", "email_verified": true })).await, "no_account");
        assert_eq!(who(ann()).await, "ann");
        assert!(issuer.form().contains("code_verifier="));
        assert_eq!(who(json!({ "sub": "1" })).await, "ann", "by subject from now on");
        assert_eq!(who(json!({ "sub": "2", "email": "ann@example.org", "email_verified": true })).await, "unverified");
        let organization =
            server.domain.operator().allow::<domain::policy::DisableUser, domain::policy::Org>(&()).await.unwrap();
        organization.disable_user("ann").await.unwrap();
        assert_eq!(who(ann()).await, "disabled");
        let root = server.admin("root").await;
        let log = root.get("/admin/audit_logs?action=user:sign_in&outcome=denied").await.text();
        let rows = log.lines().map(|row| serde_json::from_str::<Value>(row).unwrap());
        let rows: Vec<_> = rows.map(|row| format!("{} {}", row["actor"], row["reason"]).replace('"', "")).collect();
        assert_eq!(
            rows,
            [
                "ann USER_DISABLED",
                "ann@example.org EMAIL_UNVERIFIED",
                "new@example.org NO_ACCOUNT",
                "ann@example.org EMAIL_UNVERIFIED"
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn newcomers_get_a_name_and_the_roles_of_their_groups() {
    with_provider(true, async |server, issuer| {
        let lead = server.admin("lead").await;
        server.team("lab", "lead", &[]).await;
        let who = async |claims: Value| outcome(&server, &sign_in(&server, &issuer, claims).await).await;
        let zoe = |groups: Value| {
            json!({ "sub": "z", "preferred_username": "Zoë.M", "email": "z@example.org", "email_verified": true, "groups": groups })
        };
        assert_eq!(who(zoe(json!(["research"]))).await, "Zo-.M");
        assert_eq!(who(json!({ "sub": "l", "preferred_username": "lead@example.com" })).await, "lead-2");
        assert_eq!(who(json!({ "sub": "m", "preferred_username": "settings" })).await, "settings-2");
        let role = async || {
            let data = lead.data("{ administration { accounts(search: \"Zo-\") { admin teams } } }", json!({})).await;
            let members = lead.data("{ entity(name: \"lab\") { members { username role } } }", json!({})).await;
            let members = members["entity"]["members"].as_array().unwrap().clone();
            let role = members.iter().find(|m| m["username"] == "Zo-.M").map(|m| m["role"].clone());
            (data["administration"]["accounts"][0]["admin"].clone(), role)
        };
        assert_eq!(role().await, (json!(false), Some(json!("member"))));
        who(zoe(json!(["leads", "research", "ops"]))).await;
        assert_eq!(role().await, (json!(true), Some(json!("admin"))));
        who(json!({ "sub": "z" })).await;
        assert_eq!(role().await, (json!(true), Some(json!("admin"))), "a token without the claim says nothing");
        who(zoe(json!([]))).await;
        assert_eq!(role().await, (json!(false), None));
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_is_finished_once_by_the_browser_that_began_it() {
    with_provider(false, async |server, issuer| {
        server.user("ann").await;
        let problem = async |answer: Answer| outcome(&server, &answer).await;
        let good = |begun: &Begun| {
            let mut claims = ann();
            (claims["aud"], claims["nonce"]) = (json!("runs"), json!(begun.nonce));
            claims
        };
        let begun = begin(&server, "/lab/p").await;
        let query = format!("code=c&state={}", begun.state);
        issuer.answer_with(issuer.sign(good(&begun), 60));
        let other = begin(&server, "/").await;
        assert_eq!(problem(finish(&server, "a=b", &query).await).await, "state", "no cookie");
        assert_eq!(problem(finish(&server, &other.cookie, &query).await).await, "state", "another browser");
        assert_eq!(problem(finish(&server, "runstead_sign_in=", "code=c&state=").await).await, "state");
        assert_eq!(problem(finish(&server, "runstead_sign_in=x", "code=c&state=x").await).await, "state");
        assert_eq!(problem(finish(&server, &begun.cookie, &query).await).await, "ann");
        assert_eq!(problem(finish(&server, &begun.cookie, &query).await).await, "state", "once");
        // The provider says no.
        let begun = begin(&server, "/").await;
        let query = format!("error=access_denied&state={}", begun.state);
        assert_eq!(problem(finish(&server, &begun.cookie, &query).await).await, "refused");
        // An answer of another issuer (mix-up).
        let begun = begin(&server, "/").await;
        let query = format!("code=c&iss=https://evil.example&state={}", begun.state);
        assert_eq!(problem(finish(&server, &begun.cookie, &query).await).await, "provider");
        for next in ["https://evil.example", "//evil.example", "/%5Cevil.example", "%09//evil.example"] {
            let begun = begin(&server, next).await;
            issuer.answer_with(issuer.sign(good(&begun), 60));
            let answer = finish(&server, &begun.cookie, &format!("code=c&state={}", begun.state)).await;
            assert_eq!(answer.header("location"), "http://runs.test/", "{next}");
        }
    })
    .await;
}

#[tokio::test]
async fn id_tokens_for_others_are_refused() {
    with_provider(true, async |server, issuer| {
        for (name, value) in [
            ("aud", json!("others")),
            ("aud", json!(["runs", "others"])), // several, and none is the party
            ("azp", json!("others")),
            ("nonce", json!("replayed")),
            ("nonce", Value::Null),
            ("iss", json!("https://evil.example")),
            ("sub", json!("")),
            ("exp", json!(1)),
        ] {
            let mut claims = ann();
            claims[name] = value.clone();
            let answer = sign_in(&server, &issuer, claims).await;
            assert_eq!(outcome(&server, &answer).await, "provider", "{name} = {value}");
        }
        let begun = begin(&server, "/lab/p").await;
        let claims = json!({ "aud": "runs", "nonce": begun.nonce, "sub": "1" });
        let token = issuer.sign(claims, 60);
        let none = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
        issuer.answer_with(none);
        let answer = finish(&server, &begun.cookie, &format!("code=c&state={}", begun.state)).await;
        assert_eq!(outcome(&server, &answer).await, "provider");
    })
    .await;
}

#[tokio::test]
async fn passwords_can_be_switched_off_once_an_admin_came_by_the_provider() {
    with_provider(false, async |server, issuer| {
        let root = server.admin("root").await;
        let off = "mutation { updateServer(input: {passwordSignIn: false}) { administration { settings { passwordSignIn } } } }";
        assert_eq!(root.graphql(off, json!({})).await.status, 409);
        let claims = json!({ "sub": "r", "email": "root@example.org", "email_verified": true });
        assert_eq!(outcome(&server, &sign_in(&server, &issuer, claims).await).await, "root");
        root.data(off, json!({})).await;
        let login = json!({ "username": "root", "password": crate::support::PASSWORD });
        let answer = server.anonymous().post("/api/login", login).await;
        assert_eq!(answer.status, 409, "{}", answer.text());
        assert_eq!(server.anonymous().get("/api/session").await.json()["signIn"]["password"], false);
        let ann = server.user("ann").await;
        let update = "mutation { updateViewer(input: {email: \"root@example.net\"}) { user { email } } }";
        assert_eq!(ann.graphql(update, json!({})).await.status, 403, "addresses are the provider's");
    })
    .await;
}
