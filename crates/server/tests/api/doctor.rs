//! `runstead doctor` as users run it, against servers that listen, and what may stand in front of them.

use std::path::Path;
use std::process::Command;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse};
use domain::keys::NewKey;
use domain::model::Role;
use domain::policy::{Account, Allowed, CreateUser, Org, RevokeKey};
use domain::users::NewUser;
use serde_json::{Value, json};

use super::front::{Front, free_port};
use crate::support::{Issuer, TestServer, on_every_database_with};

/// What the doctor said.
struct Said {
    code: i32,
    json: Value,
    text: String,
}

impl Said {
    /// `CODE` of every check with a result.
    fn codes(&self, result: &str) -> Vec<&str> {
        let checks = self.json["checks"].as_array().unwrap().iter();
        checks.filter(|check| check["result"] == result).map(|check| check["code"].as_str().unwrap()).collect()
    }

    /// The one check that failed, as `CODE`; everything else passed.
    #[track_caller]
    fn failed(&self) -> &str {
        let failed = self.codes("failed");
        assert_eq!((failed.len(), self.code), (1, 1), "{}", self.text);
        failed[0]
    }

    /// A check's finding.
    fn finding(&self, code: &str) -> &Value {
        let found = self.json["checks"].as_array().unwrap().iter().find(|check| check["code"] == code);
        found.unwrap_or_else(|| panic!("no {code} in {}", self.text))
    }
}

/// Runs it on a machine that has nothing but `variables`; files may be in `home`.
async fn doctor_at(home: &Path, args: &str, variables: &[(&str, &str)]) -> Said {
    let run = |json: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_runstead"));
        command.arg("doctor").args(args.split_whitespace()).args(json.then_some("--json"));
        command.env_clear().env("HOME", home).current_dir(home).envs(variables.iter().copied());
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let output = run(true).await.unwrap();
    let text = run(false).await.unwrap();
    let all = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(all(&output.stderr), "");
    let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", all(&output.stdout)));
    Said { code: output.status.code().unwrap(), json, text: all(&text.stdout) }
}

async fn doctor(args: &str, variables: &[(&str, &str)]) -> Said {
    let home = tempfile::tempdir().unwrap();
    doctor_at(home.path(), args, variables).await
}

/// A new user's account with a key.
async fn account_of(server: &TestServer, name: &str) -> (Allowed<RevokeKey, Account>, NewKey) {
    let email = Some(format!("{name}@example.org"));
    let new = NewUser { name: name.to_owned(), email, ..NewUser::default() };
    let operator = server.domain.operator();
    let account = operator.allow::<CreateUser, Org>(&()).await.unwrap().create_user(new).await.unwrap();
    let key = account.create_key(Default::default()).await.unwrap();
    (operator.holder_of_key(key.key.id).await.unwrap(), key)
}

/// A server that listens, the address that it knows itself by, and ann's key.
async fn with_server(test: impl AsyncFn(TestServer, String, String)) {
    let port = free_port();
    let base = format!("http://localhost:{port}");
    on_every_database_with(
        |config| config.base_url = Some(base.parse().unwrap()),
        async |server| {
            let _front = Front::http(port, server.service()).await;
            let (_, key) = account_of(&server, "ann").await;
            test(server, base.clone(), key.secret).await;
        },
    )
    .await;
}

#[tokio::test]
async fn all_is_well() {
    with_server(async |server, base, key| {
        server.team("vision", "ann", &[]).await;
        let variables = [("WANDB_BASE_URL", base.as_str()), ("WANDB_API_KEY", &key)];
        let said = doctor("--entity vision --project digits --client 0.31.0", &variables).await;
        assert_eq!((said.code, said.codes("failed"), said.codes("warning")), (0, vec![], vec![]), "{}", said.text);
        let passed = said.codes("passed");
        for code in ["server.runstead", "clock.right", "size.taken", "login.accepted", "connection.made", "name.found"]
        {
            assert!(passed.contains(&code), "{code}: {}", said.text);
        }
        assert_eq!(said.json["skipped"], json!([]));
        assert!(!said.text.contains(&key) && !said.json.to_string().contains(&key));
        assert!(said.text.contains(&format!("{}-…{}", &key[..7], &key[key.len() - 4..])), "{}", said.text);
        assert!(said.text.contains("ann may create runs in vision"), "{}", said.text);
    })
    .await;
}

