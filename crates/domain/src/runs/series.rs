//! Points for charts: many runs, many metrics, a bounded number of points each.

use std::collections::HashMap;
use std::sync::Arc;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use history::{Chart, Series};

use super::streams::{self, StreamKind};
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Project, Read};
use crate::{Domain, Error, Problem};

/// Most runs in one request.
const MOST_RUNS: usize = 1000;
/// Most lines in one request: runs times keys.
pub(super) const MOST_LINES: usize = 20_000;
/// Most points of a line.
const MOST_BUCKETS: usize = 10_000;
/// How points are made of rows: another number where the same rows may give other points than the last release gave.
const VERSION: u32 = 3;
/// Runs that are looked up with one statement.
const TOGETHER: usize = 8;
/// Such groups of one request that are read at once.
const AT_ONCE: usize = 4;

/// Which lines of a chart.
#[derive(Clone, Debug)]
pub struct SeriesRequest {
    /// Names of runs.
    pub runs: Vec<String>,
    /// Metrics.
    pub keys: Vec<String>,
    /// The metric on the x axis.
    pub x: String,
    /// System metrics instead of history.
    pub system: bool,
    /// Only rows with x between these, both included.
    pub range: Option<(f64, f64)>,
    /// Most points of a line.
    pub buckets: usize,
}

/// One line of a chart.
#[derive(Clone, Debug)]
pub struct RunSeries {
    /// The run's name.
    pub run: String,
    /// The metric.
    pub key: String,
    /// The points; none when the run has no such metric.
    pub series: Series,
}

/// The lines, run by run in the order asked, and within a run key by key.
#[derive(Clone, Debug, Default)]
pub struct SeriesAnswer {
    /// The lines.
    pub series: Vec<RunSeries>,
    /// Runs that are not in the project.
    pub missing: Vec<String>,
}

/// The same as it is read.
pub struct SeriesParts {
    /// The lines of a few runs each, in the order asked. Dropping it ends the work that waits.
    pub series: BoxStream<'static, Result<Vec<RunSeries>, Error>>,
    /// Runs that are not in the project.
    pub missing: Vec<String>,
}

impl Allowed<Read, Project> {
    /// Points of metrics of runs of this project. Work that waits ends when the caller goes away.
    pub async fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, Error> {
        let SeriesParts { series, missing } = self.series_parts(request).await?;
        let parts: Vec<Vec<RunSeries>> = series.try_collect().await?;
        Ok(SeriesAnswer { series: parts.into_iter().flatten().collect(), missing })
    }

    /// The same, those of the first runs while the others are being read.
    pub async fn series_parts(&self, request: SeriesRequest) -> Result<SeriesParts, Error> {
        check(request.runs.len(), request.keys.len())?;
        let found = self.ids(&request.runs).await?;
        let missing = request.runs.iter().filter(|run| !found.contains_key(*run)).cloned().collect();
        let present: Vec<(String, i64)> =
            request.runs.iter().filter_map(|run| Some((run.clone(), *found.get(run)?))).collect();
        Ok(SeriesParts { series: lines_of(self.domain(), present, Arc::new(request)).boxed(), missing })
    }

    /// A word for the answer to the request: as long as it is the same, so is the answer.
    pub async fn series_tag(&self, request: &SeriesRequest) -> Result<String, Error> {
        check(request.runs.len(), request.keys.len())?;
        let found = self.ids(&request.runs).await?;
        let mut ids: Vec<i64> = found.into_values().collect();
        ids.sort_unstable();
        let kind = if request.system { StreamKind::Events } else { StreamKind::History };
        let state = streams::state_of(self.domain(), &ids, kind).await?;
        let question = blake3::hash(format!("{VERSION} {request:?} {ids:?}").as_bytes());
        Ok(format!("{state}{}", &question.to_hex()[..16]))
    }

    /// Ids of runs, by name.
    async fn ids(&self, names: &[String]) -> Result<HashMap<String, i64>, Error> {
        if names.is_empty() {
            return Ok(HashMap::new());
        }
        let text = format!(
            "SELECT name, id FROM run WHERE project_id = $1 AND deleted_at IS NULL AND name IN ({})",
            placeholders(2, names.len())
        );
        let rows: Vec<(String, i64)> =
            sql(text).bind(self.resource().id).bind_all(names).all(self.domain().db()).await?;
        Ok(rows.into_iter().collect())
    }
}

/// Whether so many lines may be asked for.
fn check(runs: usize, keys: usize) -> Result<(), Error> {
    if runs > MOST_RUNS || runs.saturating_mul(keys) > MOST_LINES {
        return Err(Error::Invalid(Problem::SeriesTooMany { runs: MOST_RUNS, lines: MOST_LINES }));
    }
    Ok(())
}

/// The lines of runs with these names and ids, a few runs at a time, and within a run key by key.
pub(super) fn lines_of(
    domain: &Domain,
    runs: Vec<(String, i64)>,
    request: Arc<SeriesRequest>,
) -> impl Stream<Item = Result<Vec<RunSeries>, Error>> + use<> {
    let groups: Vec<Vec<(String, i64)>> = runs.chunks(TOGETHER).map(<[_]>::to_vec).collect();
    let domain = domain.clone();
    stream::iter(groups).map(move |runs| several(domain.clone(), runs, Arc::clone(&request))).buffered(AT_ONCE)
}

