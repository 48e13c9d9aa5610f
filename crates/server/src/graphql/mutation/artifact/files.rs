//! Where to send the files of an artifact.

use domain::Problem;
use domain::artifacts::{FileSpec, FileUpload, encode_artifact_id};
use serde::Deserialize;

use super::changed;
use crate::Error;
use crate::graphql::{Connection, Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createArtifactFiles", create_files);
    r.mutation("completeMultipartUploadArtifact", complete);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateFiles {
    artifact_files: Vec<Spec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    name: String,
    md5: String,
    upload_parts_input: Option<Vec<PartSpec>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PartSpec {
    part_number: i64,
    #[serde(rename = "hexMD5")]
    hex_md5: String,
}

/// One answer for each file, in order.
async fn create_files(input: CreateFiles, ctx: Ctx) -> Result<impl Output, Error> {
    let mut files = Vec::with_capacity(input.artifact_files.len());
    let mut specs = input.artifact_files.into_iter().peekable();
    while let Some(first) = specs.next() {
        let id = first.artifact_id.clone();
        let mut same = vec![first];
        while let Some(next) = specs.next_if(|next| next.artifact_id == id) {
            same.push(next);
        }
        let artifact = changed(&ctx, &id).await?;
        let same: Vec<_> = same.into_iter().map(spec).collect();
        files.extend(artifact.create_files(&same).await?.into_iter().map(file));
    }
    let connection = Connection::whole(files).payload().with("uploadHeaders", Vec::<String>::new());
    Ok(Payload::new("CreateArtifactFilesPayload").with("files", connection))
}

fn spec(spec: Spec) -> FileSpec {
    let parts = spec.upload_parts_input.filter(|parts| !parts.is_empty());
    let parts = parts.map(|parts| parts.into_iter().map(|part| (part.part_number, part.hex_md5)).collect());
    FileSpec { name: spec.name, md5: spec.md5, parts }
}

/// Objects are checked against the digest in their address: no headers are needed.
fn file(file: FileUpload) -> Payload {
    let birth = encode_artifact_id(file.birth);
    let multipart = file.multipart.map(|upload| {
        let part = |part: domain::artifacts::Part| {
            Payload::new("UploadUrlPart").with("partNumber", part.number).with("uploadUrl", part.url)
        };
        Payload::new("UploadMultipartUrls")
            .with("uploadID", ids::encode(UPLOAD, upload.id))
            .with("uploadUrlParts", upload.parts.into_iter().map(part).collect::<Vec<_>>())
    });
    Payload::new("File")
        .with("id", ids::encode("ArtifactFile", &file.storage_path))
        .with("name", file.name.clone())
        .with("displayName", file.name)
        .with("md5", file.md5)
        .with("sizeBytes", 0_i64)
        .with("storagePath", file.storage_path)
        .with("directUrl", file.url.clone().unwrap_or_default())
        .with("uploadUrl", file.url)
        .with("uploadHeaders", Vec::<String>::new())
        .with("uploadMultipartUrls", multipart)
        .with("artifact", Payload::new("Artifact").with("id", birth))
}

const UPLOAD: &str = "ArtifactUpload";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complete {
    #[serde(rename = "artifactID")]
    artifact_id: String,
    storage_path: String,
    #[serde(rename = "uploadID")]
    upload_id: String,
}

async fn complete(input: Complete, ctx: Ctx) -> Result<impl Output, Error> {
    let artifact = changed(&ctx, &input.artifact_id).await?;
    let upload = ids::decode_number(UPLOAD, &input.upload_id).map_err(|_| {
        domain::Error::Invalid(Problem::NotFound { what: domain::Thing::Upload, name: input.upload_id.clone() })
    })?;
    let digest = artifact.complete_parts(upload, &input.storage_path).await?;
    Ok(Payload::new("CompleteMultipartUploadArtifactPayload").with("digest", digest))
}