#[tokio::test]
async fn keys_that_are_not_accepted() {
    with_server(async |server, base, key| {
        let (bob, gone) = account_of(&server, "bob").await;
        bob.revoke_key(gone.key.id).await.unwrap();
        let prefix = key.split_once('-').unwrap().0;
        let zeros = "0".repeat(40);
        for (key, code) in [
            (format!("{prefix}-{zeros}"), "KEY_MALFORMED"),
            (zeros.clone(), "KEY_OTHER_SERVER"),
            (format!("local-{zeros}"), "KEY_OTHER_SERVER"),
            (format!("rszzzzz-{zeros}"), "KEY_OTHER_SERVER"),
            (gone.secret, "KEY_REVOKED"),
            (key[..30].to_owned(), "key.short"),
            (format!(" {key}"), "key.spaces"),
        ] {
            let said = doctor("", &[("WANDB_BASE_URL", base.as_str()), ("WANDB_API_KEY", &key)]).await;
            assert_eq!(said.failed(), code, "{}", said.text);
            assert!(said.text.contains(&format!("wandb login --relogin --host {base}")), "{}", said.text);
            assert!(!said.text.contains(&key), "{}", said.text);
        }
        let said = doctor("", &[("WANDB_BASE_URL", base.as_str())]).await;
        assert_eq!(said.failed(), "key.none");
    })
    .await;
}

