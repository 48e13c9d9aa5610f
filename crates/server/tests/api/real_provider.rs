//! The whole redirect dance with a provider that others wrote (npm's `oidc-provider`), over HTTP.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::http::header;
use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use serde_json::json;

use crate::support::{TestServer, on_every_database_with};

/// A running provider; ended when dropped.
struct Provider {
    process: Child,
    issuer: String,
    /// Stays open: the provider goes on writing to it.
    _output: BufReader<std::process::ChildStdout>,
}

impl Provider {
    fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let installed = Command::new(root.join("tools/web")).env("WEB_FOLDER", "crates/server/tests/provider").status();
        assert!(installed.unwrap().success(), "the provider cannot be installed");
        let mut process = Command::new("node")
            .args(["provider.mjs", "http://runs.test/api/oidc/callback"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut issuer = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut issuer).unwrap();
        Self { process, issuer: issuer.trim().to_owned(), _output: output }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The cookies that an answer sets, beside those that were there.
fn keep(cookies: &mut Vec<String>, headers: &HeaderMap) {
    for set in headers.get_all(SET_COOKIE) {
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let name = pair.split('=').next().unwrap().to_owned();
        cookies.retain(|cookie| cookie.split('=').next() != Some(&name));
        cookies.push(pair);
    }
}

/// What a browser does between the server's two addresses: follows redirects, keeps cookies, signs in as `user`.
/// The query of the callback.
async fn at_provider(start: &str, user: &str) -> String {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (mut cookies, mut url) = (Vec::new(), url::Url::parse(start).unwrap());
    for _ in 0..8 {
        let request = browser.get(url.clone()).header(COOKIE, cookies.join("; ")).header("x-user", user);
        let answer = request.send().await.unwrap();
        keep(&mut cookies, answer.headers());
        let Some(next) = answer.headers().get(LOCATION) else { panic!("{url}: {}", answer.text().await.unwrap()) };
        url = url.join(next.to_str().unwrap()).unwrap();
        if url.host_str() == Some("runs.test") {
            return url.query().unwrap().to_owned();
        }
    }
    panic!("the provider never sends the browser back");
}

#[tokio::test]
async fn people_sign_in_by_a_provider_of_others() {
    let provider = Provider::start();
    let issuer = provider.issuer.clone();
    let options = move |config: &mut server::config::Config| {
        config.oidc_issuer = Some(issuer.clone());
        config.oidc_client_id = Some("runs".to_owned());
        config.oidc_client_secret = "a secret+of%runs".parse().ok();
        config.oidc_scopes = "openid profile email groups".to_owned();
        config.oidc_create_accounts = true;
        config.oidc_group_roles = server::config::group_roles("research=lab:member").ok();
    };
    on_every_database_with(options, async |server: TestServer| {
        server.admin("root").await;
        server.team("lab", "root", &[]).await;
        for _ in 0..2 {
            let start = server.anonymous().get("/api/oidc/start?next=/lab").await;
            let cookie = start.header("set-cookie").split(';').next().unwrap().to_owned();
            let query = at_provider(start.header("location"), "ann").await;
            let browser = server.anonymous().with_header(header::COOKIE, &cookie);
            let done = browser.get(&format!("/api/oidc/callback?{query}")).await;
            assert_eq!(done.header("location"), "http://runs.test/lab", "{query}");
            let mut cookies = done.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
            let session = cookies.find_map(|cookie| cookie.strip_prefix("runstead_session=")).unwrap();
            let ann = server.anonymous().with_cookie(session.split(';').next().unwrap());
            let viewer = "{ viewer { username name email hasPassword teams { edges { node { name } } } } }";
            let viewer = ann.data(viewer, json!({})).await["viewer"].take();
            let teams = json!({ "edges": [{ "node": { "name": "lab" } }] });
            let expected = json!({
                "username": "ann", "name": "Ann A", "email": "ann@example.org", "hasPassword": false, "teams": teams,
            });
            assert_eq!(viewer, expected);
            // What came back works once, even for the same browser.
            let again = browser.get(&format!("/api/oidc/callback?{query}")).await;
            assert_eq!(again.header("location"), "http://runs.test/login?error=state");
        }
    })
    .await;
}
