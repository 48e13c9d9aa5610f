//! Routes beside GraphQL, one file each.

pub mod artifact;
pub mod audit;
pub mod blob;
pub mod explain;
pub mod export;
pub mod file_stream;
pub mod health;
mod intake;
pub mod invitation;
pub mod limits;
pub mod live;
pub mod logs;
pub mod metrics;
pub mod oidc;
pub mod series;
pub mod server;
pub mod sign_in;
pub mod tables;
mod throttle;

pub use intake::Intake;
pub use throttle::Throttle;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, header};
use history::json::without_broken_characters;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde_json::error::Category;

use crate::{Error, Problem};

/// Reads a whole body of at most `limit` bytes (after decompression: that is how a small request becomes a large one).
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Error> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::TooLarge(limit)),
        Err(error) => Err(Error::BadRequest(Problem::BodyBroke { detail: error.to_string() })),
    }
}

/// Parses a JSON body. Python's JSON may hold halves of characters (bytes of a terminal that were no text): they are
/// replaced, since an error would cost a run all its data.
pub fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .or_else(|e| match e.classify() {
            Category::Syntax => serde_json::from_str(&without_broken_characters(bytes)).map_err(|_| e),
            _ => Err(e),
        })
        .map_err(|e| Error::BadRequest(Problem::BodyNotJson { detail: e.to_string() }))
}

/// The header that has a browser keep an answer as a file of this name; what a header cannot say becomes `_`.
pub fn attachment(name: &str) -> (HeaderName, String) {
    let safe = |c: char| if c.is_ascii() && !c.is_control() && !matches!(c, '"' | '\\') { c } else { '_' };
    (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", name.chars().map(safe).collect::<String>()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn broken_characters_are_replaced_and_broken_json_is_refused() {
        let parse = |body: &[u8]| super::json::<Vec<String>>(body).ok();
        assert_eq!(parse(b"[\"a\\udcff\", \"\xff\"]").unwrap(), ["a\u{fffd}", "\u{fffd}"]);
        for broken in [&b""[..], b"[", b"[\"\xff\"", b"\xff", b"[1]", b"[\"\\"] {
            assert!(parse(broken).is_none(), "{broken:?}");
        }
    }
}
