//! `GET /api/explain?action=run:create&target=ENTITY/PROJECT`: would this be allowed, and why; for scripts and `runstead doctor`.

use axum::Json;
use axum::extract::{Query, State};
use domain::policy::Operation;
use serde::Deserialize;
use serde_json::Value;

use crate::explain::explain;
use crate::scope::Scope;
use crate::session::Caller;
use crate::{App, Error};

/// What is asked.
#[derive(Deserialize)]
pub struct Question {
    /// `object:operation`
    action: String,
    /// `entity`, `entity/project` or `entity/project/run`.
    target: String,
    /// About whom; for organization admins. Default: the caller.
    user: Option<String>,
}

/// The decision with its trace.
pub async fn answer(
    State(_): State<App>,
    axum::Extension(scope): axum::Extension<Scope>,
    Caller(session): Caller,
    Query(question): Query<Question>,
) -> Result<Json<Value>, Error> {
    let action: Operation = question.action.parse()?;
    let explained = explain(&session, question.user, action, &question.target, &scope.voice()).await?;
    Ok(Json(explained.json()))
}
