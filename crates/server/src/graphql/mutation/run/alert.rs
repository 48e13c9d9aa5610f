//! `notifyScriptableRunAlert`: `run.alert()`.

use domain::model::RunPath;
use domain::policy::{Run, Update};
use domain::runs::{AlertSeverity, NewAlert};
use serde::Deserialize;

use crate::Error;
use crate::graphql::{Ctx, Output, Payload, Resolvers};

/// Milliseconds in which a repeat is dropped unless the client says otherwise; the client's own default.
const DEFAULT_WAIT: i64 = 60_000;

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("notifyScriptableRunAlert", alert);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    entity_name: String,
    project_name: String,
    run_name: String,
    title: String,
    text: String,
    severity: Option<String>,
    /// Integer milliseconds.
    wait_duration: Option<serde_json::Number>,
}

async fn alert(input: Alert, ctx: Ctx) -> Result<impl Output, Error> {
    let path = RunPath::new(input.entity_name, input.project_name, input.run_name);
    let run = ctx.session.allow::<Update, Run>(&path).await?;
    let severity = input.severity.map_or(Ok(AlertSeverity::Info), |s| s.parse())?;
    let wait_ms = input.wait_duration.and_then(|n| n.as_i64()).unwrap_or(DEFAULT_WAIT);
    run.alert(NewAlert { title: input.title, text: input.text, severity, wait_ms }).await?;
    Ok(Payload::new("NotifyScriptableRunAlertPayload").with("success", true))
}
