//! Sweeps: making and changing them, and the agents that work for them.

use domain::Problem;
use domain::model::{ProjectPath, SweepPath};
use domain::policy::{Place, Read, RunAgent, StartSweep, Sweep, Update};
use domain::sweeps::{Command, NewSweep, SweepEdit};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Error;
use crate::graphql::project::default_entity;
use crate::graphql::sweep::SweepNode;
use crate::graphql::{Ctx, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("upsertSweep", upsert_sweep);
    r.mutation("createAgent", create_agent);
    r.mutation("agentHeartbeat", agent_heartbeat);
}

/// Null means "leave as it is".
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpsertSweep {
    id: Option<String>,
    entity_name: Option<String>,
    project_name: Option<String>,
    config: Option<String>,
    description: Option<String>,
    display_name: Option<String>,
    state: Option<String>,
    prior_runs_filters: Option<String>,
    controller: Option<String>,
    scheduler: Option<String>,
    launch_scheduler: Option<String>,
}

async fn upsert_sweep(input: UpsertSweep, ctx: Ctx) -> Result<impl Output, Error> {
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let sweep = match text(&input.id) {
        Some(id) => {
            let sweep = ctx.session.allow::<Update, Sweep>(&ids::decode_sweep(&id)?).await?;
            input.refuse_schedulers()?;
            let state = text(&input.state).map(|state| state.to_uppercase().parse()).transpose()?;
            let (config, display_name) = (text(&input.config), input.display_name);
            sweep.edit(SweepEdit { state, config, display_name, description: input.description }).await?;
            let path = sweep.resource().project.path();
            let project = ctx.session.allow::<Read, domain::policy::Project>(&path).await?;
            SweepNode::find(project, &sweep.resource().name).await?
        }
        None => {
            let entity = default_entity(&ctx, input.entity_name.clone());
            let project = text(&input.project_name).unwrap_or_else(|| super::DEFAULT_PROJECT.to_owned());
            let path = ProjectPath::new(entity, project);
            let place = ctx.session.allow::<StartSweep, Place>(&path.place()).await?;
            input.refuse_schedulers()?;
            let Some(config) = text(&input.config) else {
                return Err(Error::Domain(domain::Error::Invalid(Problem::SweepNoConfig)));
            };
            let new = NewSweep {
                config,
                display_name: input.display_name,
                description: input.description,
                prior_runs: text(&input.prior_runs_filters),
            };
            let made = place.create_sweep(new).await?;
            SweepNode::find(made.project, &made.sweep.name).await?
        }
    };
    let no_warnings: Vec<String> = Vec::new();
    Ok(Payload::new("UpsertSweepPayload").with("sweep", sweep).with("configValidationWarnings", no_warnings))
}

impl UpsertSweep {
    /// Who else could choose the points: nobody does here. The client sends the text `null` for none.
    fn refuse_schedulers(&self) -> Result<(), Error> {
        for (option, given) in [
            ("controller", &self.controller),
            ("scheduler", &self.scheduler),
            ("launchScheduler", &self.launch_scheduler),
        ] {
            if given.as_ref().is_some_and(|text| !matches!(text.trim(), "" | "null" | "{}")) {
                return Err(Error::Domain(domain::Error::Invalid(Problem::SweepOption { option: option.to_owned() })));
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateAgent {
    entity_name: Option<String>,
    project_name: Option<String>,
    sweep: String,
    host: String,
}

async fn create_agent(input: CreateAgent, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, input.entity_name);
    let project =
        input.project_name.filter(|project| !project.is_empty()).unwrap_or_else(|| super::DEFAULT_PROJECT.to_owned());
    let path = SweepPath::new(entity, project, input.sweep);
    let sweep = ctx.session.allow::<RunAgent, Sweep>(&path).await?;
    let agent = sweep.create_agent(&input.host).await?;
    let node = Payload::new("Agent")
        .with("id", ids::encode_agent(agent.id, &sweep.resource().path()))
        .with("name", agent.name)
        .with("host", input.host);
    Ok(Payload::new("CreateAgentPayload").with("agent", node))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AgentHeartbeat {
    id: String,
    run_state: Option<String>,
}

/// `commands` is a list as text: the client reads it as JSON, also when there is nothing to do.
async fn agent_heartbeat(input: AgentHeartbeat, ctx: Ctx) -> Result<impl Output, Error> {
    let (agent, path) = ids::decode_agent(&input.id)?;
    let sweep = ctx.session.allow::<RunAgent, Sweep>(&path).await?;
    let running = running(input.run_state.as_deref().unwrap_or_default());
    let commands: Vec<Value> = sweep.heartbeat(agent, &running).await?.into_iter().map(command).collect();
    let node = Payload::new("Agent").with("id", input.id);
    Ok(Payload::new("AgentHeartbeatPayload").with("agent", node).with("commands", Value::from(commands).to_string()))
}

/// The runs of `{"RUN": true}`.
fn running(text: &str) -> Vec<String> {
    let state: serde_json::Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    state.into_iter().filter(|(_, runs)| *runs != false).map(|(run, _)| run).collect()
}

fn command(command: Command) -> Value {
    match command {
        Command::Run { run, program, args } => {
            json!({ "type": "run", "run_id": run, "program": program, "args": args })
        }
        Command::Resume { run, program, args } => {
            json!({ "type": "resume", "run_id": run, "program": program, "args": args })
        }
        Command::Stop { run } => json!({ "type": "stop", "run_id": run }),
        Command::Exit => json!({ "type": "exit" }),
    }
}
