//! The web app inside the binary: its files, and its page for every address that is not one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use crate::{App, Error};

/// The built app. A server built without it works too, and says how to build it.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// Prefixes under which an unknown address is a mistake of a program, which must not get a page with status 200.
const PROGRAMS: [&str; 9] =
    ["/api", "/graphql", "/files", "/blob", "/sdk", "/oidc", "/artifacts", "/artifactsV2", "/metrics"];

/// The page in which what people logged may run: html, and figures that carry code. The web app shows it in a sandboxed
/// frame; the header makes it a page of no origin wherever it is opened, without cookies, storage and network.
const FRAME: &str = "frame.html";
const FRAME_POLICY: &str = "sandbox allow-scripts; default-src 'none'; \
    script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; style-src 'self' 'unsafe-inline' data:; \
    img-src data: blob:; media-src data: blob:; font-src data:; connect-src data: blob:; worker-src blob:; \
    form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

/// Any address without a route.
pub async fn page(State(app): State<App>, method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, Error> {
    let path = uri.path();
    let of_programs =
        |prefix: &&str| path.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if !matches!(method, Method::GET | Method::HEAD) || PROGRAMS.iter().any(of_programs) {
        return Err(Error::NoRoute(path.to_owned()));
    }
    let name = path.trim_start_matches('/');
    match Files::get(name) {
        Some(file) if name == FRAME => Ok(framed(asset(name, file.data))),
        Some(file) if reads_gzip(&headers) && is_packed(name) => packed(name.to_owned(), file.data).await,
        Some(file) if name != "index.html" => Ok(asset(name, file.data)),
        _ if name.starts_with("assets/") => Err(Error::NoRoute(path.to_owned())),
        _ => Ok(index(&app.prefix)),
    }
}

/// A file of the app. Those in `assets/` have a hash of their content in their names and never change.
fn asset(name: &str, data: impl IntoResponse) -> Response {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = HeaderValue::from_str(kind.as_ref()).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, HeaderValue::from_static(cache))];
    (headers, data).into_response()
}

/// Scripts and styles that never change: a page needs many of them, and their bytes are worth making small once.
fn is_packed(name: &str) -> bool {
    name.starts_with("assets/") && (name.ends_with(".js") || name.ends_with(".css"))
}

/// Others, as those who would rather have something else, get what is compressed on the way.
fn reads_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|one| one.trim() == "gzip")
}

/// Such a file, compressed when it is first asked for and kept.
async fn packed(name: String, data: Cow<'static, [u8]>) -> Result<Response, Error> {
    static KEPT: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);
    let known = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&name).cloned();
    let bytes = match known {
        Some(bytes) => bytes,
        None => {
            let bytes = tokio::task::spawn_blocking(move || gzip(&data)).await.map_err(Error::fault)?;
            let bytes = bytes.map_err(Error::fault)?;
            KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), bytes.clone());
            bytes
        }
    };
    let mut response = asset(&name, bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}

fn gzip(data: &[u8]) -> std::io::Result<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(data.len() / 3), Compression::best());
    encoder.write_all(data)?;
    Ok(encoder.finish()?.into())
}

/// The page of the sandboxed frame: the only one that may be framed, and only by ourselves.
fn framed(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FRAME_POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// The app's page, told where it is: it resolves every address against its base.
fn index(prefix: &str) -> Response {
    let no_cache = [(header::CACHE_CONTROL, "no-cache")];
    let Some(file) = Files::get("index.html") else {
        return (StatusCode::OK, no_cache, Html(NOT_BUILT)).into_response();
    };
    let html = String::from_utf8_lossy(&file.data);
    // The prefix comes from a parsed URL: it holds no quotes and no angle brackets.
    let html = html.replacen("<head>", &format!("<head><base href=\"{prefix}/\">"), 1);
    (no_cache, Html(html)).into_response()
}

/// Shown instead of the app by a server that was built without it.
const NOT_BUILT: &str = include_str!("web/not_built.html");

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn scripts_are_compressed_for_who_reads_gzip() {
        let accepting = |value| HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))]);
        assert!(reads_gzip(&accepting("gzip, deflate, br, zstd")) && reads_gzip(&accepting("gzip")));
        assert!(!reads_gzip(&accepting("identity")) && !reads_gzip(&accepting("gzip;q=0")));
        assert!(is_packed("assets/a.js") && !is_packed("assets/a.woff2") && !is_packed("frame.html"));

        let text = "const same = 1;".repeat(100);
        for _ in 0..2 {
            let response = packed("assets/a.js".to_owned(), text.clone().into_bytes().into()).await.unwrap();
            assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
            assert_eq!(response.headers()[header::CONTENT_TYPE], "text/javascript");
            let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let mut read = String::new();
            std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut read).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn what_people_logged_runs_without_origin_and_network() {
        let response = framed(Response::default());
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("sandbox allow-scripts; default-src 'none';"), "{policy}");
        assert!(!policy.contains("allow-same-origin") && !policy.contains("http"), "{policy}");
        assert!(policy.contains("connect-src data: blob:;") && policy.ends_with("frame-ancestors 'self'"), "{policy}");
        assert_eq!(response.headers()[header::X_FRAME_OPTIONS], "SAMEORIGIN");
    }
}
