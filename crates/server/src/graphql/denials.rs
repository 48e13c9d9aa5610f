//! Denials opened by their reference, requests for access, and "would this be allowed, and why".

mod explain;
mod requests;

use std::sync::Arc;

use domain::denials::Denial;
use domain::rfc3339;
use serde::Deserialize;

use super::{Ctx, NoArgs, Node, Output, Payload, Resolvers};
use crate::Error;
use crate::explain::Explained;
use crate::messages::{self, Denial as Words};
pub use requests::RequestNode;

/// A denial that the viewer may open.
pub struct DenialNode(pub Denial);

impl Node for DenialNode {
    const TYPE: &'static str = "Denial";
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.query("denial", denial);
    r.object::<DenialNode>()
        .get("reference", |d| d.0.reference.clone())
        .get("createdAt", |d| rfc3339(d.0.created_at))
        .get("expiresAt", |d| rfc3339(d.0.expires_at))
        .get("mine", |d| d.0.mine)
        .get("mayRequest", |d| d.0.mine && d.0.can_be_granted())
        .field("explanation", explanation)
        .field("request", request)
        .field("nowAllowed", now_allowed);
    explain::register(r);
    requests::register(r);
}

#[derive(Deserialize)]
struct Reference {
    reference: String,
}

async fn denial(args: Reference, ctx: Ctx) -> Result<impl Output, Error> {
    Ok(ctx.session.denial(&args.reference).await?.map(DenialNode))
}

/// The stored evidence, said in the viewer's language.
async fn explanation(node: Arc<DenialNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let (denial, voice) = (&node.0, ctx.voice());
    let codes: Vec<&str> = denial.causes.iter().map(|cause| cause.code.as_str()).collect();
    let args = |args: &'_ std::collections::BTreeMap<String, String>| {
        args.iter().map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    let checks: Vec<_> = denial.trace.iter().map(|c| (c.name.as_str(), c.ok, args(&c.args))).collect();
    let borrowed: Vec<_> = checks
        .iter()
        .map(|(name, ok, args)| (*name, *ok, args.iter().map(|(n, v)| (n.as_str(), v.clone())).collect::<Vec<_>>()))
        .collect();
    let lines =
        messages::trace(voice.language, borrowed.iter().map(|(n, ok, args)| (*n, *ok, args.as_slice())), &codes);
    let message = denial.causes.first().map(|cause| {
        let mut args: Vec<(&str, String)> = cause.args.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        args.push(("url", voice.base_url.clone()));
        Words::new(voice.language, &cause.code, &args).text(usize::MAX)
    });
    let explained = Explained {
        user: denial.user.clone(),
        action: denial.action,
        asked: denial.asked.clone(),
        checks: lines,
        causes: codes.iter().map(|code| (*code).to_owned()).collect(),
        message,
    };
    Ok(explain::payload(explained, voice.language))
}

async fn request(node: Arc<DenialNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    Ok(node.0.request(&ctx.session).await?.map(RequestNode))
}

/// What to type now that it is allowed: the code line, and the command for what was logged offline meanwhile.
async fn now_allowed(node: Arc<DenialNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    if !node.0.is_allowed_now(&ctx.session).await? {
        return Ok(None);
    }
    let (entity, project, _) = &node.0.asked;
    if !node.0.action.adds() {
        return Ok(Some(Vec::new()));
    }
    let project = if project.is_empty() { String::new() } else { format!(", project='{project}'") };
    let code = format!("wandb.init(entity='{entity}'{project})");
    let sync = match node.0.asked.1.as_str() {
        "" => format!("wandb sync --entity {entity} wandb/offline-run-*"),
        project => format!("wandb sync --entity {entity} --project {project} wandb/offline-run-*"),
    };
    Ok(Some(vec![code, sync]))
}

/// A payload for one line of a trace.
pub fn check(line: messages::CheckLine) -> Payload {
    Payload::new("AccessCheck").with("name", line.name).with("ok", line.ok).with("text", line.text)
}
