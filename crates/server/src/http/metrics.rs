//! `GET /metrics`: measurements in Prometheus' text form. `docs/operations.md` lists them; a test compares.

use std::sync::OnceLock;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::{App, Error};

/// Bounds of the histograms, in seconds.
const BUCKETS: [f64; 8] = [0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0, 60.0];

/// Everything that is measured: what happened since the process started, and what is at this moment.
pub async fn answer(State(app): State<App>) -> Result<Response, Error> {
    let recorder = recorder()?;
    let vitals = app.domain.vitals();
    gauge!("process_start_time_seconds").set(app.started as f64 / 1e6);
    let database = app.domain.database_kind();
    gauge!("runstead_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => database).set(1.0);
    gauge!("runstead_live_streams").set(vitals.live_streams as f64);
    for (pool, used, idle) in vitals.connections {
        gauge!("runstead_database_connections", "pool" => pool, "state" => "used").set(used as f64);
        gauge!("runstead_database_connections", "pool" => pool, "state" => "idle").set(idle as f64);
    }
    match app.domain.jobs_waiting().await {
        Ok(waiting) => {
            for (job, count) in waiting {
                gauge!("runstead_jobs_waiting", "job" => job).set(count as f64);
            }
        }
        // What this process counted is worth most when the database does not answer.
        Err(error) => tracing::warn!(%error, "cannot count the jobs that wait; /metrics shows the last number"),
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder.render()).into_response())
}

/// Counts the error when it is a denial.
pub fn count_denial(error: &Error) {
    if let Error::Domain(domain::Error::Denied(denied)) = error
        && let Some(cause) = denied.causes.first()
    {
        counter!("runstead_denials_total", "reason" => cause.code()).increment(1);
    }
}

/// The process's one recorder, installed at the first call.
pub fn recorder() -> Result<&'static PrometheusHandle, Error> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let installed = RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS);
        let handle = builder.ok()?.install_recorder().ok()?;
        describe();
        Some(handle)
    });
    installed.as_ref().ok_or_else(|| Error::fault("the metrics recorder could not be installed"))
}

fn describe() {
    describe_counter!("runstead_http_requests_total", "Requests that were answered.");
    describe_histogram!("runstead_http_request_seconds", "Time until an answer began.");
    describe_counter!("runstead_file_stream_bytes_total", "Bytes of run data that clients sent, decompressed.");
    describe_counter!(
        "runstead_lines_total",
        "Lines of run data that were stored and acknowledged; not those sent again."
    );
    describe_counter!(
        "runstead_stored_bytes_total",
        "Bytes written: run data in the database, files and segments in blobs."
    );
    describe_counter!("runstead_commits_total", "Commits of run data; requests that come at once share one.");
    describe_counter!("runstead_denials_total", "Requests that were refused, by the code of the reason.");
    describe_counter!(
        "runstead_sign_ins_failed_total",
        "Sign-ins that failed: a wrong name, password or code, or a refusal of the identity provider."
    );
    describe_counter!("runstead_jobs_total", "Background jobs that ended; one that failed is tried again.");
    describe_histogram!("runstead_job_seconds", "Time that background jobs took.");
    describe_gauge!("runstead_jobs_waiting", "Background jobs that are due and not done, of all processes.");
    describe_counter!("runstead_compactions_total", "Times that run data moved from the database into a segment.");
    describe_gauge!("runstead_run_table_bytes", "Memory for copies of projects' runs, roughly.");
    describe_gauge!("runstead_live_streams", "Open pages that this process keeps up to date.");
    describe_gauge!("runstead_database_connections", "Open connections to the database.");
    describe_gauge!("runstead_build_info", "Always 1; the labels say what runs.");
    describe_gauge!("process_start_time_seconds", "When the process started, in seconds since 1970.");
    // What has no labels is there from the beginning, so that its first increase is seen.
    counter!("runstead_file_stream_bytes_total").increment(0);
    counter!("runstead_commits_total").increment(0);
    counter!("runstead_sign_ins_failed_total").increment(0);
    gauge!("runstead_run_table_bytes").set(0.0);
}
