//! Would this be allowed, and why: for GraphQL, `GET /api/explain` and the command line.

use domain::policy::{Administer, Asked, Cause, Decision, Operation, Org, Read, Session};
use serde_json::{Value, json};

use crate::Error;
use crate::error::Voice;
use crate::messages::{self, Args, CheckLine};

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
    /// Codes of the causes; none when allowed.
    pub causes: Vec<String>,
    /// What the terminal would show; none when allowed.
    pub message: Option<String>,
}

/// About the caller, or about anybody when an organization admin asks.
pub async fn explain(
    session: &Session,
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
            session.me::<Read>().await?;
            session.clone()
        }
    };
    let asked = path(target);
    let decision = about.explain(action, asked.clone()).await?;
    Ok(Explained::new(about.name(), action, asked, decision, voice))
}

/// `ENTITY`, `ENTITY/PROJECT` or `ENTITY/PROJECT/RUN`.
pub fn path(target: &str) -> Asked {
    let mut parts = target.splitn(3, '/').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}

impl Explained {
    /// Puts a decision into words.
    pub fn new(user: &str, action: Operation, asked: Asked, decision: Decision, voice: &Voice) -> Self {
        let codes: Vec<_> = decision.causes.iter().map(Cause::code).collect();
        let checks = decision.trace.iter().map(|check| (check.name, check.ok, check.args.as_slice() as &Args<'_>));
        let checks = messages::trace(voice.language, checks, &codes);
        let causes = codes.iter().map(|code| (*code).to_owned()).collect();
        let message = decision.denied().map(|denied| Error::from(domain::Error::from(denied)).answer(voice).message);
        Self { user: user.to_owned(), action, asked, checks, causes, message }
    }

    /// Whether the policy says yes.
    pub fn is_allowed(&self) -> bool {
        self.causes.is_empty()
    }

    /// `entity/project/run`
    pub fn target(&self) -> String {
        let (entity, project, object) = &self.asked;
        let parts = [entity, project, object].into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join("/")
    }

    /// As programs read it.
    pub fn json(&self) -> Value {
        json!({
            "allowed": self.is_allowed(),
            "user": self.user,
            "action": self.action.as_str(),
            "target": self.target(),
            "checks": self.checks,
            "reason": self.causes.first(),
            "causes": self.causes,
            "message": self.message,
        })
    }
}
