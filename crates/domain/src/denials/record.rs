//! Keeping a denial, and noting a run that was let finish.

use serde_json::json;

use crate::db::sql;
use crate::policy::{Asked, Cause, Denied, Operation, Session};
use crate::{Error, Micros, audit};

/// A reference is good for a week.
const GOOD_FOR: Micros = 7 * 24 * 3600 * 1_000_000;

/// The same denial told again within ten minutes keeps its reference.
const AGAIN: Micros = 600 * 1_000_000;

/// Stores the denial and names it, and writes the audit row. Nobody signed in, no reference: nobody could open it.
pub(crate) async fn record(
    session: &Session,
    operation: Operation,
    asked: &Asked,
    denied: &mut Denied,
) -> Result<(), Error> {
    if let Some(user) = session.user() {
        denied.reference = Some(keep(session, user.id, operation, asked, denied).await?);
    }
    audit::denied(session, operation, asked, denied).await
}

async fn keep(
    session: &Session,
    user: i64,
    operation: Operation,
    asked: &Asked,
    denied: &Denied,
) -> Result<String, Error> {
    let causes: Vec<_> =
        denied.causes.iter().map(|cause| json!({ "code": cause.code(), "args": map(cause) })).collect();
    let causes = json!(causes).to_string();
    let (now, (entity, project, object)) = (session.now(), asked);
    // Which of its runs a project refused to take does not matter, and every init makes up another name.
    let object = if operation.adds() { "" } else { object };
    let text = "SELECT reference FROM denial WHERE user_id = $1 AND action = $2 AND entity = $3 AND project = $4 \
                AND object = $5 AND causes = $6 AND created_at > $7 ORDER BY created_at DESC LIMIT 1";
    let again: Option<(String,)> = sql(text)
        .bind(user)
        .bind(operation.as_str())
        .bind(entity)
        .bind(project)
        .bind(object)
        .bind(&causes)
        .bind(now - AGAIN)
        .optional(session.db())
        .await?;
    if let Some((reference,)) = again {
        return Ok(reference);
    }
    let args = |args: &crate::policy::Args| args.iter().cloned().collect::<std::collections::BTreeMap<_, _>>();
    let trace: Vec<_> =
        denied.trace.iter().map(|c| json!({ "name": c.name, "ok": c.ok, "args": args(&c.args) })).collect();
    let reference = session.domain().clock().token::<10>()?;
    sql("INSERT INTO denial (reference, user_id, created_at, expires_at, action, entity, project, object, causes, trace) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
    .bind(&reference)
    .bind(user)
    .bind(now)
    .bind(now + GOOD_FOR)
    .bind(operation.as_str())
    .bind(entity)
    .bind(project)
    .bind(object)
    .bind(causes)
    .bind(json!(trace).to_string())
    .run(session.db())
    .await?;
    Ok(reference)
}

fn map(cause: &Cause) -> std::collections::BTreeMap<&'static str, String> {
    cause.args().into_iter().collect()
}

/// Writes on the run, once, why its user could not begin it any more.
pub(crate) async fn note_grace(
    session: &Session,
    operation: Operation,
    asked: &Asked,
    run: i64,
    code: &'static str,
) -> Result<(), Error> {
    let mut tx = session.db().begin().await?;
    let text = "UPDATE run SET grace = $1 WHERE id = $2 AND grace IS NULL";
    if sql(text).bind(code).bind(run).run(&mut tx).await? > 0 {
        let (entity, project, run) = asked;
        let target = format!("{entity}/{project}/{run} goes on in spite of {code}");
        audit::done(&mut tx, session, operation.as_str(), &target).await?;
    }
    tx.commit().await
}
