//! `/artifactsV2/…` and `/artifacts/…`: one file of an artifact by its digest, for clients that could not use a signed
//! address. The answer leads to one.

use axum::extract::OriginalUri;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::artifacts::decode_artifact_id;
use domain::model::ProjectPath;
use domain::policy::{Project, Read, Session};
use domain::{Error as Domain, Thing};

use crate::Error;
use crate::session::Caller;

/// `GET /artifactsV2/{region}/{entity}/{project}/{collection}[/{artifact}]/{birth artifact}/{hex md5}/{name}`, where the birth
/// artifact may be empty.
pub async fn v2(caller: Result<Caller, Error>, OriginalUri(uri): OriginalUri) -> Result<Response, Error> {
    let Caller(session) = caller?;
    let parts = segments(uri.path());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let found = match parts.as_slice() {
        [_, _, entity, project, collection, artifact, _birth, md5, name] => {
            by_artifact(&session, (entity, project, collection), artifact, md5, name).await?
        }
        [_, _, entity, project, collection, _birth, md5, name] => {
            by_collection(&session, (entity, project, collection), md5, name).await?
        }
        _ => return Err(Error::NoRoute(uri.path().to_owned())),
    };
    redirect(found, uri.path())
}

/// `GET /artifacts/{entity}/{hex md5}`.
pub async fn v1(caller: Result<Caller, Error>, OriginalUri(uri): OriginalUri) -> Result<Response, Error> {
    let Caller(session) = caller?;
    let parts = segments(uri.path());
    let found = match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, entity, md5] => match base64_of(md5) {
            Some(md5) => session.artifact_bytes(entity, &md5).await?,
            None => None,
        },
        _ => return Err(Error::NoRoute(uri.path().to_owned())),
    };
    redirect(found, uri.path())
}

type At<'a> = (&'a str, &'a str, &'a str);

async fn by_artifact(session: &Session, at: At<'_>, id: &str, md5: &str, name: &str) -> Result<Option<String>, Error> {
    let (Some(id), Some(md5)) = (decode_artifact_id(id), base64_of(md5)) else {
        return by_collection(session, at, md5, name).await;
    };
    match session.artifact(id).await? {
        Some(artifact) => Ok(artifact.address_by_digest(&md5, name).await?),
        None => Ok(None),
    }
}

/// Digests alone open nothing: the bytes must be in a version of the collection, which the caller may read.
async fn by_collection(
    session: &Session,
    (entity, project, collection): At<'_>,
    md5: &str,
    name: &str,
) -> Result<Option<String>, Error> {
    let Some(md5) = base64_of(md5) else { return Ok(None) };
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    Ok(project.artifact_bytes(Some(collection), &md5, name).await?)
}

fn redirect(found: Option<String>, path: &str) -> Result<Response, Error> {
    let missing = || Error::from(Domain::not_found(Thing::File, path.rsplit('/').next().unwrap_or_default()));
    let address = HeaderValue::from_str(&found.ok_or_else(missing)?).map_err(Error::fault)?;
    Ok((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, address)]).into_response())
}

/// The decoded parts of a path, empty ones included.
fn segments(path: &str) -> Vec<String> {
    let decode = |part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    path.trim_start_matches('/').split('/').map(decode).collect()
}

/// An MD5 in hex as base64.
fn base64_of(hex: &str) -> Option<String> {
    let byte = |n: usize| u8::from_str_radix(hex.get(2 * n..2 * n + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..16).map(byte).collect();
    bytes.filter(|_| hex.len() == 32).map(|bytes| BASE64_STANDARD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parts_of_a_path_are_parts() {
        assert_eq!(segments("/artifactsV2/default/a/p%2Fq//x"), ["artifactsV2", "default", "a", "p/q", "", "x"]);
        assert_eq!(base64_of("900150983cd24fb0d6963f7d28e17f72").as_deref(), Some("kAFQmDzST7DWlj99KOF/cg=="));
        assert_eq!(base64_of("é00150983cd24fb0d6963f7d28e17f7"), None);
    }
}
