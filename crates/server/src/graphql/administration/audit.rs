//! The audit log in pages.

use std::sync::Arc;

use domain::audit::Event;
use domain::policy::{Org, ReadAudit};
use domain::rfc3339;
use serde::Deserialize;

use super::Administration;
use crate::Error;
use crate::graphql::{Ctx, Json, Output, Payload, ids};
use crate::http::audit::Which;

#[derive(Deserialize)]
pub(super) struct Page {
    filter: Option<Which>,
    cursor: Option<String>,
    first: Option<usize>,
}

/// Newest first; 100 unless asked for more, at most 500.
pub(super) async fn audit(_: Arc<Administration>, page: Page, ctx: Ctx) -> Result<impl Output, Error> {
    let log = ctx.session.allow::<ReadAudit, Org>(&()).await?;
    let most = page.first.unwrap_or(100).clamp(1, 500);
    let cursor = page.cursor.map(|cursor| ids::decode_number("AuditEvent", &cursor)).transpose()?;
    let events = log.events(&page.filter.unwrap_or_default().filter()?, cursor, most).await?;
    let next = events.last().filter(|_| events.len() == most).map(|event| ids::encode("AuditEvent", event.id));
    Ok(Payload::new("AuditPage").with("events", events.into_iter().map(event).collect::<Vec<_>>()).with("next", next))
}

fn event(event: Event) -> Payload {
    let detail = event.detail.as_deref().and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    Payload::new("AuditEvent")
        .with("id", ids::encode("AuditEvent", event.id))
        .with("at", rfc3339(event.at))
        .with("actor", event.actor)
        .with("action", event.action)
        .with("target", event.target)
        .with("outcome", event.outcome)
        .with("reason", event.reason)
        .with("reference", event.reference)
        .with("address", event.address)
        .with("client", event.client)
        .with("detail", detail.map(Json))
}
