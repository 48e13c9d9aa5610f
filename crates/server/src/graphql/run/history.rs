//! What a run logged: rows, samples, keys, Parquet, and where it stands for resuming.

use std::sync::Arc;

use domain::runs::{HistoryQuery, MetricKey};
use serde::Deserialize;
use serde_json::json;

use super::RunNode;
use crate::Error;
use crate::graphql::{Ctx, Json, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .field("history", history)
        .field("events", events)
        .field("sampledHistory", sampled_history)
        .field("historyKeys", |n, _: NoArgs, _| async move { Ok(Json(n.texts().await?.history_keys.clone())) })
        .field("parquetHistory", parquet_history)
        .field("metricKeys", |n, _: NoArgs, _| async move { metric_keys(&n.run.metric_keys(false).await?) })
        .field("systemKeys", |n, _: NoArgs, _| async move { metric_keys(&n.run.metric_keys(true).await?) })
        .get("historyLineCount", |n| n.history_lines.unwrap_or(n.details.history_lines))
        .field("eventsLineCount", |n, _: NoArgs, _| async move { Ok(n.run.resume().await?.events_line_count) })
        .field("historyTail", |n, _: NoArgs, _| async move { Ok(n.run.resume().await?.history_tail) })
        .field("eventsTail", |n, _: NoArgs, _| async move { Ok(n.run.resume().await?.events_tail) });
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rows {
    samples: Option<i64>,
    min_step: Option<serde_json::Value>,
    max_step: Option<serde_json::Value>,
}

impl Rows {
    /// `minStep` is included, `maxStep` is not. An `Int64` may come as a number or as text.
    fn query(self) -> HistoryQuery {
        let int = |v: serde_json::Value| v.as_i64().or_else(|| v.as_str()?.parse().ok());
        let samples = self.samples.map(|n| u32::try_from(n).unwrap_or(0));
        HistoryQuery { samples, min_step: self.min_step.and_then(int), max_step: self.max_step.and_then(int) }
    }
}

async fn history(n: Arc<RunNode>, args: Rows, _: Ctx) -> Result<impl Output, Error> {
    Ok(n.run.history_rows(args.query()).await?)
}

async fn events(n: Arc<RunNode>, args: Rows, _: Ctx) -> Result<impl Output, Error> {
    Ok(n.run.events(args.query().samples).await?)
}

#[derive(Deserialize)]
struct Specs {
    specs: Vec<String>,
}

async fn sampled_history(n: Arc<RunNode>, args: Specs, _: Ctx) -> Result<impl Output, Error> {
    Ok(n.run.sampled_history(&args.specs).await?)
}

async fn parquet_history(n: Arc<RunNode>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let parquet = n.run.parquet_history().await?;
    let live: Vec<_> = parquet.live_step.into_iter().map(|step| json!({ "_step": step })).collect();
    Ok(Payload::new("ParquetHistory").with("parquetUrls", parquet.urls).with("liveData", live))
}

/// Metrics as one text: of a project they may be a hundred thousand.
pub fn metric_keys(keys: &[MetricKey]) -> Result<String, Error> {
    Ok(serde_json::to_string(keys).map_err(|e| domain::Error::internal("writing the names of metrics", e))?)
}
