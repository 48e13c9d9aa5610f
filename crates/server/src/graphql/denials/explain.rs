//! Would this be allowed, and why.

use domain::policy::{Administer, Asked, Cause, Decision, Operation, Org};
use serde::Deserialize;

use super::check;
use crate::error::Voice;
use crate::graphql::{Ctx, Output, Payload, Resolvers};
use crate::messages::{self, CheckLine, Language};
use crate::{Error, messages::Args};

/// A decision in words.
pub struct Explained {
    /// About whom.
    pub user: String,
    /// What would be done.
    pub action: Operation,
    /// To which path.
    pub asked: Asked,
    /// The trace.
    pub checks: Vec<CheckLine>,
    /// Code of the first cause; none when allowed.
    pub reason: Option<String>,
    /// What the terminal would show; none when allowed.
    pub message: Option<String>,
}

/// Puts a decision into words.
pub fn explained(user: &str, action: Operation, asked: Asked, decision: Decision, voice: &Voice) -> Explained {
    let codes: Vec<_> = decision.causes.iter().map(Cause::code).collect();
    let checks = decision.trace.iter().map(|check| (check.name, check.ok, check.args.as_slice() as &Args<'_>));
    let checks = messages::trace(voice.language, checks, &codes);
    let reason = codes.first().map(|code| (*code).to_owned());
    let message = decision.denied().map(|denied| Error::from(domain::Error::from(denied)).answer(voice).message);
    Explained { user: user.to_owned(), action, asked, checks, reason, message }
}

impl Explained {
    /// `entity/project/run`
    pub fn target(&self) -> String {
        let (entity, project, object) = &self.asked;
        let parts = [entity, project, object].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join("/")
    }

    /// The type `Explanation`.
    pub fn payload(self, language: Language) -> Payload {
        let target = self.target();
        Payload::new("Explanation")
            .with("user", self.user)
            .with("action", self.action.as_str())
            .with("actionText", action_text(language, self.action, &target))
            .with("target", target)
            .with("allowed", self.reason.is_none())
            .with("checks", self.checks.into_iter().map(check).collect::<Vec<_>>())
            .with("reason", self.reason)
            .with("message", self.message)
    }
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
    let action: Operation = args.action.parse()?;
    let explained = of(&ctx.session, args.user_name, action, &args.target, &ctx.voice()).await?;
    Ok(explained.payload(ctx.voice().language))
}

/// About the caller, or about anybody when an organization admin asks.
pub async fn of(
    session: &domain::policy::Session,
    user: Option<String>,
    action: Operation,
    target: &str,
    voice: &Voice,
) -> Result<Explained, Error> {
    let other = user.filter(|user| session.user().is_none_or(|me| me.name != *user));
    let about = match &other {
        Some(user) => session.allow::<Administer, Org>(&()).await?.session_of(user, session.client().clone()).await?,
        // Nobody signed in is told so, as by any other question.
        None => {
            session.me::<domain::policy::Read>().await?;
            session.clone()
        }
    };
    let mut parts = target.splitn(3, '/').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    let asked = (next(), next(), next());
    let decision = about.explain(action, asked.clone()).await?;
    Ok(explained(about.name(), action, asked, decision, voice))
}
