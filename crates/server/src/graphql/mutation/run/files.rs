//! Run files: addresses to send them to, and deleting them.

use std::collections::BTreeMap;

use domain::model::RunPath;
use domain::policy::{Run, Update};
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("createRunFiles", create_run_files);
    r.mutation("markRunFilesUploaded", mark_run_files_uploaded);
    r.mutation("deleteFiles", delete_files);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RunFiles {
    entity_name: String,
    project_name: String,
    run_name: String,
    files: Vec<String>,
}

impl RunFiles {
    fn path(&self) -> RunPath {
        RunPath::new(&self.entity_name, &self.project_name, &self.run_name)
    }
}

/// One address for each name, in order. The address itself is the proof for the upload; no header is needed.
async fn create_run_files(input: RunFiles, ctx: Ctx) -> Result<impl Output, Error> {
    let run = ctx.session.allow::<Update, Run>(&input.path()).await?;
    let file = |f: domain::files::UploadUrl| Payload::new("File").with("name", f.name).with("uploadUrl", f.url);
    let files: Vec<_> = run.upload_urls(&input.files)?.into_iter().map(file).collect();
    Ok(Payload::new("CreateRunFilesPayload")
        .with("runID", ids::encode_run(&run.resource().path()))
        .with("uploadHeaders", Vec::<String>::new())
        .with("files", files))
}

/// The server sees every upload itself, so there is nothing left to mark; whoever may not write is still told so.
async fn mark_run_files_uploaded(input: RunFiles, ctx: Ctx) -> Result<impl Output, Error> {
    ctx.session.allow::<Update, Run>(&input.path()).await?;
    Ok(Payload::new("MarkRunFilesUploadedPayload").with("success", true))
}

#[derive(Deserialize)]
struct DeleteFiles {
    files: Vec<String>,
}

async fn delete_files(input: DeleteFiles, ctx: Ctx) -> Result<impl Output, Error> {
    let mut by_run: BTreeMap<String, (RunPath, Vec<i64>)> = BTreeMap::new();
    for id in &input.files {
        let (file, path) = ids::decode_file(id)?;
        by_run.entry(path.to_string()).or_insert_with(|| (path, Vec::new())).1.push(file);
    }
    // Every run is asked about before the first file goes.
    let mut allowed = Vec::new();
    for (path, files) in by_run.into_values() {
        allowed.push((ctx.session.allow::<Update, Run>(&path).await?, files));
    }
    for (run, files) in allowed {
        run.delete_files(&files).await?;
    }
    Ok(Payload::new("DeleteFilesPayload").with("success", true))
}
