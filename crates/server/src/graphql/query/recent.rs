//! What happened lately, over all projects that the caller may read.

use domain::policy::{Allowed, Read, Run};
use domain::runs::{RecentQuery, RunDetails};
use serde::Deserialize;

use crate::Error;
use crate::graphql::run::{RunNode, alert};
use crate::graphql::{Ctx, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.query("recentRuns", runs);
    r.query("recentAlerts", alerts);
}

#[derive(Deserialize)]
struct Runs {
    first: Option<u32>,
    states: Option<Vec<String>>,
    search: Option<String>,
    entity: Option<String>,
}

#[derive(Deserialize)]
struct First {
    first: Option<u32>,
}

/// How many, when nothing says so, and at most.
fn most(first: Option<u32>) -> u32 {
    first.unwrap_or(20).min(100)
}

async fn runs(args: Runs, ctx: Ctx) -> Result<impl Output, Error> {
    let states = args.states.unwrap_or_default().iter().map(|state| state.parse()).collect::<Result<_, _>>()?;
    let search = args.search.unwrap_or_default();
    let query = RecentQuery { most: most(args.first), states, search, entity: args.entity };
    let node = |(run, details): (Allowed<Read, Run>, RunDetails)| RunNode::new(run, details);
    Ok(ctx.session.recent_runs(query).await?.into_iter().map(node).collect::<Vec<_>>())
}

async fn alerts(args: First, ctx: Ctx) -> Result<impl Output, Error> {
    let found = ctx.session.recent_alerts(most(args.first)).await?.into_iter();
    let payload = |(told, (run, details))| {
        Payload::new("RunAlert").with("alert", alert(told)).with("run", RunNode::new(run, details))
    };
    Ok(found.map(payload).collect::<Vec<_>>())
}
