//! Somebody who asks the server: nobody, a user with a key, or a user in a browser.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderName, HeaderValue, Method, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use server::router::Service;
use tower::ServiceExt;

use super::Answer;

/// One caller. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    service: Service,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Client {
    pub fn new(service: Service) -> Self {
        Self { service, headers: Vec::new() }
    }

    /// The same caller at another server.
    pub fn to(mut self, server: &super::TestServer) -> Self {
        self.service = server.service.clone();
        self
    }

    /// With an API key, as the client sends it.
    pub fn with_key(self, key: &str) -> Self {
        let value = format!("Basic {}", BASE64_STANDARD.encode(format!("api:{key}")));
        self.with_header(header::AUTHORIZATION, &value)
    }

    /// With the cookie of a web session and the header that the web app adds.
    pub fn with_cookie(self, cookie: &str) -> Self {
        self.with_header(header::COOKIE, &format!("runstead_session={cookie}"))
            .with_header(HeaderName::from_static("x-runstead-csrf"), "1")
    }

    /// With a header on every request.
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, value.parse().unwrap()));
        self
    }

    /// Without the headers of that name.
    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(given, _)| given.as_str() != name);
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body.to_string()).await
    }

    pub async fn put(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    /// A GraphQL request.
    pub async fn graphql(&self, query: &str, variables: Value) -> Answer {
        self.post("/graphql", json!({ "query": query, "variables": variables })).await
    }

    /// The data of a GraphQL request that must succeed.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let answer = self.graphql(query, variables).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        let mut body = answer.json();
        assert!(body.get("errors").is_none(), "{query}: {body}");
        body["data"].take()
    }

    pub async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::new(body.into());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 50_000))));
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(header::CONTENT_TYPE, json);
        request.headers_mut().extend(self.headers.iter().cloned());
        let response = self.service.clone().oneshot(request).await;
        Answer::read(response.unwrap_or_else(|never| match never {})).await
    }
}
