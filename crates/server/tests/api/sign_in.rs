//! Setting up, signing in and out, and what a cookie may not do.

use axum::http::HeaderName;
use serde_json::json;

use crate::support::{PASSWORD, TestServer, on_every_database, on_every_database_with};

/// The cookie of an answer, as a browser would send it back.
fn cookie(set_cookie: &str) -> &str {
    set_cookie.split(';').next().unwrap().strip_prefix("runstead_session=").unwrap()
}

#[tokio::test]
async fn the_first_user_is_made_with_the_one_time_token() {
    on_every_database(async |server: TestServer| {
        let nobody = server.anonymous();
        let session = nobody.get("/api/session").await.json();
        assert_eq!((&session["setupNeeded"], &session["user"]), (&json!(true), &json!(null)));
        let token = server.domain.setup_token().await.unwrap().unwrap();
        let ask = |token: &str| json!({ "token": token, "username": "ann", "email": "", "password": PASSWORD });

        let wrong = nobody.post("/api/setup", ask("guess")).await;
        assert_eq!(wrong.status, 403, "{}", wrong.text());
        let short = json!({ "token": token, "username": "ann", "password": "abc" });
        assert_eq!(nobody.post("/api/setup", short).await.status, 400);
        let done = nobody.post("/api/setup", ask(&token)).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(done.json()["user"]["name"], "ann");
        assert_eq!(done.json()["user"]["admin"], true);
        let again = nobody.post("/api/setup", ask(&token)).await;
        assert_eq!(again.status, 409, "{}", again.text());
        assert!(server.domain.setup_token().await.unwrap().is_none());

        let ann = nobody.with_cookie(cookie(done.header("set-cookie")));
        let session = ann.get("/api/session").await.json();
        assert_eq!((&session["setupNeeded"], &session["user"]["entity"]), (&json!(false), &json!("ann")));
    })
    .await;
}

