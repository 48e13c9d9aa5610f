//! Who did what to what, and what was denied. Written by the policy and by the verbs that change people and settings;
//! nothing changes or deletes a row but the retention that the organization set.

mod list;

pub use list::{Event, Filter};

use crate::db::{On, Tx, sql};
use crate::policy::{ClientInfo, Denied, Operation, Session};
use crate::{Clock, Domain, Error};

/// Longest name that is kept of somebody who only claims to have it.
const CLAIMED: usize = 128;

/// What is written.
struct Row<'a> {
    actor: &'a str,
    action: &'static str,
    target: &'a str,
    outcome: &'static str,
    reason: Option<&'static str>,
    detail: Option<serde_json::Value>,
    reference: Option<String>,
    client: &'a ClientInfo,
}

impl Row<'_> {
    async fn write(self, on: impl Into<On<'_>>, clock: &Clock) -> Result<(), Error> {
        sql("INSERT INTO audit (id, at, actor, action, target, outcome, reason, detail, reference, address, client) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")
        .bind(clock.id()?)
        .bind(clock.now())
        .bind(self.actor)
        .bind(self.action)
        .bind(self.target)
        .bind(self.outcome)
        .bind(self.reason)
        .bind(self.detail.map(|detail| detail.to_string()))
        .bind(self.reference)
        .bind(self.client.address.clone())
        .bind(self.client.agent.clone())
        .run(on)
        .await
        .map(drop)
    }
}

/// A denial with all its causes.
pub(crate) async fn denied(
    session: &Session,
    operation: Operation,
    asked: &(String, String, String),
    denied: &Denied,
) -> Result<(), Error> {
    let (entity, project, run) = asked;
    let target = [entity, project, run].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join("/");
    let causes = denied.causes.iter().map(crate::policy::Cause::code).collect::<Vec<_>>();
    let row = Row {
        actor: session.name(),
        action: operation.as_str(),
        target: &target,
        outcome: "denied",
        reason: Some(denied.first().code()),
        detail: Some(serde_json::json!({ "causes": causes })),
        reference: denied.reference.clone(),
        client: session.client(),
    };
    row.write(session.db(), session.domain().clock()).await
}

/// A change to people, keys or settings, in the transaction that makes it.
pub(crate) async fn done(tx: &mut Tx, session: &Session, action: &'static str, target: &str) -> Result<(), Error> {
    let (actor, client) = (session.name(), session.client());
    let row = Row { actor, action, target, outcome: "done", reason: None, detail: None, reference: None, client };
    row.write(tx, session.domain().clock()).await
}

/// What a row names that is about many runs: the project, how many, and the first of them.
pub(crate) fn runs<'a>(project: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let (count, shown) = (names.len(), names[..names.len().min(20)].join(" "));
    format!("{project} ({count}: {shown}{})", if count > 20 { " …" } else { "" })
}

impl Domain {
    /// Writes that somebody was not signed in: who they claimed to be, and the code of why not. How often that may be
    /// written is for the caller to limit, who says how many were left out.
    pub async fn note_failed_sign_in(
        &self,
        claimed: &str,
        reason: &'static str,
        left_out: u32,
        client: &ClientInfo,
    ) -> Result<(), Error> {
        let claimed: String = claimed.trim().chars().filter(|c| !c.is_control()).take(CLAIMED).collect();
        let actor = if claimed.is_empty() { "anonymous" } else { &claimed };
        let detail = (left_out > 0).then(|| serde_json::json!({ "left_out": left_out }));
        let (action, reason) = ("user:sign_in", Some(reason));
        let row = Row { actor, action, target: actor, outcome: "denied", reason, detail, reference: None, client };
        row.write(self.db(), self.clock()).await
    }
}
