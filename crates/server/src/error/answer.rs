//! An error as it is answered: status, sentence and body.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::policy::{Cause, Denied};
use serde_json::{Value, json};

use super::Error;
use crate::messages::{Denial, Language, strip_control};

/// Longest body of a denial: older clients read no more of an error.
const MAX_BODY: usize = 1024;

/// Seconds after which a busy server is asked again.
const BUSY_SECONDS: u64 = 2;

/// For whom and about which request an error speaks.
#[derive(Clone, Debug)]
pub struct Voice {
    /// Language of the sentences.
    pub language: Language,
    /// The address users reach.
    pub base_url: String,
    /// Names this request in the log.
    pub request_id: String,
}

/// How a GraphQL error is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// With its own status: clients from 0.26 on print the sentence clean.
    Status,
    /// With status 200, so that clients that print other bodies raw, or their own words for a status, show the sentence.
    /// Trouble that passes keeps its status: clients act on it.
    Ok,
    /// With its own status and the sentence alone: where clients print the body as it came.
    Text,
}

/// An error as it is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// What people read; may have several lines.
    pub message: String,
    /// What programs read: code, reason and causes of a denial.
    extensions: Option<Value>,
    retry_after: Option<u64>,
}

impl Error {
    /// Renders the error.
    pub fn answer(&self, voice: &Voice) -> Answer {
        use domain::Error as Domain;
        let say = |key: &str, args: &[(&str, String)]| voice.language.say(key, args).unwrap_or_else(|| key.to_owned());
        let mut answer = Answer { status: self.status(), message: String::new(), extensions: None, retry_after: None };
        if let Self::SecondStep(_) = self {
            answer.extensions = Some(json!({ "reason": "TWO_FACTOR" }));
        }
        answer.message = match self {
            Self::Domain(Domain::Denied(denied)) => return answer.denied(denied, voice),
            Self::Domain(Domain::NotFound(problem) | Domain::Invalid(problem) | Domain::Conflict(problem)) => {
                voice.language.problem(problem.code(), problem.args())
            }
            Self::BadRequest(problem)
            | Self::Refused(problem)
            | Self::SignIn(problem)
            | Self::SecondStep(problem)
            | Self::Unsupported(problem)
            | Self::Usage(problem) => voice.language.problem(problem.code(), problem.args()),
            Self::Domain(Domain::Busy(_)) => {
                answer.retry_after = Some(BUSY_SECONDS);
                say("error.busy", &[("seconds", BUSY_SECONDS.to_string())])
            }
            Self::Domain(Domain::StorageFull(_)) => say("error.storage_full", &[]),
            Self::Domain(Domain::RateLimited { retry_after }) => {
                answer.retry_after = Some(*retry_after);
                answer.extensions = Some(json!({ "code": "RATE_LIMIT", "reason": "RATE_LIMIT" }));
                say("error.rate_limited", &[("seconds", retry_after.to_string())])
            }
            Self::TooOften { whose, limit, seconds } => {
                answer.retry_after = Some(*seconds);
                answer.extensions = Some(json!({ "code": "RATE_LIMIT", "reason": "RATE_LIMIT" }));
                let args = [("whose", whose.clone()), ("limit", limit.to_string()), ("seconds", seconds.to_string())];
                say("error.too_often", &args)
            }
            Self::Domain(Domain::Internal { .. }) | Self::Startup { .. } => {
                say("error.internal", &[("request", voice.request_id.clone())])
            }
            Self::NotOffered(field) => say("error.not_offered", &[("field", field.clone())]),
            Self::Domain(Domain::TooLarge { most, .. }) => say("error.too_large", &[("limit", most.to_string())]),
            Self::TooLarge(limit) => say("error.too_large", &[("limit", limit.to_string())]),
            Self::NoRoute(path) => say("error.no_route", &[("path", strip_control(path))]),
            Self::Method => say("error.method", &[]),
            // The engine's own words about a wrong document: clients look into them.
            Self::Query(text) => strip_control(text),
        };
        answer
    }

    /// What only the log may know.
    pub fn private_cause(&self) -> Option<String> {
        use domain::Error as Domain;
        match self {
            Self::Domain(Domain::Denied(_) | Domain::Internal { .. } | Domain::Busy(_) | Domain::StorageFull(_))
            | Self::Startup { .. } => Some(strip_control(&self.to_string())),
            _ => None,
        }
    }
}

impl Answer {
    /// Fills in a denial: the first cause as sentence, all of them as codes, the whole not longer than [`MAX_BODY`].
    fn denied(mut self, denied: &Denied, voice: &Voice) -> Self {
        let Some(first) = denied.causes.first() else { return self };
        let mut evidence = first.args();
        evidence.push(("url", voice.base_url.clone()));
        evidence.push(("ref", denied.reference.clone().unwrap_or_default()));
        let denial = Denial::new(voice.language, first.code(), &evidence);
        let causes: Vec<_> = denied.causes.iter().map(Cause::code).collect();
        let mut extensions = json!({ "code": "PERMISSION_ERROR", "reason": first.code(), "causes": causes });
        if let Some(reference) = &denied.reference {
            extensions["ref"] = json!(reference);
            extensions["url"] = json!(format!("{}/e/{reference}", voice.base_url));
        }
        self.extensions = Some(extensions);
        let mut room = MAX_BODY;
        loop {
            self.message = denial.text(room);
            if room == 0 || self.graphql_body().len() <= MAX_BODY {
                return self;
            }
            room = room.saturating_sub(64);
        }
    }

    fn graphql_body(&self) -> String {
        let mut error = json!({ "message": self.message });
        if let Some(extensions) = &self.extensions {
            error["extensions"] = extensions.clone();
        }
        json!({ "data": null, "errors": [error] }).to_string()
    }

    /// As the answer to a GraphQL request: exactly one error, no path, no newline at the end.
    pub fn graphql(self, encoding: Encoding) -> Response {
        let real = self.status == StatusCode::TOO_MANY_REQUESTS || !self.status.is_client_error();
        if encoding == Encoding::Text && !real {
            return self.text();
        }
        let status = if encoding == Encoding::Ok && !real { StatusCode::OK } else { self.status };
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        self.with_retry_after((status, [(header::CONTENT_TYPE, json)], self.graphql_body()).into_response())
    }

    /// The sentence and nothing around it.
    pub fn text(self) -> Response {
        self.with_retry_after((self.status, self.message.clone()).into_response())
    }

    /// As the answer to any other request.
    pub fn rest(self) -> Response {
        let mut body = json!({ "error": self.message });
        for name in ["reason", "ref", "url"] {
            if let Some(value) = self.extensions.as_ref().and_then(|extensions| extensions.get(name)) {
                body[name] = value.clone();
            }
        }
        self.with_retry_after((self.status, Json(body)).into_response())
    }

    fn with_retry_after(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests;
