//! Asking the server: one HTTP client that follows no redirect, so that a key goes where it was meant to go.

use std::time::Duration;

use domain::Clock;
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Proxy, RequestBuilder, StatusCode, redirect};
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

/// What is presented to the server.
#[derive(Debug, PartialEq, Eq)]
pub enum Key {
    /// An API key.
    Api(String),
    /// What was given for an identity token.
    Bearer(String),
}

impl Key {
    /// The secret itself.
    pub fn secret(&self) -> &str {
        let (Self::Api(secret) | Self::Bearer(secret)) = self;
        secret
    }
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
        self.send(self.http.get(format!("{}{path}", self.base)), None).await
    }

    /// `GET` of a path below the base, with the key.
    pub async fn get_as(&self, key: &Key, path: &str) -> Result<Answer, Trouble> {
        self.send(self.http.get(format!("{}{path}", self.base)), Some(key)).await
    }

    /// A GraphQL request, with the key if there is one.
    pub async fn graphql(&self, key: Option<&Key>, query: &str, variables: Value) -> Result<Answer, Trouble> {
        let body = serde_json::json!({ "query": query, "variables": variables });
        let request = self.http.post(format!("{}/graphql", self.base)).header(CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string()), key).await
    }

    /// A form sent to a path below the base.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Result<Answer, Trouble> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.base));
        self.send(request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body), None).await
    }

    /// The same server under another address; no key goes there.
    pub async fn at(&self, base: &str) -> Result<Answer, Trouble> {
        self.send(self.http.get(format!("{base}/api/server")), None).await
    }

    async fn send(&self, request: RequestBuilder, key: Option<&Key>) -> Result<Answer, Trouble> {
        let request = match key {
            Some(Key::Api(key)) => request.basic_auth("api", Some(key)),
            Some(Key::Bearer(token)) => request.bearer_auth(token),
            None => request,
        };
        let request = request.header(ACCEPT_LANGUAGE, self.language.code());
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
