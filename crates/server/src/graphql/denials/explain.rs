//! Would this be allowed, and why.

use domain::policy::Operation;
use serde::Deserialize;

use super::check;
use crate::Error;
use crate::explain::{Explained, explain as explained};
use crate::graphql::{Ctx, Output, Payload, Resolvers};
use crate::messages::Language;

/// The type `Explanation`.
pub fn payload(explained: Explained, language: Language) -> Payload {
    let (target, allowed) = (explained.target(), explained.is_allowed());
    Payload::new("Explanation")
        .with("user", explained.user)
        .with("action", explained.action.as_str())
        .with("actionText", action_text(language, explained.action, &target))
        .with("target", target)
        .with("allowed", allowed)
        .with("checks", explained.checks.into_iter().map(check).collect::<Vec<_>>())
        .with("reason", explained.causes.into_iter().next())
        .with("message", explained.message)
}

/// `write to vision/digits`
pub fn action_text(language: Language, action: Operation, target: &str) -> String {
    let text = language.say(&format!("action.{action}"), &[("target", target.to_owned())]);
    text.unwrap_or_else(|| action.to_string())
}

pub(super) fn register(r: &mut Resolvers) {
    r.query("explain", explain);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Explain {
    user_name: Option<String>,
    action: String,
    target: String,
}

async fn explain(args: Explain, ctx: Ctx) -> Result<impl Output, Error> {
    let (action, voice) = (args.action.parse::<Operation>()?, ctx.voice());
    let explained = explained(&ctx.session, args.user_name, action, &args.target, &voice).await?;
    Ok(payload(explained, voice.language))
}
