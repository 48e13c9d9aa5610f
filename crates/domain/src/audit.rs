//! Who did what to what, and what was denied. Written by the policy and by the verbs that change people and settings;
//! nothing changes or deletes a row but the retention that the organization set.

mod list;

pub use list::{Event, Filter};

use crate::Error;
use crate::db::{Tx, sql};
use crate::policy::{Denied, Operation, Session};

const INSERT: &str = "INSERT INTO audit (id, at, actor, action, target, outcome, reason, detail, reference, address, client) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

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
    let clock = session.domain().clock();
    sql(INSERT)
        .bind(clock.id()?)
        .bind(clock.now())
        .bind(session.name())
        .bind(operation.as_str())
        .bind(target)
        .bind("denied")
        .bind(Some(denied.first().code()))
        .bind(Some(serde_json::json!({ "causes": causes }).to_string()))
        .bind(denied.reference.clone())
        .bind(session.client().address.clone())
        .bind(session.client().agent.clone())
        .run(session.db())
        .await?;
    Ok(())
}

/// A change to people, keys or settings, in the transaction that makes it.
pub(crate) async fn done(tx: &mut Tx, session: &Session, action: &'static str, target: &str) -> Result<(), Error> {
    let clock = session.domain().clock();
    sql(INSERT)
        .bind(clock.id()?)
        .bind(clock.now())
        .bind(session.name())
        .bind(action)
        .bind(target)
        .bind("done")
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(None::<String>)
        .bind(session.client().address.clone())
        .bind(session.client().agent.clone())
        .run(tx)
        .await?;
    Ok(())
}
