//! The table of contents: every route, by who calls it.

mod errors;
mod headers;
mod log;
mod prefix;

use axum::Router;
use axum::handler::Handler;
use axum::http::StatusCode;
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate};
use tower_http::compression::{CompressionLayer, CompressionLevel, DefaultPredicate};
use tower_http::decompression::RequestDecompressionLayer;

pub use prefix::Service;

use crate::http::{
    artifact, audit, blob, explain, export, file_stream, health, invitation, live, logs, metrics, oidc, series, server,
    sign_in, tables,
};
use crate::{App, graphql, permissions, web};

/// The whole server as one service, below the path of its base URL.
pub fn service(app: App) -> Service {
    let everything = Router::new().merge(text()).merge(called_with_files());
    let everything = everything
        .fallback(web::page.layer(compression(CompressionLevel::Default)))
        .method_not_allowed_fallback(errors::method_not_allowed)
        // Together: each `Router::layer` puts every request into a box of its own.
        .layer(
            ServiceBuilder::new()
                .layer(axum::middleware::from_fn_with_state(app.clone(), log::request))
                .layer(axum::middleware::from_fn(headers::security))
                .layer(axum::middleware::from_fn(errors::render))
                .layer(CatchPanicLayer::custom(errors::panicked)),
        );
    prefix::strip(app.prefix.clone(), everything.with_state(app))
}

/// Routes whose bodies are text: compressed in both directions when the caller can.
fn text() -> Router<App> {
    let limit = axum::extract::DefaultBodyLimit::disable();
    Router::new().merge(called_by_client()).merge(called_by_web_app()).merge(called_by_operators()).layer(
        ServiceBuilder::new()
            .layer(compression(CompressionLevel::Fastest))
            .layer(RequestDecompressionLayer::new())
            .layer(limit),
    )
}

/// Answers are compressed fast; the app's files, which browsers fetch once and keep, well.
fn compression(level: CompressionLevel) -> CompressionLayer<impl Predicate> {
    let fonts = NotForContentType::const_new("font/");
    let compressed = DefaultPredicate::new().and(NotForContentType::const_new(series::KIND)).and(fonts);
    CompressionLayer::new().quality(level).compress_when(compressed)
}

/// Called by the `wandb` client.
fn called_by_client() -> Router<App> {
    Router::new()
        .route("/graphql", post(graphql::answer))
        .route("/files/{entity}/{project}/{run}/file_stream", post(file_stream::append))
        .route("/artifacts/{*rest}", get(artifact::v1))
        .route("/artifactsV2/{*rest}", get(artifact::v2))
        .route("/oidc/token", post(oidc::token))
        // Telemetry of the client: 404 is the answer that makes it send nothing, ever.
        .route("/sdk/otel/{*rest}", axum::routing::any(|| async { StatusCode::NOT_FOUND }))
}

/// Called by the web app.
fn called_by_web_app() -> Router<App> {
    Router::new()
        .route("/api/session", get(sign_in::session))
        .route("/api/setup", post(sign_in::setup))
        .route("/api/invitation", post(invitation::join))
        .route("/api/login", post(sign_in::login))
        .route("/api/password", post(sign_in::choose_password))
        .route("/api/logout", post(sign_in::logout))
        .route("/api/oidc/start", get(oidc::start))
        .route("/api/oidc/callback", get(oidc::callback))
        .route("/api/series/{entity}/{project}", post(series::series).get(series::cached))
        .route("/api/tables/{entity}/{project}", post(tables::page))
        .route("/api/live/{entity}/{project}", get(live::events))
        .route("/api/explain", get(explain::answer))
        .route("/api/permissions", get(permissions::answer))
}

/// Called by whoever runs the server, and by `runstead doctor`.
fn called_by_operators() -> Router<App> {
    Router::new()
        .route("/api/server", get(server::identity))
        .route("/healthz", get(health::alive))
        .route("/ready", get(health::ready))
        .route("/metrics", get(metrics::answer))
        .route("/admin/audit_logs", get(audit::export))
}

/// File contents, which are neither compressed nor limited here.
fn called_with_files() -> Router<App> {
    let file = get(blob::get).head(blob::head).put(blob::put).options(blob::options);
    Router::new()
        .route("/blob/{ticket}", file.layer(axum::extract::DefaultBodyLimit::disable()))
        .route("/api/export/{entity}/{project}/{file}", get(export::file))
        .route("/api/tables/{entity}/{project}/{file}", get(tables::file))
        .route("/api/logs/{entity}/{project}/{run}", get(logs::file))
}
