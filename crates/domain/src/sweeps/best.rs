//! The best that a sweep's metric has come to.

use serde_json::Value;

use super::config::{Metric, SweepConfig};
use crate::Error;
use crate::db::{On, Tx, sql};
use crate::policy::{Allowed, Project, Read, Sweep};

impl Allowed<Read, Project> {
    /// The best value of the sweep's metric in the summaries of its runs; none without a metric or a value.
    pub async fn best_loss(&self, sweep: &str, config: &str) -> Result<Option<f64>, Error> {
        let Some(metric) = SweepConfig::parse(config)?.metric else { return Ok(None) };
        best(self.domain().db(), self.resource().id, sweep, &metric).await
    }
}

/// Whether a run has come to the target, if there is one.
pub(super) async fn is_reached(tx: &mut Tx, sweep: &Sweep, config: &SweepConfig) -> Result<bool, Error> {
    let Some((metric, target)) = config.metric.as_ref().and_then(|m| Some((m, m.target?))) else { return Ok(false) };
    let best = best(tx, sweep.project.id, &sweep.name, metric).await?;
    Ok(best.is_some_and(|best| if metric.maximize { best >= target } else { best <= target }))
}

async fn best(on: impl Into<On<'_>>, project: i64, sweep: &str, metric: &Metric) -> Result<Option<f64>, Error> {
    let text = "SELECT summary FROM run WHERE project_id = $1 AND sweep = $2 AND deleted_at IS NULL";
    let summaries: Vec<(String,)> = sql(text).bind(project).bind(sweep).all(on).await?;
    let mut best: Option<f64> = None;
    for (summary,) in summaries {
        let summary: Value =
            serde_json::from_str(&summary).map_err(|e| Error::internal("reading a stored summary", e))?;
        let Some(value) = held(&summary, &metric.name).filter(|value| value.is_finite()) else { continue };
        best = Some(best.map_or(value, |best| if metric.maximize { best.max(value) } else { best.min(value) }));
    }
    Ok(best)
}

/// The number under a name: as it stands, else nested at its dots.
pub(super) fn held(summary: &Value, name: &str) -> Option<f64> {
    let found = summary.get(name).or_else(|| name.split('.').try_fold(summary, |value, part| value.get(part)))?;
    found.as_f64()
}
