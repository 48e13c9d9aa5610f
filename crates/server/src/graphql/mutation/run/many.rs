//! `changeRuns`: tags, group, notes, stopping, deleting, restoring and moving of many runs; `emptyTrash`.

use domain::model::ProjectPath;
use domain::policy::{Project, Read};
use domain::run_table::RunsChange;
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("changeRuns", change_runs);
    r.mutation("emptyTrash", empty_trash);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChangeRuns {
    entity_name: String,
    project_name: String,
    names: Option<Vec<String>>,
    filters: Option<String>,
    add_tags: Option<Vec<String>>,
    remove_tags: Option<Vec<String>>,
    group_name: Option<String>,
    notes: Option<String>,
    stop: Option<bool>,
    delete: Option<bool>,
    restore: Option<bool>,
    move_to: Option<String>,
    dry_run: Option<bool>,
}

async fn change_runs(input: ChangeRuns, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.project_name);
    let project = ctx.session.allow::<Read, Project>(&path).await?;
    let change = RunsChange {
        names: input.names,
        filters: input.filters,
        add_tags: input.add_tags.unwrap_or_default(),
        remove_tags: input.remove_tags.unwrap_or_default(),
        group: input.group_name,
        notes: input.notes,
        stop: input.stop.unwrap_or(false),
        delete: input.delete.unwrap_or(false),
        restore: input.restore.unwrap_or(false),
        move_to: input.move_to.filter(|name| !name.is_empty()),
        dry_run: input.dry_run.unwrap_or(false),
    };
    let done = project.change_runs(change).await?;
    let reason = |why: domain::Error| {
        let message = Error::from(why).answer(&ctx.voice()).message;
        message.lines().next().unwrap_or_default().to_owned()
    };
    Ok(Payload::new("ChangeRunsPayload")
        .with("changed", done.changed)
        .with("refused", done.refused)
        .with("reasons", done.reasons.into_iter().map(reason).collect::<Vec<_>>())
        .with("bytes", done.bytes as f64))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EmptyTrash {
    entity_name: String,
    project_name: String,
    names: Option<Vec<String>>,
}

async fn empty_trash(input: EmptyTrash, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.project_name);
    let project = ctx.session.allow::<Read, Project>(&path).await?;
    let emptied = project.empty_trash(input.names.as_deref()).await?;
    Ok(Payload::new("EmptyTrashPayload").with("removed", emptied.removed).with("bytes", emptied.bytes as f64))
}
