//! What only older clients ask for (`schema/legacy.graphql`) and no other file has the words for.

use std::sync::Arc;

use domain::model::ProjectPath;
use domain::policy::{LogArtifact, Place};
use serde::Deserialize;
use serde_json::{Value, json};

use super::artifact::TypeNode;
use super::project::ProjectNode;
use super::run::RunNode;
use super::user::UserNode;
use super::{Ctx, NoArgs, Output, Payload, Resolvers};
use crate::Error;

/// Where the client writes what it knows of its machine.
const METADATA: &str = "wandb-metadata.json";
/// More of it is not read.
const MOST_METADATA: u64 = 1 << 20;

pub(super) fn register(r: &mut Resolvers) {
    // Projects keep neither.
    r.object::<ProjectNode>().get("repo", |_| None::<String>).get("dockerImage", |_| None::<String>);
    r.object::<UserNode>().get("userInfo", |_| None::<String>);
    r.object::<RunNode>().field("runInfo", run_info);
    r.mutation("createArtifactType", create_artifact_type);
}

/// None when the run has no metadata, or such as no client writes.
async fn run_info(n: Arc<RunNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let Some(bytes) = n.run.small_file(METADATA, MOST_METADATA).await? else { return Ok(None) };
    Ok(serde_json::from_slice(&bytes).ok().map(|told| info(&told)))
}

fn info(told: &Value) -> Value {
    let text = |name: &str| told[name].as_str();
    let number = |name: &str| told[name].as_i64();
    json!({
        "program": text("program"),
        "args": told["args"].as_array().map(|args| args.iter().filter_map(Value::as_str).collect::<Vec<_>>()),
        "os": text("os"),
        "python": text("python"),
        "colab": text("colab"),
        "executable": text("executable"),
        "codeSaved": told["codeSaved"].as_bool(),
        "cpuCount": number("cpu_count"),
        "gpuCount": number("gpu_count").or(number("gpucount")),
        "gpu": text("gpu"),
        "git": told["git"].as_object().map(|git| json!({ "remote": git.get("remote"), "commit": git.get("commit") })),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateArtifactType {
    entity_name: String,
    project_name: String,
    name: String,
    description: Option<String>,
}

async fn create_artifact_type(input: CreateArtifactType, ctx: Ctx) -> Result<impl Output, Error> {
    let path = ProjectPath::new(input.entity_name, input.project_name);
    let place = ctx.session.allow::<LogArtifact, Place>(&path.place()).await?;
    let (project, made) = place.create_artifact_type(&input.name, input.description.as_deref()).await?;
    Ok(Payload::new("CreateArtifactTypePayload").with("artifactType", TypeNode::new(project, made)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_of_any_client_is_told_and_odd_values_are_left_out() {
        let told = info(&json!({
            "program": "train.py", "args": ["--lr", "0.1", 3], "gpucount": 2, "cpu_count": 8, "os": 7,
            "git": { "remote": "git@example.org:a.git", "commit": "abc", "more": 1 },
        }));
        assert_eq!(told["args"], json!(["--lr", "0.1"]));
        assert_eq!((&told["gpuCount"], &told["cpuCount"], &told["os"]), (&json!(2), &json!(8), &Value::Null));
        assert_eq!(told["git"], json!({ "remote": "git@example.org:a.git", "commit": "abc" }));
        assert_eq!(info(&json!({}))["git"], Value::Null);
    }
}
