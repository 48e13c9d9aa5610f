//! Errors of handlers become answers here, in the caller's language.

use std::any::Any;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Error;
use crate::http::metrics::count_denial;
use crate::scope::Scope;

/// An error on its way through the middleware.
#[derive(Clone)]
struct Failed(Arc<Error>);

impl IntoResponse for Error {
    /// Only the status; [`render`] writes the body.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Failed(Arc::new(self)));
        response
    }
}

/// The end of the route whose refusals the client prints as they come, in the middle of a run.
const PRINTED: &str = "/file_stream";

/// Writes the body of a failed answer, and tells the log the private cause.
pub async fn render(request: Request, next: Next) -> Response {
    let scope = request.extensions().get::<Scope>().cloned();
    let printed = request.uri().path().ends_with(PRINTED);
    let response = next.run(request).await;
    let (Some(Failed(error)), Some(scope)) = (response.extensions().get::<Failed>(), scope) else { return response };
    if let Some(cause) = error.private_cause() {
        scope.set_cause(cause);
    }
    count_denial(error);
    let answer = error.answer(&scope.voice());
    // What passes is asked again, and read as JSON.
    if printed && answer.status.is_client_error() && answer.status != StatusCode::TOO_MANY_REQUESTS {
        return answer.text();
    }
    answer.rest()
}

/// A route that exists, asked in a way that does not.
pub async fn method_not_allowed() -> Error {
    Error::Method
}

/// A panic is a fault of ours: the caller learns the request id, the log the message.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::fault(format!("panic: {text}")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::messages::Language;

    #[tokio::test]
    async fn a_panic_tells_the_caller_the_request_id_and_the_log_the_text() {
        async fn broken() {
            panic!("a private text");
        }
        let app = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(panicked));
        let scope = Scope::new("id-12".to_owned(), "http://h".to_owned(), None, Language::of("en").unwrap());
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(scope.clone());
        let response = app.layer(axum::middleware::from_fn(render)).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("id-12") && !body.contains("private"), "{body}");
        assert!(scope.cause().unwrap().contains("a private text"));
    }

    #[tokio::test]
    async fn a_refused_stream_is_a_sentence_without_anything_around_it() {
        let refused = || async { Error::Method };
        let app = Router::new().route("/files/e/p/r/file_stream", get(refused)).route("/other", get(refused));
        let scope = Scope::new("id-12".to_owned(), "http://h".to_owned(), None, Language::of("en").unwrap());
        let app = app.layer(axum::middleware::from_fn(render));
        for (path, start) in [("/files/e/p/r/file_stream", 'T'), ("/other", '{')] {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = path.parse().unwrap();
            request.extensions_mut().insert(scope.clone());
            let response = app.clone().oneshot(request).await.unwrap();
            let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
            assert_eq!(body.first().map(|byte| char::from(*byte)), Some(start), "{path}");
        }
    }
}