/// The lines of a few runs; as many are drawn at a time in the whole process as there are processors.
async fn several(
    domain: Domain,
    runs: Vec<(String, i64)>,
    request: Arc<SeriesRequest>,
) -> Result<Vec<RunSeries>, Error> {
    let kind = if request.system { StreamKind::Events } else { StreamKind::History };
    let ids: Vec<i64> = runs.iter().map(|(_, id)| *id).collect();
    let mut parts = streams::charts(&domain, &ids, kind).await?;
    // Only now: a processor that waits for the database could draw others.
    let _permit = domain.sampling().acquire().await.map_err(|e| Error::internal("waiting to sample", e))?;
    let cache = Arc::clone(domain.charts());
    let read = move || {
        let keys: Vec<&str> = request.keys.iter().chain([&request.x]).map(String::as_str).collect();
        let mut all = Vec::with_capacity(runs.len() * request.keys.len());
        for (name, id) in runs {
            let chart = parts.remove(&id).map(|parts| parts.chart(&cache, &keys)).transpose()?;
            lines(chart, &name, &request, &mut all)?;
        }
        Ok(all)
    };
    tokio::task::spawn_blocking(read).await.map_err(|e| Error::internal("drawing charts", e))?
}

/// Adds the lines of a run; one without rows has none.
fn lines(mut chart: Option<Chart>, run: &str, request: &SeriesRequest, all: &mut Vec<RunSeries>) -> Result<(), Error> {
    let buckets = request.buckets.clamp(1, MOST_BUCKETS);
    for key in &request.keys {
        let series = match &mut chart {
            Some(chart) => chart.series(&request.x, key, request.range, buckets),
            None => Ok(Series { exact: true, ..Series::default() }),
        };
        let series = series.map_err(|e| Error::internal("reading a segment", e))?;
        all.push(RunSeries { run: run.to_owned(), key: key.clone(), series });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProjectPath;
    use crate::testing::{Lab, events, history};

    fn request(runs: &[&str], keys: &[&str]) -> SeriesRequest {
        SeriesRequest {
            runs: runs.iter().map(|run| (*run).to_owned()).collect(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            x: "_step".to_owned(),
            system: false,
            range: None,
            buckets: 10,
        }
    }

    async fn ask(lab: &Lab, request: SeriesRequest) -> Result<SeriesAnswer, Error> {
        lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap().series(request).await
    }

    #[tokio::test]
    async fn lines_come_run_by_run_from_files_and_tails_and_missing_runs_are_listed() {
        for lab in Lab::all().await {
            let lines: Vec<String> = (0..100)
                .map(|n| {
                    format!(
                        r#"{{"_step":{n},"loss":{},"t":{}}}"#,
                        if n == 7 { "NaN".into() } else { n.to_string() },
                        n * 2
                    )
                })
                .collect();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            for name in ["a", "b"] {
                let run = lab.run(name).await;
                run.append(history(0, &lines[..60])).await.unwrap();
                run.append(crate::runs::StreamUpdate { complete: true, ..Default::default() }).await.unwrap();
                lab.domain.run_due_jobs().await.unwrap();
                run.append(history(60, &lines[60..])).await.unwrap();
                run.append(events(0, &[r#"{"_runtime":1.5,"system.cpu":5}"#])).await.unwrap();
            }
            let answer = ask(&lab, request(&["b", "nope", "a"], &["loss", "none"])).await.unwrap();
            assert_eq!(answer.missing, ["nope"]);
            let order: Vec<_> = answer.series.iter().map(|line| (line.run.as_str(), line.key.as_str())).collect();
            assert_eq!(order, [("b", "loss"), ("b", "none"), ("a", "loss"), ("a", "none")]);
            let loss = &answer.series[0].series;
            assert!(!loss.exact && loss.x.len() <= 10 && loss.nan == 1);
            assert_eq!((loss.min.first(), loss.max.last()), (Some(&0.0), Some(&99.0)));
            assert!(answer.series[1].series.x.is_empty());

            let zoomed = SeriesRequest { range: Some((58.5, 62.0)), ..request(&["a"], &["loss"]) };
            let zoomed = ask(&lab, zoomed).await.unwrap().series.remove(0).series;
            assert!(zoomed.exact);
            assert_eq!((zoomed.x, zoomed.mean), (vec![59.0, 60.0, 61.0, 62.0], vec![59.0, 60.0, 61.0, 62.0]));
            let other =
                SeriesRequest { x: "t".into(), range: Some((190.0, f64::INFINITY)), ..request(&["a"], &["loss"]) };
            assert_eq!(ask(&lab, other).await.unwrap().series[0].series.x, [190.0, 192.0, 194.0, 196.0, 198.0]);
            let open = SeriesRequest { range: Some((f64::NEG_INFINITY, 1.0)), ..request(&["a"], &["loss"]) };
            assert_eq!(ask(&lab, open).await.unwrap().series[0].series.x, [0.0, 1.0]);
            let system = SeriesRequest { system: true, x: "_runtime".into(), ..request(&["a"], &["system.cpu"]) };
            assert_eq!(ask(&lab, system).await.unwrap().series[0].series.mean, [5.0]);

            let many = vec!["a"; MOST_RUNS + 1];
            assert!(matches!(ask(&lab, request(&many, &["loss"])).await, Err(Error::Invalid { .. })));
            let stranger = lab.mallory.allow::<Read, Project>(&ProjectPath::new("team", "p")).await;
            assert!(matches!(stranger, Err(Error::Denied(_))));
        }
    }
}
