//! What filters and orders see of a run. The run table holds it as columns; tests compare with this plain form.

mod field;

pub(crate) use field::{Datum, Field, Own};

#[cfg(test)]
use std::collections::BTreeSet;

#[cfg(test)]
use serde_json::Value;

#[cfg(test)]
use crate::clock::Micros;

/// A run as a document.
#[cfg(test)]
#[derive(Clone, Debug, Default)]
pub(crate) struct RunDocument {
    pub id: i64,
    pub name: String,
    pub display_name: String,
    pub state: &'static str,
    pub entity: String,
    pub project: String,
    pub username: Option<String>,
    pub group: Option<String>,
    pub job_type: Option<String>,
    pub host: Option<String>,
    pub program: Option<String>,
    pub repo: Option<String>,
    pub commit: Option<String>,
    pub sweep: Option<String>,
    pub description: Option<String>,
    pub notes: Option<String>,
    pub tags: Vec<String>,
    pub exit_code: Option<i64>,
    pub created_at: Micros,
    pub updated_at: Micros,
    pub heartbeat_at: Micros,
    pub finished_at: Option<Micros>,
    /// `{"key": {"value": …}}`
    pub config: Value,
    /// The last values.
    pub summary: Value,
    /// Dotted names of the metrics in history.
    pub keys: BTreeSet<String>,
}

#[cfg(test)]
impl RunDocument {
    /// From the start to the end or the last sign of life, in seconds.
    pub fn duration(&self) -> f64 {
        let end = self.finished_at.unwrap_or(self.heartbeat_at);
        end.saturating_sub(self.created_at).max(0) as f64 / 1e6
    }
}
