//! `upsertBucket`: how `wandb.init` creates a run, resumes it, and tells later what changed; also `run.update()`.

use std::ops::Range;

use domain::model::RunPath;
use domain::policy::{ClientVersion, Run, Update};
use domain::runs::{RunChange, RunUpsert};
use serde::Deserialize;
use serde_json::json;

use crate::Error;
use crate::graphql::mutation::DEFAULT_PROJECT;
use crate::graphql::project::default_entity;
use crate::graphql::run::RunNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

/// The first client that names a run that it resumes by its storage id.
const TELLS_RESUMING: ClientVersion = (0, 18, 0);

/// Clients that, when this answer counts history lines, forget what `RunResumeStatus` or `rewindRun` told them of history,
/// system metrics and console, and write the latter two from line 0 again. Told 0, they go on where they should.
const FORGET_OFFSETS: Range<ClientVersion> = (0, 20, 0)..(0, 28, 2);

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("upsertBucket", upsert_bucket);
}

/// Null means "leave as it is".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpsertBucket {
    id: Option<String>,
    name: Option<String>,
    entity_name: Option<String>,
    model_name: Option<String>,
    display_name: Option<String>,
    config: Option<String>,
    summary_metrics: Option<String>,
    tags: Option<Vec<String>>,
    notes: Option<String>,
    description: Option<String>,
    group_name: Option<String>,
    job_type: Option<String>,
    host: Option<String>,
    job_program: Option<String>,
    job_repo: Option<String>,
    commit: Option<String>,
    sweep: Option<String>,
    state: Option<String>,
}

async fn upsert_bucket(input: UpsertBucket, ctx: Ctx) -> Result<impl Output, Error> {
    let (id, name) = (input.id.clone().filter(|id| !id.is_empty()), input.name.clone().filter(|n| !n.is_empty()));
    // Clients up to 0.16 read the messages without looking whether there are settings.
    let payload = Payload::new("UpsertBucketPayload").with("serverSettings", json!({ "serverMessages": [] }));
    match (&id, name) {
        // `run.update()`: the storage id says which run.
        (Some(id), None) => {
            let run = ctx.session.allow::<Update, Run>(&ids::decode_run(id)?).await?;
            run.edit(input.change()?).await?;
            Ok(payload.with("bucket", RunNode::load(run.read()).await?).with("inserted", false))
        }
        (id, name) => {
            let entity = default_entity(&ctx, input.entity_name.clone());
            let project =
                input.model_name.clone().filter(|p| !p.is_empty()).unwrap_or_else(|| DEFAULT_PROJECT.to_owned());
            let path = RunPath::new(entity, project, name.as_deref().unwrap_or_default());
            let sweep = input.sweep.as_deref().unwrap_or_default();
            let place = ctx.session.allow_in_sweep(&path, sweep).await?;
            let resuming = id.is_some();
            let upsert = RunUpsert {
                name,
                resuming,
                resumes_untold: ctx.hints.version.is_some_and(|version| version < TELLS_RESUMING),
                shared: ctx.hints.shared_writer,
                change: input.change()?,
            };
            let done = place.upsert_run(upsert).await?;
            let forgets = ctx.hints.version.is_some_and(|version| FORGET_OFFSETS.contains(&version));
            let lines = if resuming && forgets { 0 } else { done.history_line_count };
            let bucket = RunNode::load(done.run.read()).await?.with_history_lines(lines);
            Ok(payload.with("bucket", bucket).with("inserted", done.inserted))
        }
    }
}

impl UpsertBucket {
    fn change(self) -> Result<RunChange, Error> {
        Ok(RunChange {
            display_name: self.display_name,
            config: self.config,
            merge_config: false,
            tags: self.tags,
            notes: self.notes,
            description: self.description,
            group: self.group_name,
            job_type: self.job_type,
            host: self.host,
            program: self.job_program,
            repo: self.job_repo,
            commit: self.commit,
            sweep: self.sweep,
            state: self.state.filter(|s| !s.is_empty()).map(|s| s.parse()).transpose()?,
            summary: self.summary_metrics,
        })
    }
}
