//! `GET /api/live/{entity}/{project}`: changes of a project's runs as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use domain::Change;
use domain::model::ProjectPath;
use domain::policy::{Project, Read};
use futures::{Stream, StreamExt};
use serde_json::json;

use crate::session::Caller;
use crate::{App, Error};

/// Streams events until the browser leaves or the server stops. One that cannot keep up is disconnected: it
/// reconnects and reads everything anew, which is what it needs.
pub async fn events(
    State(app): State<App>,
    Path((entity, project)): Path<(String, String)>,
    Caller(session): Caller,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Error> {
    let project = session.allow::<Read, Project>(&ProjectPath::new(entity, project)).await?;
    let stream = futures::stream::unfold(project.live(), |mut events| async move {
        let event = events.next().await.ok()??;
        let change: Vec<_> = event.changes.iter().copied().map(Change::as_str).collect();
        let data = json!({ "run": event.run, "state": event.state, "change": change });
        Some((Ok(Event::default().event("run").data(data.to_string())), events))
    });
    let stream = stream.take_until(app.stopping.clone().cancelled_owned());
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
