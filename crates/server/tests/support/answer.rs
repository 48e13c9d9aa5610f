//! What the server answered.

use axum::http::HeaderMap;
use axum::response::Response;
use http_body_util::BodyExt;
use serde_json::Value;

/// A read answer.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// A header that must be there.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The message of a REST error or of the one GraphQL error.
    pub fn message(&self) -> String {
        let body = self.json();
        let message = body.pointer("/errors/0/message").or_else(|| body.get("error"));
        message.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The reason code of a denial.
    pub fn reason(&self) -> String {
        let body = self.json();
        let reason = body.pointer("/errors/0/extensions/reason").or_else(|| body.get("reason"));
        reason.and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}
