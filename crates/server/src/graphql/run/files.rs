//! A run's files.

use std::sync::Arc;

use domain::files::{FileQuery, RunFile};
use domain::policy::{Run, Update};
use domain::rfc3339;
use serde::Deserialize;

use super::RunNode;
use crate::Error;
use crate::graphql::{Connection, Ctx, NoArgs, Node, Output, Payload, Resolvers, ids};

/// A file that the caller may read.
pub struct FileNode {
    file: RunFile,
    run: domain::model::RunPath,
}

impl Node for FileNode {
    const TYPE: &'static str = "File";
}

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .field("files", files)
        .field("fileCount", |n, _: NoArgs, _| async move { Ok(n.run.file_count().await?) });
    r.object::<FileNode>()
        .get("id", |f| ids::encode_file(f.file.id, &f.run))
        .get("name", |f| f.file.name.clone())
        .get("displayName", |f| f.file.name.clone())
        .get("sizeBytes", |f| f.file.bytes)
        .get("md5", |f| f.file.md5.clone())
        .get("digest", |f| f.file.md5.clone())
        .get("mimetype", |f| mime_guess::from_path(&f.file.name).first_raw())
        .get("updatedAt", |f| rfc3339(f.file.updated_at))
        .get("directUrl", |f| f.file.url.clone())
        .get("uploadUrl", |_| None::<String>)
        .get("uploadHeaders", |_| Vec::<String>::new())
        .get("storagePath", |_| None::<String>)
        .field("url", url);
}

#[derive(Deserialize)]
struct Files {
    names: Option<Vec<Option<String>>>,
    pattern: Option<String>,
    first: Option<i64>,
    after: Option<String>,
}

async fn files(n: Arc<RunNode>, args: Files, ctx: Ctx) -> Result<impl Output, Error> {
    let names: Vec<String> = args.names.into_iter().flatten().flatten().collect();
    let first = args.first.map(|n| u32::try_from(n).unwrap_or(0));
    let query =
        FileQuery { names: names.clone(), pattern: args.pattern, first, after: args.after.filter(|a| !a.is_empty()) };
    let page = n.run.files(query).await?;
    let path = n.path();
    // Clients before 0.15.5 ask for upload addresses by listing the names that they are going to send.
    if ctx.hints.asks_for_upload_urls && !names.is_empty() {
        let run = ctx.session.allow::<Update, Run>(&path).await?;
        let items: Vec<_> = run.upload_urls(&names)?.into_iter().map(|u| (u.name.clone(), upload(u))).collect();
        let total = items.len() as u64;
        return Ok(connection(Connection { items, has_next_page: false, total: Some(total) }));
    }
    let items = page.files.into_iter().map(|file| (file.cursor(), FileNode { file, run: path.clone() })).collect();
    let total = u64::try_from(n.run.file_count().await?).ok();
    Ok(connection(Connection { items, has_next_page: page.has_next, total }))
}

/// A page of files, with the headers that old clients read off it: none are needed.
fn connection<T: Output>(page: Connection<T>) -> Payload {
    page.payload().with("uploadHeaders", Vec::<String>::new())
}

fn upload(u: domain::files::UploadUrl) -> Payload {
    Payload::new("File")
        .with("name", u.name.clone())
        .with("id", u.name.clone())
        .with("displayName", u.name)
        .with("url", u.url.clone())
        .with("uploadUrl", u.url.clone())
        .with("directUrl", u.url)
        .with("sizeBytes", 0i64)
        .with("uploadHeaders", Vec::<String>::new())
}

#[derive(Deserialize)]
struct Url {
    upload: Option<bool>,
}

/// The address to read the file, or with `upload` the one to write it.
async fn url(f: Arc<FileNode>, args: Url, ctx: Ctx) -> Result<impl Output, Error> {
    if args.upload != Some(true) {
        return Ok(f.file.url.clone());
    }
    let run = ctx.session.allow::<Update, Run>(&f.run).await?;
    Ok(run.upload_urls(std::slice::from_ref(&f.file.name))?.into_iter().map(|u| u.url).next().unwrap_or_default())
}
