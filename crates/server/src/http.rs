//! Routes beside GraphQL, one file each.

pub mod blob;
pub mod file_stream;
pub mod health;
pub mod live;
pub mod series;
pub mod sign_in;
mod throttle;

pub use throttle::Throttle;

use axum::body::{Body, Bytes};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::Error;

/// Reads a whole body of at most `limit` bytes (after decompression: that is how a small request becomes a large one).
pub async fn read(body: Body, limit: usize) -> Result<Bytes, Error> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::TooLarge(limit)),
        Err(error) => Err(Error::BadRequest(format!("The request's body broke off: {error}."))),
    }
}

/// Parses a small JSON body.
pub fn json<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|e| Error::BadRequest(format!("The request's body is not the JSON expected here: {e}.")))
}
