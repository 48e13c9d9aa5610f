//! Asking the server: one HTTP client that follows no redirect, so that a key goes where it was meant to go.

use std::time::Duration;

use domain::Clock;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, LOCATION};
use reqwest::{Method, Proxy, StatusCode, redirect};
use serde_json::Value;
use url::Url;

use super::machine::Machine;
use super::proxy;
use super::trouble::Trouble;
use crate::Error;
use crate::messages::Language;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// No answer that interests us is longer.
const LONGEST_ANSWER: usize = 1 << 20;

/// A server that may be asked.
pub struct Net {
    /// Where it is, without a slash at the end.
    pub base: String,
    /// The same.
    pub url: Url,
    http: reqwest::Client,
    language: Language,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most a MiB of it.
    pub body: String,
    /// When it came, in seconds since 1970.
    pub at: i64,
}

impl Net {
    /// Makes ready to ask the server at `url`, by the proxy and with the certificates that the client would use.
    pub fn new(machine: &Machine, url: Url, language: Language) -> Result<Self, Error> {
        let startup = |e| Error::startup("preparing HTTP requests", e);
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("runstead-doctor/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .no_proxy()
            .tls_danger_accept_invalid_certs(accepts_any_certificate(machine));
        if let Some((proxy, _)) = proxy::of(machine, &url) {
            http = http.proxy(Proxy::all(proxy).map_err(startup)?);
        }
        let base = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { base, url, http: http.build().map_err(startup)?, language })
    }

    /// `GET` of a path below the base, without a key.
    pub async fn get(&self, path: &str) -> Result<Answer, Trouble> {
        self.send(Method::GET, &format!("{}{path}", self.base), None, None).await
    }

    /// `GET` of a path below the base, with the key.
    pub async fn get_as(&self, key: &str, path: &str) -> Result<Answer, Trouble> {
        self.send(Method::GET, &format!("{}{path}", self.base), Some(key), None).await
    }

    /// A GraphQL request, with the key if there is one.
    pub async fn graphql(&self, key: Option<&str>, query: &str, variables: Value) -> Result<Answer, Trouble> {
        let body = serde_json::json!({ "query": query, "variables": variables });
        self.send(Method::POST, &format!("{}/graphql", self.base), key, Some(body.to_string())).await
    }

    /// The same server under another address; no key goes there.
    pub async fn at(&self, base: &str) -> Result<Answer, Trouble> {
        self.send(Method::GET, &format!("{base}/api/server"), None, None).await
    }

    async fn send(&self, method: Method, at: &str, key: Option<&str>, body: Option<String>) -> Result<Answer, Trouble> {
        let mut request = self.http.request(method, at).header(ACCEPT_LANGUAGE, self.language.code());
        if let Some(key) = key {
            request = request.basic_auth("api", Some(key));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let mut response = request.send().await.map_err(|e| Trouble::of(&e))?;
        let at = Clock::system().now() / 1_000_000;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| Trouble::of(&e))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > LONGEST_ANSWER {
                break;
            }
        }
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&bytes).into_owned(), at })
    }
}

impl Answer {
    /// The body, if it is a JSON object.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok().filter(Value::is_object)
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok()).filter(|_| self.status.is_redirection())
    }

    /// Whether this is what GraphQL answers with, also when it refuses.
    pub fn is_graphql(&self) -> bool {
        self.json().is_some_and(|body| body.get("data").is_some() || body.get("errors").is_some_and(Value::is_array))
    }

    /// The message of the first error.
    pub fn message(&self) -> Option<String> {
        let body = self.json()?;
        let message = body.pointer("/errors/0/message").or_else(|| body.get("error")).or_else(|| body.get("message"));
        message.and_then(Value::as_str).map(str::to_owned)
    }

    /// The title of a web page, else its first words.
    pub fn title(&self) -> String {
        let lower = self.body.to_ascii_lowercase();
        let title = lower.find("<title").and_then(|at| Some(at + lower[at..].find('>')? + 1));
        let text = match title {
            Some(from) => &self.body[from..from + lower[from..].find('<').unwrap_or(0)],
            None => &self.body,
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        crate::messages::shorten(&text, 80)
    }

    /// Whether it is a web page.
    pub fn is_page(&self) -> bool {
        let kind = self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        kind.contains("html") || self.body.trim_start().to_ascii_lowercase().starts_with("<!doctype html")
    }
}

/// Whether certificates are not checked.
pub fn accepts_any_certificate(machine: &Machine) -> bool {
    machine.var("WANDB_INSECURE_DISABLE_SSL").is_some_and(|value| matches!(value.to_lowercase().as_str(), "true" | "1"))
}
