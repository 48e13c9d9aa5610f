//! Files of an artifact and its manifest.

use std::sync::Arc;

use domain::artifacts::{ArtifactFile, ArtifactVersion, EntryQuery};
use domain::rfc3339;
use serde::Deserialize;

use super::{ArtifactNode, MembershipNode};
use crate::Error;
use crate::graphql::{Connection, Ctx, NoArgs, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<ArtifactNode>()
        .field("files", |a, args: Files, _| async move { files(&a.0, args).await })
        .field("filesByManifestEntries", by_entries)
        .field("currentManifest", manifest);
    r.object::<MembershipNode>().field("files", |m, args: Files, _| async move { files(&m.0, args).await });
}

#[derive(Deserialize)]
struct Files {
    first: Option<u32>,
    after: Option<String>,
    names: Option<Vec<String>>,
}

async fn files(of: &ArtifactVersion, args: Files) -> Result<Payload, Error> {
    let page = of.files(EntryQuery { names: args.names, first: args.first, after: args.after }).await?;
    let updated = rfc3339(of.row.created_at);
    let items = page.files.into_iter().map(|f| (f.cursor(), file(of.row.artifact_id, &updated, f))).collect();
    let connection = Connection { items, has_next_page: page.has_next, total: u64::try_from(page.total).ok() };
    Ok(connection.payload().with("uploadHeaders", Vec::<String>::new()))
}

fn file(artifact: i64, updated: &str, file: ArtifactFile) -> Payload {
    let mime = mime_guess::from_path(&file.name).first_raw();
    Payload::new("File")
        .with("id", ids::encode("ArtifactFile", format_args!("{artifact}:{}", file.name)))
        .with("displayName", file.name.clone())
        .with("sizeBytes", file.bytes.unwrap_or_default())
        .with("md5", file.reference.is_none().then(|| file.digest.clone()))
        .with("digest", file.digest)
        .with("mimetype", mime)
        .with("updatedAt", updated)
        .with("url", file.url.clone())
        .with("directUrl", file.url)
        .with("storagePath", file.storage_path)
        .with("uploadHeaders", Vec::<String>::new())
        .with("name", file.name)
}

#[derive(Deserialize)]
struct Entry {
    name: String,
}

#[derive(Deserialize)]
struct Entries {
    entries: Option<Vec<Entry>>,
}

/// On one page, as many as were asked for.
async fn by_entries(a: Arc<ArtifactNode>, args: Entries, _: Ctx) -> Result<impl Output, Error> {
    let names: Vec<_> = args.entries.unwrap_or_default().into_iter().map(|entry| entry.name).collect();
    if names.is_empty() {
        let none = Connection::<Payload>::whole([]);
        return Ok(none.payload().with("uploadHeaders", Vec::<String>::new()));
    }
    files(&a.0, Files { first: None, after: None, names: Some(names) }).await
}

async fn manifest(a: Arc<ArtifactNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let id = ids::encode("ArtifactManifest", a.0.row.artifact_id);
    let file = |url: String| {
        Payload::new("File")
            .with("id", id.clone())
            .with("name", "wandb_manifest.json")
            .with("displayName", "wandb_manifest.json")
            .with("sizeBytes", 0_i64)
            .with("url", url.clone())
            .with("directUrl", url)
            .with("uploadHeaders", Vec::<String>::new())
    };
    let url = a.0.manifest_url().await?;
    Ok(url.map(|url| Payload::new("ArtifactManifest").with("id", id.clone()).with("file", file(url))))
}
