//! `/blob/{ticket}`: file contents. The address is the credential, so nothing else is asked for.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::files::ByteRange;
use futures::TryStreamExt;

use crate::{App, Error};

/// Types that a browser shows without running anything; everything else is saved.
const SHOWN: &[&str] =
    &["image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/json", "text/csv"];

/// `GET`: the bytes, or a range of them.
pub async fn get(State(app): State<App>, Path(ticket): Path<String>, headers: HeaderMap) -> Result<Response, Error> {
    let ticket = app.domain.redeem(&ticket)?;
    let range = headers.get(header::RANGE).and_then(|v| v.to_str().ok()).and_then(byte_range);
    let file = ticket.read(range).await?;
    let size = file.download.size;
    let Some(bytes) = file.download.range.clone() else {
        let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
    };
    let mut response = Response::new(Body::from_stream(file.download.stream));
    describe(response.headers_mut(), &file.name, &file.etag, bytes.end - bytes.start);
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let last = bytes.end.saturating_sub(1);
        set(response.headers_mut(), header::CONTENT_RANGE, &format!("bytes {}-{last}/{size}", bytes.start));
    }
    Ok(response)
}

/// `HEAD`: what `GET` would say.
pub async fn head(State(app): State<App>, Path(ticket): Path<String>) -> Result<Response, Error> {
    let file = app.domain.redeem(&ticket)?.head().await?;
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), &file.name, &file.etag, file.size);
    Ok(response)
}

/// `PUT`: the whole file, visible once it is complete.
pub async fn put(
    State(app): State<App>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    let ticket = app.domain.redeem(&ticket)?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let broken = |e: axum::Error| domain::Error::Invalid(domain::Problem::UploadBroke { detail: e.to_string() });
    let etag = ticket.receive(body.into_data_stream().map_err(broken), announced).await?;
    let mut response = StatusCode::OK.into_response();
    if let Some(etag) = etag {
        set(response.headers_mut(), header::ETAG, &format!("\"{etag}\""));
    }
    Ok(response)
}

/// `OPTIONS`: pages of other origins may read, since the address says it all.
pub async fn options() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, PUT, OPTIONS");
    set(response.headers_mut(), header::ACCESS_CONTROL_ALLOW_HEADERS, "range, content-type, content-md5");
    response
}

/// Bytes of users are data, never a page of ours: no sniffing, no scripts, saved unless of a harmless type.
fn describe(headers: &mut HeaderMap, name: &str, etag: &str, length: u64) {
    let mime = mime_guess::from_path(name).first_raw().unwrap_or("application/octet-stream");
    let mime = if mime.starts_with("text/") && !SHOWN.contains(&mime) { "text/plain" } else { mime };
    let shown = SHOWN.contains(&mime);
    let text = mime.starts_with("text/");
    set(headers, header::CONTENT_TYPE, &if text { format!("{mime}; charset=utf-8") } else { mime.to_owned() });
    let how = if shown { "inline" } else { "attachment" };
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    set(headers, header::CONTENT_DISPOSITION, &format!("{how}; filename*=UTF-8''{encoded}"));
    set(headers, header::CONTENT_LENGTH, &length.to_string());
    set(headers, header::ETAG, &format!("\"{etag}\""));
    set(headers, header::ACCEPT_RANGES, "bytes");
    set(headers, header::CACHE_CONTROL, "private, max-age=86400, immutable");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    set(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
}

/// All values are made here of characters that a header can hold.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100`. Anything else, several ranges too, is answered with the whole file, as
/// HTTP allows.
fn byte_range(text: &str) -> Option<ByteRange> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    match (first.trim(), last.trim()) {
        ("", "") => None,
        ("", last) => Some(ByteRange::Last(last.parse().ok()?)),
        (first, "") => Some(ByteRange::From(first.parse().ok()?)),
        (first, last) => {
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(ByteRange::Between(first, last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_nonsense_is_the_whole_file() {
        assert_eq!(byte_range("bytes=0-0"), Some(ByteRange::Between(0, 0)));
        assert_eq!(byte_range("bytes=5-"), Some(ByteRange::From(5)));
        assert_eq!(byte_range("bytes=-5"), Some(ByteRange::Last(5)));
        for bad in ["bytes=-", "bytes=5-1", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b"] {
            assert_eq!(byte_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_page_of_a_user_is_never_shown_as_a_page() {
        let mut headers = HeaderMap::new();
        describe(&mut headers, "evil\".html", "e", 1);
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
        describe(&mut headers, "evil.svg", "e", 1);
        assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
}
