//! `GET /healthz`, `/ready`

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::App;

/// The process runs.
pub async fn alive() -> &'static str {
    "ok"
}

/// How long the database may take to answer `/ready`: whoever asks waits only seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process can answer requests: its database answers.
pub async fn ready(State(app): State<App>) -> Response {
    let database = app.domain.database_kind();
    let answered = tokio::time::timeout(PATIENCE, app.domain.ready()).await;
    match answered.map_err(|late| late.to_string()).and_then(|answer| answer.map_err(|e| e.to_string())) {
        Ok(()) => axum::Json(json!({ "ready": true, "database": database })).into_response(),
        Err(cause) => {
            tracing::warn!(cause, "not ready");
            let body = json!({ "ready": false, "database": database, "error": "the database does not answer" });
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(body)).into_response()
        }
    }
}
