//! One log line and one measurement a request.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::App;
use crate::scope::Scope;

/// Gives the request its [`Scope`], then logs what became of it: the route's template, never the address, which may
/// hold a ticket.
pub async fn request(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = app.domain.clock().token::<12>().unwrap_or_default();
    let accept = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let scope = Scope::new(id, app.domain.base_url().to_owned(), accept, app.language);
    request.extensions_mut().insert(scope.clone());
    let method = request.method().to_string();
    let route = request.extensions().get::<MatchedPath>().map_or("page".to_owned(), |path| path.as_str().to_owned());

    let mut response = next.run(request).await;

    let (elapsed, status) = (started.elapsed(), response.status().as_u16());
    if let Ok(id) = HeaderValue::from_str(scope.id()) {
        response.headers_mut().insert("x-request-id", id);
    }
    if let Some(left) = scope.left() {
        left.write(response.headers_mut());
    }
    let labels = [("method", method.clone()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("runstead_http_requests_total", &labels).increment(1);
    metrics::histogram!("runstead_http_request_seconds", "route" => route.clone()).record(elapsed.as_secs_f64());
    let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let (request, user, cause) = (scope.id(), scope.user().unwrap_or("-"), scope.cause().unwrap_or("-"));
    if status >= 500 {
        tracing::error!(target: "runstead::http", method, route, status, ms, user, request, cause, "answered");
    } else {
        tracing::info!(target: "runstead::http", method, route, status, ms, user, request, cause, "answered");
    }
    response
}