#[tokio::test]
async fn places_that_may_not_be_written() {
    with_server(async |server, base, key| {
        let root = server.user("root").await;
        server.team("vision", "root", &[]).await;
        let speech = server.organization().await.create_team("speech", Some("root")).await.unwrap();
        speech.set_member("ann", Role::Viewer).await.unwrap();
        let upsert =
            "mutation { upsertBucket(input: {entityName: \"speech\", modelName: \"digits\"}) { bucket { id } } }";
        root.data(upsert, json!({})).await;
        let variables = [("WANDB_BASE_URL", base.as_str()), ("WANDB_API_KEY", &key)];
        for (entity, wanted) in [
            ("vision", &["access.not_member", "access.unknown", "NOT_MEMBER"][..]),
            ("visoin", &["access.unknown", "ENTITY_UNKNOWN_OR_HIDDEN"]),
            ("speech", &["access.read_only", "ROLE_TOO_LOW"]),
            ("your_entity", &["access.placeholder", "ENTITY_PLACEHOLDER", "ENTITY_UNKNOWN_OR_HIDDEN"]),
        ] {
            let said = doctor(&format!("--entity {entity} --project digits"), &variables).await;
            assert!(wanted.contains(&said.failed()), "{entity}: {}", said.text);
            assert!(said.text.contains("wandb.init(entity='ann', project='digits')"), "{entity}: {}", said.text);
        }
        assert_eq!(doctor("--project a/b", &variables).await.failed(), "project.characters");
        assert_eq!(doctor("", &variables).await.code, 0);
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_front() {
    with_server(async |server, _, key| {
        let page = Router::new().fallback(|| async { Html("<html><title>Hotel\x1b[31m Wi-Fi</title></html>") });
        let small = async |request: Request, next: Next| {
            let length = request.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
            if length.unwrap_or(0) > 1 << 20 {
                // Proxies read what comes before they close, so that their answer is seen.
                axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
                return (StatusCode::PAYLOAD_TOO_LARGE, Html("too large")).into_response();
            }
            next.run(request).await
        };
        let late = async |request: Request, next: Next| {
            let mut response = next.run(request).await;
            response.headers_mut().insert("date", "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
            response
        };
        let away = || async { (StatusCode::FOUND, [("location", "https://runs.example.org/api/server")]) };
        let portal = || async { (StatusCode::FOUND, [("location", "http://portal.example/login")]) };
        let behind = || Router::new().fallback_service(server.service());
        for (front, path, code, fix) in [
            (page, "", "server.page", "NO_PROXY"),
            (behind().layer(from_fn(small)), "", "size.refused", "client_max_body_size"),
            (behind().layer(from_fn(late)), "", "clock.ahead", "timedatectl"),
            (Router::new().fallback(away), "", "server.redirect", "export WANDB_BASE_URL=https://runs.example.org"),
            (Router::new().fallback(portal), "", "server.portal", "http://portal.example/login"),
            (Router::new().fallback(|| async { StatusCode::BAD_GATEWAY }), "", "server.down", "start the server"),
            (Router::new().fallback(|| async { "hello" }), "", "server.other", "WANDB_BASE_URL"),
            (Router::new().nest_service("/wandb", server.service()), "", "server.prefix", "/wandb"),
            (Router::new().nest_service("/wandb", server.service()), "/wandb/wandb", "server.prefix", "/wandb"),
            (Router::new().nest_service("/wandb", server.service()), "/wandb/graphql", "server.prefix", "/wandb"),
        ] {
            let port = free_port();
            let _front = Front::http(port, front).await;
            let base = format!("http://127.0.0.1:{port}{path}");
            let said = doctor("", &[("WANDB_BASE_URL", &base), ("WANDB_API_KEY", &key)]).await;
            assert_eq!(said.failed(), code, "{}", said.text);
            let fixes = said.finding(code)["more"].to_string();
            assert!(fixes.contains(fix), "{code}: {fixes}");
            assert!(!said.text.contains('\x1b') && !said.text.contains(&key), "{}", said.text);
        }
    })
    .await;
}

#[tokio::test]
async fn the_address_that_the_server_believes_in() {
    with_server(async |_, base, key| {
        let other = base.replace("localhost", "127.0.0.1");
        let said = doctor("--project p", &[("WANDB_BASE_URL", &other), ("WANDB_API_KEY", &key)]).await;
        assert_eq!((said.code, said.codes("failed")), (0, vec![]), "{}", said.text);
        assert!(said.codes("warning").contains(&"address.differs"), "{}", said.text);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_there() {
    let port = free_port();
    for (base, code) in [
        (format!("http://127.0.0.1:{port}"), "connection.refused"),
        ("http://no-such-host.invalid".to_owned(), "name.unknown"),
        ("runs.example.org".to_owned(), "host.malformed"),
        ("https://wandb.ai".to_owned(), "host.page"),
        ("http://127.0.0.1/?x".to_owned(), "host.query"),
    ] {
        let said = doctor("", &[("WANDB_BASE_URL", &base), ("WANDB_API_KEY", &"k".repeat(40))]).await;
        assert_eq!(said.failed(), code, "{}", said.text);
        assert!(said.json["skipped"].as_array().unwrap().contains(&"login".into()));
        assert!(said.text.contains("Not checked: "));
    }
}

#[tokio::test]
async fn certificates() {
    with_server(async |server, base, key| {
        for (shown, trusted, code) in [
            ("trusted", "other_name", "certificate.unknown_issuer"),
            ("other_name", "other_name", "certificate.other_name"),
            ("expired", "expired", "certificate.expired"),
        ] {
            let port = free_port();
            let _front = Front::https(port, shown, server.service()).await;
            let base = format!("https://localhost:{port}");
            let authority = super::front::testdata(trusted);
            let variables = [("WANDB_BASE_URL", base.as_str()), ("WANDB_API_KEY", &key), ("SSL_CERT_FILE", &authority)];
            let said = doctor("", &variables).await;
            assert_eq!(said.failed(), code, "{}", said.text);
            // The two ways that the texts name.
            let said = doctor("", &[variables[0], variables[1], ("WANDB_INSECURE_DISABLE_SSL", "true")]).await;
            assert_eq!((said.code, said.codes("failed")), (0, vec![]), "{}", said.text);
            assert!(said.codes("warning").contains(&"certificate.unchecked"), "{}", said.text);
        }
        let port = free_port();
        let _front = Front::https(port, "trusted", server.service()).await;
        let authority = super::front::testdata("trusted");
        let address = format!("https://localhost:{port}");
        let variables = [("WANDB_BASE_URL", address.as_str()), ("WANDB_API_KEY", &key), ("SSL_CERT_FILE", &authority)];
        let said = doctor("", &variables).await;
        assert!(said.code == 0 && said.codes("passed").contains(&"certificate.trusted"), "{}", said.text);
        // The wrong scheme, both ways.
        let plain = address.replace("https", "http");
        let said = doctor("", &[("WANDB_BASE_URL", &plain), variables[1], variables[2]]).await;
        assert_eq!(said.failed(), "server.needs_https", "{}", said.text);
        assert!(said.text.contains(&format!("export WANDB_BASE_URL={address}")), "{}", said.text);
        let crypted = base.replace("http", "https");
        let said = doctor("", &[("WANDB_BASE_URL", &crypted), variables[1], variables[2]]).await;
        assert_eq!(said.failed(), "certificate.not_tls", "{}", said.text);
        assert!(said.text.contains(&format!("export WANDB_BASE_URL={base}")), "{}", said.text);
    })
    .await;
}

#[tokio::test]
async fn a_proxy_is_asked_and_the_key_goes_nowhere_else() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let record = {
        let seen = seen.clone();
        move |request: Request| {
            let has_key = request.headers().contains_key("authorization");
            seen.lock().unwrap().push((request.uri().to_string(), has_key));
            async { (StatusCode::FOUND, [("location", "http://elsewhere.example/")]) }
        }
    };
    let port = free_port();
    let _front = Front::http(port, Router::new().fallback(record)).await;
    let proxy = format!("http://ann:secret@127.0.0.1:{port}");
    let key = "k".repeat(40);
    let variables =
        [("WANDB_BASE_URL", "http://runs.example.org"), ("WANDB_API_KEY", key.as_str()), ("HTTP_PROXY", &proxy)];
    let said = doctor("", &variables).await;
    assert_eq!(said.failed(), "server.portal", "{}", said.text);
    assert!(said.codes("passed").contains(&"proxy.used") && !said.text.contains("secret"), "{}", said.text);
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty());
    for (address, has_key) in seen.iter() {
        assert!(address.starts_with("http://runs.example.org/") && !has_key, "{address}");
    }
}

#[tokio::test]
async fn sources_are_named_and_the_mode_too() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(home.path().join("wandb")).unwrap();
    std::fs::write(home.path().join("wandb/settings"), "[default]\nentity = lab\nmode = offline\n").unwrap();
    let said = doctor_at(home.path(), "--base-url http://127.0.0.1:1/ --entity code", &[("WANDB_ENTITY", "env")]).await;
    let host = &said.finding("host.found")["facts"];
    assert_eq!((&host["host"], &host["source"]), (&"http://127.0.0.1:1".into(), &"your code (--base-url)".into()));
    let entity = said.finding("entity.found");
    assert_eq!(entity["facts"]["entity"], "code");
    assert_eq!(entity["more"], json!(["Not used: env, from WANDB_ENTITY", "Not used: lab, from ./wandb/settings"]));
    assert!(said.codes("warning").contains(&"mode.offline"));
    // The server's own variable is nothing to the client.
    let said = doctor("", &[("RUNSTEAD_BASE_URL", "http://127.0.0.1:1"), ("HTTPS_PROXY", "http://127.0.0.1:1")]).await;
    assert!(said.codes("warning").contains(&"host.default"), "{}", said.text);
}

#[tokio::test]
async fn the_shell_chooses_the_language() {
    let host = ("WANDB_BASE_URL", "http://no-such-host.invalid");
    for (language, fix, args) in [
        ("de_DE.UTF-8", "Lösung: den Namen in WANDB_BASE_URL berichtigen", ""),
        ("es_MX", "Solución: corrige el nombre en WANDB_BASE_URL", ""),
        ("fr_FR.UTF-8", "Solution : corrigez le nom dans WANDB_BASE_URL", ""),
        ("ja_JP.UTF-8", "対処: WANDB_BASE_URL の名前を直す", ""),
        ("ja_JP.UTF-8", "Fix: correct the name in WANDB_BASE_URL", "--in en"),
        ("C", "Fix: correct the name in WANDB_BASE_URL", ""),
    ] {
        let said = doctor(args, &[host, ("LANG", language)]).await;
        assert!(said.text.contains(fix), "{language}: {}", said.text);
        assert!(said.codes("failed").contains(&"name.unknown"));
    }
}

#[tokio::test]
async fn a_key_in_a_file_is_the_codes_own() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("key"), format!("{}\n", "f".repeat(40))).unwrap();
    let variables = [("WANDB_BASE_URL", "http://127.0.0.1:1"), ("WANDB_API_KEY", &*"e".repeat(40))];
    let said = doctor_at(home.path(), "--api-key-file key", &variables).await;
    let key = said.finding("key.found");
    assert_eq!(
        (&key["facts"]["key"], &key["more"]),
        (&"…ffff".into(), &json!(["Not used: …eeee, from WANDB_API_KEY"]))
    );
}

#[tokio::test]
async fn an_identity_token_is_exchanged_and_never_shown() {
    let issuer = Issuer::start().await;
    let port = free_port();
    let base = format!("http://localhost:{port}");
    let options = |config: &mut server::config::Config| {
        config.base_url = Some(base.parse().unwrap());
        config.trusted_issuers = Some(issuer.url.clone());
    };
    on_every_database_with(options, async |server| {
        let _front = Front::http(port, server.service()).await;
        let ann = server.user("ann").await;
        server.team("lab", "ann", &[]).await;
        server.service_account("lab", "ci").await;
        let rule = "mutation M($input: CreateIdentityRuleInput!) { createIdentityRule(input: $input) { rule { id } } }";
        let input = json!({
            "entityName": "lab", "serviceAccount": "ci", "issuer": issuer.url, "audience": base,
            "claims": { "repository": "lab/*" },
        });
        ann.data(rule, json!({ "input": input })).await;
        let home = tempfile::tempdir().unwrap();
        let variables = [("WANDB_BASE_URL", base.as_str()), ("WANDB_IDENTITY_TOKEN_FILE", "token")];
        let ask = async |repository: &str| {
            let token = issuer.sign(json!({ "aud": base, "sub": "job", "repository": repository }), 600);
            std::fs::write(home.path().join("token"), format!("{token}\n")).unwrap();
            let said = doctor_at(home.path(), "--entity lab --project p --client 0.31.0", &variables).await;
            assert!(!said.text.contains(&token) && !said.json.to_string().contains(&token), "{}", said.text);
            said
        };
        let said = ask("lab/train").await;
        assert_eq!((said.code, said.codes("failed"), said.codes("warning")), (0, vec![], vec![]), "{}", said.text);
        assert!(said.codes("passed").contains(&"login.exchanged"), "{}", said.text);
        assert!(said.text.contains("ci may create runs in lab"), "{}", said.text);
        let said = ask("elsewhere/train").await;
        assert_eq!(said.failed(), "login.token_refused");
        let why = exchange_refused(
            &server,
            &issuer.sign(json!({ "aud": base, "sub": "job", "repository": "elsewhere/train" }), 600),
        )
        .await;
        assert_eq!(said.finding("login.token_refused")["more"][0], json!(why));
    })
    .await;
}

/// What the client would print.
async fn exchange_refused(server: &TestServer, token: &str) -> String {
    let form = format!("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion={token}");
    let kind = axum::http::header::CONTENT_TYPE;
    let client = server.anonymous().with_header(kind, "application/x-www-form-urlencoded");
    let answer = client.send(axum::http::Method::POST, "/oidc/token", form).await;
    assert_eq!(answer.status, 401);
    answer.text()
}
