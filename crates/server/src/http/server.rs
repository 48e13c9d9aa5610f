//! `GET /api/server`

use axum::Json;
use axum::extract::State;
use domain::rfc3339;
use serde::Serialize;

use crate::App;

/// What `runstead doctor` knows a server of ours by. Open to everyone: nothing here is about anybody.
#[derive(Serialize)]
pub struct Identity {
    server: &'static str,
    version: &'static str,
    /// What the keys of this server begin with.
    key_prefix: String,
    /// Where the server believes it is reached: links and upload addresses are made from it.
    base_url: String,
    /// The server's clock, RFC 3339.
    time: String,
}

/// Says which server this is.
pub async fn identity(State(app): State<App>) -> Json<Identity> {
    Json(Identity {
        server: "runstead",
        version: env!("CARGO_PKG_VERSION"),
        key_prefix: app.domain.key_prefix().to_owned(),
        base_url: app.domain.base_url().to_owned(),
        time: rfc3339(app.domain.clock().now()),
    })
}
