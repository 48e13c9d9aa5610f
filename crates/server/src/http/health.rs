//! `GET /healthz`, `/ready`, `/metrics`

use std::sync::OnceLock;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde_json::json;

use crate::{App, Error};

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

/// Measurements in Prometheus' text form.
pub async fn metrics() -> Result<Response, Error> {
    let text = recorder()?.render();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// The process's one recorder, installed at the first call.
pub fn recorder() -> Result<&'static PrometheusHandle, Error> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let installed = RECORDER.get_or_init(|| {
        let buckets = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &buckets);
        builder.ok()?.install_recorder().ok()
    });
    installed.as_ref().ok_or_else(|| Error::fault("the metrics recorder could not be installed"))
}
