//! `changeRuns`: tags, group, notes, stopping and deleting of many runs.

use domain::model::ProjectPath;
use domain::policy::{Denied, Project, Read};
use domain::run_table::RunsChange;
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("changeRuns", change_runs);
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
    };
    let done = project.change_runs(change).await?;
    let reason = |denied: Denied| {
        let message = Error::from(domain::Error::from(denied)).answer(&ctx.voice()).message;
        message.lines().next().unwrap_or_default().to_owned()
    };
    Ok(Payload::new("ChangeRunsPayload")
        .with("changed", done.changed)
        .with("refused", done.refused)
        .with("reasons", done.reasons.into_iter().map(reason).collect::<Vec<_>>()))
}