#[tokio::test]
async fn signing_in_and_out() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        let nobody = server.anonymous();
        for name in ["ann", "ann@example.org"] {
            let answer = nobody.post("/api/login", json!({ "username": name, "password": PASSWORD })).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let set = answer.header("set-cookie");
            for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=2592000"] {
                assert!(set.contains(part), "{set}");
            }
            assert!(!set.contains("Secure"), "{set}");
        }
        let answer = nobody.post("/api/login", json!({ "username": "ann", "password": PASSWORD })).await;
        let ann = server.anonymous().with_cookie(cookie(answer.header("set-cookie")));
        assert_eq!(ann.get("/api/session").await.json()["user"]["name"], "ann");
        let out = ann.post("/api/logout", json!({})).await;
        assert_eq!(out.status, 204);
        assert!(out.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(ann.get("/api/session").await.json()["user"], json!(null));
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_say_nothing_and_become_slow() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        let nobody = server.anonymous();
        let wrong =
            async |name: &str| nobody.post("/api/login", json!({ "username": name, "password": "wrong" })).await;
        let (known, unknown) = (wrong("ann").await, wrong("nobody").await);
        assert_eq!((known.status, known.text()), (401, unknown.text()));
        for _ in 0..5 {
            wrong("ann").await;
        }
        let slow = nobody.post("/api/login", json!({ "username": "ann", "password": PASSWORD })).await;
        assert_eq!(slow.status, 429, "{}", slow.text());
        assert!(slow.header("retry-after").parse::<u64>().unwrap() > 0);
        assert_eq!(wrong("bob").await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn failed_sign_ins_are_in_the_audit_log_and_a_flood_does_not_fill_it() {
    on_every_database(async |server: TestServer| {
        let root = server.admin("root").await;
        server.user("ann").await;
        let forwarded = |address: &str| {
            let agent = server.anonymous().with_header(axum::http::header::USER_AGENT, "a browser");
            agent.with_header(HeaderName::from_static("x-forwarded-for"), address)
        };
        let wrong = async |from: &str, name: &str| {
            let login = json!({ "username": name, "password": "hunter2", "code": "123456" });
            assert_eq!(forwarded(from).post("/api/login", login).await.status, 401);
        };
        wrong("9.9.9.9", " Ann ").await;
        wrong("9.9.9.9", "nob\u{1b}ody").await;
        // Who has a second step, and types another code.
        server.sql("UPDATE account SET totp_secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' WHERE name = 'ann'").await;
        let login = json!({ "username": "ann@example.org", "password": PASSWORD, "code": "000000" });
        assert_eq!(forwarded("9.9.9.9").post("/api/login", login).await.status, 401);
        let log = root.get("/admin/audit_logs?action=user:sign_in&outcome=denied").await;
        assert!(!log.text().contains("hunter2") && !log.text().contains("123456"), "{}", log.text());
        let rows: Vec<serde_json::Value> = log.text().lines().map(|row| serde_json::from_str(row).unwrap()).collect();
        let seen: Vec<_> = rows.iter().map(|row| (row["actor"].as_str().unwrap(), row["reason"].clone())).collect();
        assert_eq!(
            seen,
            [
                ("ann@example.org", json!("CODE_WRONG")),
                ("nobody", json!("WRONG_PASSWORD")),
                ("Ann", json!("WRONG_PASSWORD")),
            ]
        );
        assert_eq!((&rows[0]["address"], &rows[0]["client"]), (&json!("9.9.9.9"), &json!("a browser")));
        assert_eq!(rows[0]["detail"], json!(null));
        for n in 0..20 {
            wrong("6.6.6.6", &format!("guess-{n}")).await;
        }
        let log = root.get("/admin/audit_logs?action=user:sign_in&outcome=denied").await.text();
        let of_flood = log.lines().filter(|row| row.contains("6.6.6.6")).count();
        assert!((6..15).contains(&of_flood), "{log}");
    })
    .await;
}

#[tokio::test]
async fn other_sites_cannot_use_the_cookie() {
    on_every_database(async |server: TestServer| {
        server.user("ann").await;
        let ann = server.browser("ann").await;
        let query = json!({ "query": "{ viewer { username } }" });
        assert_eq!(ann.post("/graphql", query.clone()).await.status, 200);
        let forged = ann.clone().without("x-runstead-csrf").post("/graphql", query.clone()).await;
        assert_eq!(forged.status, 403, "{}", forged.text());
        let site = HeaderName::from_static("sec-fetch-site");
        let other = ann.clone().with_header(site.clone(), "cross-site");
        assert_eq!(other.post("/graphql", query.clone()).await.status, 403);
        assert_eq!(ann.with_header(site.clone(), "same-origin").post("/graphql", query).await.status, 200);
        let login = json!({ "username": "ann", "password": PASSWORD });
        let login = server.anonymous().with_header(site, "cross-site").post("/api/login", login).await;
        assert_eq!(login.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once() {
    on_every_database(async |server: TestServer| {
        server.admin("root").await;
        let key = server.user("ann").await;
        let browser = server.browser("ann").await;
        let organization =
            server.domain.operator().allow::<domain::policy::DisableUser, domain::policy::Org>(&()).await;
        organization.unwrap().disable_user("ann").await.unwrap();
        let answer = key.graphql("{ viewer { id } }", json!({})).await;
        assert_eq!((answer.status, answer.reason().as_str()), (403, "USER_DISABLED"), "{}", answer.text());
        assert!(answer.message().contains("ann is disabled on this server; root can enable it"), "{}", answer.text());
        assert_eq!(browser.get("/api/session").await.json()["user"], json!(null));
        let login = json!({ "username": "ann", "password": PASSWORD });
        assert_eq!(server.anonymous().post("/api/login", login).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn below_a_path_and_over_tls_the_cookie_is_narrow() {
    let https = |config: &mut server::config::Config| config.base_url = "https://runs.test/base".parse().ok();
    on_every_database_with(https, async |server: TestServer| {
        server.user("ann").await;
        let login = json!({ "username": "ann", "password": PASSWORD });
        let answer = server.anonymous().post("/base/api/login", login).await;
        let set = answer.header("set-cookie");
        assert!(set.contains("Path=/base/") && set.contains("; Secure"), "{set}");
        assert_eq!(server.anonymous().get("/base/api/session").await.json()["baseUrl"], "https://runs.test/base");
        assert_eq!(server.anonymous().get("/base/healthz").await.text(), "ok");
    })
    .await;
}
