//! Which parameters a metric depends on.

use serde_json::Value;

use super::forest::importances;
use super::view::View;
use crate::Error;
use crate::policy::{Allowed, Project, Read};
use crate::runs::document::Field;
use crate::runs::filter::Filter;

/// Most runs that are looked at: the newest ones.
const RUNS: usize = 2000;
/// Most parameters: those that most runs have.
const PARAMETERS: usize = 100;
/// A text with more values than this names something, and is no parameter.
const TEXTS: usize = 32;

/// What a parameter means for a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct ParameterImportance {
    /// `config.lr`
    pub name: String,
    /// Its share in what a random forest explains of the metric, 0 to 1.
    pub importance: f64,
    /// Pearson's, -1 to 1; none for texts.
    pub correlation: Option<f64>,
    /// Runs that have both.
    pub runs: usize,
}

/// A parameter's values, NaN where a run has none.
struct Parameter {
    name: String,
    values: Vec<f64>,
    is_text: bool,
}

impl Allowed<Read, Project> {
    /// The parameters that vary over the runs that a filter admits, the most important first. `metric` is a column with
    /// numbers (`summary_metrics.loss`); runs without it do not count.
    pub async fn parameter_importance(
        &self,
        metric: &str,
        filters: Option<&str>,
    ) -> Result<Vec<ParameterImportance>, Error> {
        let filter = Filter::parse(filters.unwrap_or_default())?;
        let metric = Field::parse(metric);
        let metrics = filter.asks_metrics() || metric.asks_metrics();
        let look = move |view: &View<'_>| gather(view, &filter, &metric);
        let (target, parameters) = self.look(metrics, look).await?;
        let busy = |e| Error::internal("waiting to sample", e);
        let _permit = self.domain().sampling().acquire().await.map_err(busy)?;
        let judged = tokio::task::spawn_blocking(move || judge(&target, parameters));
        judged.await.map_err(|e| Error::internal("growing a forest", e))
    }
}

/// The metric of the newest runs that have it, and the parameters that vary among them.
fn gather(view: &View<'_>, filter: &Filter, metric: &Field) -> (Vec<f64>, Vec<Parameter>) {
    let source = view.source(metric);
    let selected = view.select(filter).rows().into_iter().rev();
    let with = |row: u32| Some((row, view.value(&source, row)?.as_f64().filter(|x| x.is_finite())?));
    let (rows, target): (Vec<u32>, Vec<f64>) = selected.filter_map(with).take(RUNS).unzip();
    let mut names = Vec::new();
    view.table.config.each(&mut |name, column| {
        let own = name.strip_prefix("_wandb").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        if !own && column.len() > 0 {
            names.push((column.len(), format!("config.{name}")));
        }
    });
    names.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.cmp(other)));
    names.dedup_by(|(_, one), (_, other)| one == other);
    let parameters = names.into_iter().filter_map(|(_, name)| parameter(view, &rows, name));
    (target, parameters.take(PARAMETERS).collect())
}

/// The values of a parameter; none where all runs have the same, or where it names the runs.
fn parameter(view: &View<'_>, rows: &[u32], name: String) -> Option<Parameter> {
    let source = view.source(&Field::parse(&name));
    let values: Vec<Option<Value>> = rows.iter().map(|row| view.value(&source, *row)).collect();
    let mut texts: Vec<&str> = values.iter().flatten().filter_map(Value::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    if texts.len() > TEXTS {
        return None;
    }
    let level = |text: &str| texts.binary_search(&text).map_or(f64::NAN, |level| level as f64);
    let number = |value: &Value| match value {
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::String(text) => level(text),
        other => other.as_f64().unwrap_or(f64::NAN),
    };
    let numbers: Vec<f64> = values.iter().map(|value| value.as_ref().map_or(f64::NAN, number)).collect();
    let first = numbers.first()?.to_bits();
    let varies = numbers.iter().any(|x| x.to_bits() != first);
    varies.then_some(Parameter { name, values: numbers, is_text: !texts.is_empty() })
}

fn judge(target: &[f64], parameters: Vec<Parameter>) -> Vec<ParameterImportance> {
    let (names, values): (Vec<_>, Vec<_>) = parameters.into_iter().map(|p| ((p.name, p.is_text), p.values)).unzip();
    let shares = importances(target, &values);
    let mut judged: Vec<ParameterImportance> = names
        .into_iter()
        .zip(values.iter().zip(shares))
        .map(|((name, is_text), (values, importance))| ParameterImportance {
            name,
            importance,
            correlation: if is_text { None } else { correlation(values, target) },
            runs: values.iter().filter(|x| !x.is_nan()).count(),
        })
        .collect();
    judged.sort_by(|a, b| b.importance.total_cmp(&a.importance).then_with(|| a.name.cmp(&b.name)));
    judged
}

/// Pearson's, over the rows that have both; none where one of them is always the same.
fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).filter(|(a, _)| a.is_finite()).collect();
    let n = pairs.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| pairs.iter().map(pick).sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(|p| p.0), mean(|p| p.1));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in &pairs {
        let (a, b) = (a - mean_a, b - mean_b);
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    let spread = (of_a * of_b).sqrt();
    (spread > 0.0 && spread.is_finite()).then(|| (both / spread).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use crate::model::ProjectPath;
    use crate::policy::{Project, Read};
    use crate::runs::RunUpsert;
    use crate::testing::Lab;

    #[tokio::test]
    async fn the_parameter_that_makes_the_metric_is_first() {
        for lab in Lab::all().await {
            for i in 0..60_i64 {
                let (lr, seed) = ((i % 6) as f64 / 10.0, i * 7919 % 61);
                let kind = if i % 2 == 0 { "adam" } else { "sgd" };
                let config = format!(
                    "{{\"lr\":{{\"value\":{lr}}},\"seed\":{{\"value\":{seed}}},\"kind\":{{\"value\":\"{kind}\"}},\
                     \"same\":{{\"value\":1}},\"name\":{{\"value\":\"run {i}\"}}}}"
                );
                let summary = format!("{{\"loss\":{}}}", 1.0 - lr);
                let change = |run: &mut RunUpsert| {
                    (run.change.config, run.change.summary) = (Some(config), Some(summary));
                };
                lab.init(&format!("r{i}"), change).await;
            }
            let read = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
            let found = read.parameter_importance("summary_metrics.loss", None).await.unwrap();
            let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
            assert_eq!((names[0], names.len()), ("config.lr", 3), "{found:?}");
            assert!(found[0].importance > 0.7 && (found[0].correlation.unwrap() + 1.0).abs() < 1e-9, "{found:?}");
            let kind = found.iter().find(|one| one.name == "config.kind").unwrap();
            assert_eq!((kind.correlation, kind.runs), (None, 60));
            let few = read.parameter_importance("summary_metrics.loss", Some(r#"{"config.lr": 0.1}"#)).await.unwrap();
            assert!(few.iter().all(|one| one.name != "config.lr" && one.importance == 0.0), "{few:?}");
            assert!(read.parameter_importance("summary_metrics.none", None).await.unwrap().is_empty());
        }
    }
}
