//! `POST /graphql`

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::policy::ClientVersion;

use super::context::Hints;
use super::{Ctx, Request};
use crate::error::Encoding;
use crate::http::metrics::count_denial;
use crate::http::{json, read};
use crate::scope::Scope;
use crate::session::{Caller, agent_version, parse_version};
use crate::{App, Error};

/// The first client that prints the body of a 403 clean.
const PRINTS_403: ClientVersion = (0, 26, 0);

/// Operations whose 403 even new clients show as raw JSON.
const SHOWN_RAW: [&str; 3] = ["RunResumeStatus", "RewindRun", "CreateArtifact"];

/// Operations in the middle of a run: nobody waits for their answer, but new clients print the body of one that is not 200.
const IN_PASSING: [&str; 5] = [
    "CreateRunFiles",
    "NotifyScriptableRunAlert",
    "OrganizationCoreWeaveOrganizationID",
    "RunStoppedStatus",
    "ServerFeaturesQuery",
];

/// Answers one GraphQL request: `{"data":…}` with status 200, or exactly one error.
pub async fn answer(
    State(app): State<App>,
    Extension(scope): Extension<Scope>,
    caller: Result<Caller, Error>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut encoding = Encoding::Status;
    match execute(&app, &scope, caller, &headers, body, &mut encoding).await {
        Ok(data) => {
            let mut text = String::from("{\"data\":");
            text.push_str(&data);
            text.push('}');
            let json = HeaderValue::from_static("application/json; charset=utf-8");
            ([(header::CONTENT_TYPE, json)], text).into_response()
        }
        Err(error) => {
            if let Some(cause) = error.private_cause() {
                scope.set_cause(cause);
            }
            count_denial(&error);
            error.answer(&scope.voice()).graphql(encoding)
        }
    }
}

async fn execute(
    app: &App,
    scope: &Scope,
    caller: Result<Caller, Error>,
    headers: &HeaderMap,
    body: Body,
    encoding: &mut Encoding,
) -> Result<String, Error> {
    let request: Request = json(&read(body, app.config.graphql_body_limit).await?)?;
    let version = agent_version(headers).or_else(|| version(&request));
    *encoding = printed_clean(&request, version);
    // Only now: what is wrong with a key is said as the client prints it, too.
    let Caller(session) = caller?;
    let hints = Hints {
        version,
        asks_for_texts: ["config", "wandbConfig", "summaryMetrics", "systemMetrics", "historyKeys"]
            .iter()
            .any(|f| request.query.contains(f)),
        shared_writer: headers.contains_key("x-wandb-client-id"),
        measures_size: measures_size(&request),
        sweep: sweep(&request),
        asks_for_upload_urls: request.query.contains("upload: true") && request.query.contains("uploadHeaders"),
    };
    let ctx = Ctx::new(session, app.clone(), scope.clone(), hints);
    let data = app.engine.execute(request, ctx).await?;
    serde_json::to_string(&data).map_err(Error::fault)
}

/// How an error arrives clean in the terminal of who asks.
fn printed_clean(request: &Request, version: Option<ClientVersion>) -> Encoding {
    let name = request.operation_name.as_deref().unwrap_or_default();
    if SHOWN_RAW.contains(&name) || IN_PASSING.contains(&name) || version.is_some_and(|version| version < PRINTS_403) {
        return Encoding::Ok;
    }
    // Only the first one of a run names the machine. The body of a later one is printed as it came.
    let goes_on = || request.variables.as_ref().is_none_or(|all| !all["host"].is_string());
    if name == "UpsertBucket" && goes_on() { Encoding::Text } else { Encoding::Status }
}

/// A description of megabytes, for a run without a name.
fn measures_size(request: &Request) -> bool {
    let text = |name: &str| request.variables.as_ref().and_then(|all| all.get(name)?.as_str());
    text("runName") == Some("") && text("desc").is_some_and(|desc| desc.len() > 1 << 20)
}

/// The client asks for a sweep and its project in one document; only its variables name both.
fn sweep(request: &Request) -> Option<String> {
    let all = request.variables.as_ref().filter(|_| request.query.contains("sweep(sweepName:"))?;
    let name = all.get("sweep").or_else(|| all.get("name"))?.as_str()?;
    Some(name.to_owned())
}

/// `wandb-core` does not name its version, but the config of a new run does: `_wandb.value.cli_version`.
fn version(request: &Request) -> Option<ClientVersion> {
    let config = request.variables.as_ref()?.get("config")?.as_str()?;
    let config: serde_json::Value = serde_json::from_str(config).ok()?;
    parse_version(config.pointer("/_wandb/value/cli_version")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn encoding(operation: &str, variables: serde_json::Value) -> Encoding {
        let body = json!({ "query": "", "operationName": operation, "variables": variables });
        let request: Request = serde_json::from_value(body).unwrap();
        printed_clean(&request, version(&request))
    }

    #[test]
    fn every_operation_is_refused_as_its_client_prints_it_clean() {
        let config = |version: &str| json!({ "_wandb": { "value": { "cli_version": version } } }).to_string();
        assert_eq!(encoding("UpsertBucket", json!({ "host": "vm", "config": config("0.31.0") })), Encoding::Status);
        assert_eq!(encoding("UpsertBucket", json!({ "host": null, "config": config("0.31.0") })), Encoding::Text);
        assert_eq!(encoding("UpsertBucket", json!({ "host": null, "config": config("0.25.1") })), Encoding::Ok);
        assert_eq!(encoding("CreateRunFiles", json!({})), Encoding::Ok);
        assert_eq!(encoding("RunResumeStatus", json!({})), Encoding::Ok);
        assert_eq!(encoding("Viewer", json!({})), Encoding::Status);
    }
}
