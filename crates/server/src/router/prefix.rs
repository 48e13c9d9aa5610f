//! The path of the base URL, taken off before routing.

use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::response::Response;
use tower::util::{BoxCloneSyncService, MapRequest};

/// The server as a service.
pub type Service = BoxCloneSyncService<Request, Response, std::convert::Infallible>;

/// Takes `prefix` off requests that have it. A proxy may have taken it off already: both arrive at the same routes.
pub fn strip(prefix: String, router: Router) -> Service {
    BoxCloneSyncService::new(MapRequest::new(router, move |mut request: Request| {
        if let Some(uri) = without(&prefix, request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }))
}

fn without(prefix: &str, uri: &Uri) -> Option<Uri> {
    if prefix.is_empty() {
        return None;
    }
    let rest = uri.path_and_query()?.as_str().strip_prefix(prefix)?;
    match rest.bytes().next() {
        None => "/".parse().ok(),
        Some(b'/') => rest.parse().ok(),
        Some(b'?') => format!("/{rest}").parse().ok(),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_whole_segments_are_taken_off() {
        let path = |uri: &str| super::without("/base", &uri.parse().unwrap()).map(|uri| uri.to_string());
        assert_eq!(path("/base/graphql?x=1").as_deref(), Some("/graphql?x=1"));
        assert_eq!(path("/base").as_deref(), Some("/"));
        assert_eq!(path("/base?x=1").as_deref(), Some("/?x=1"));
        assert_eq!(path("/based"), None);
        assert_eq!(path("/graphql"), None);
    }
}
