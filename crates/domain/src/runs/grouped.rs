//! Points for charts of groups: the runs that are the same in some columns as one line.

use std::ops::Range;
use std::sync::Arc;

use futures::TryStreamExt;
use history::Series;
use history::sample::{Formula, Grid, Together, together};
use serde_json::Value;

use super::series::{MOST_LINES, SeriesRequest, lines_of};
use crate::policy::{Allowed, Project, Read};
use crate::{Error, Problem};

/// Most groups that are drawn; the largest are.
const MOST_GROUPS: usize = 500;
/// Most points of a group's line.
const MOST_BUCKETS: usize = 1000;

/// Which runs make the groups, and what is drawn of them beside metrics.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    /// Columns whose values make the groups; without one all runs are a group.
    pub by: Vec<String>,
    /// The client's JSON filter over runs.
    pub filters: Option<String>,
    /// Formulas over the metrics of a run, by what their lines are called.
    pub formulas: Vec<(String, Formula)>,
}

/// A metric or formula of a group.
#[derive(Clone, Debug)]
pub struct GroupSeries {
    /// The values of the columns; null for runs that have none.
    pub values: Vec<Value>,
    /// How many runs are in the group, with the metric or without.
    pub runs: usize,
    /// The metric, or what the formula is called.
    pub key: String,
    /// The points; none when no run has the metric.
    pub line: Together,
}

impl Allowed<Read, Project> {
    /// Metrics and formulas of groups of runs, group by group, the largest first, and within a group metric by metric, then
    /// formula by formula. The runs of `request` do not matter. Every run counts once in each point, however many rows it
    /// has there.
    pub async fn grouped(&self, grouping: Grouping, request: SeriesRequest) -> Result<Vec<GroupSeries>, Error> {
        let mut groups = self.run_members(&grouping.by, grouping.filters.as_deref()).await?;
        groups.truncate(MOST_GROUPS);
        let buckets = request.buckets.clamp(1, MOST_BUCKETS);
        let drawn = Drawn { metrics: request.keys.len(), formulas: grouping.formulas };
        let mut keys = request.keys;
        let needed = drawn.formulas.iter().flat_map(|(_, formula)| &formula.names);
        needed.for_each(|name| _ = (!keys.contains(name)).then(|| keys.push(name.clone())));
        let request = Arc::new(SeriesRequest { buckets, keys, ..request });
        let runs: Vec<(String, i64)> =
            groups.iter().flat_map(|group| group.runs.iter().map(|id| (String::new(), *id))).collect();
        if runs.len().saturating_mul(request.keys.len().max(drawn.count())) > MOST_LINES {
            return Err(Error::Invalid(Problem::SeriesTooMany { runs: MOST_LINES, lines: MOST_LINES }));
        }
        let parts: Vec<_> = lines_of(self.domain(), runs, Arc::clone(&request)).try_collect().await?;
        let combine = move || {
            let lines: Vec<Series> = parts.into_iter().flatten().map(|line| line.series).collect();
            let lines = drawn.lines(lines, &request.keys);
            let count = drawn.count();
            let of = |runs: Range<usize>, at: usize| runs.map(move |run| run * count + at);
            let grids: Vec<Grid> = (0..count)
                .map(|at| Grid::of(of(0..lines.len() / count, at).map(|line| &lines[line]), buckets))
                .collect();
            let mut all = Vec::with_capacity(groups.len() * count);
            let mut start = 0;
            for group in groups {
                let own = start..start + group.runs.len();
                start = own.end;
                for (at, grid) in grids.iter().enumerate() {
                    all.push(GroupSeries {
                        values: group.values.clone(),
                        runs: own.len(),
                        key: drawn.name(at, &request.keys).to_owned(),
                        line: together(of(own.clone(), at).map(|line| &lines[line]), grid),
                    });
                }
            }
            all
        };
        tokio::task::spawn_blocking(combine).await.map_err(|e| Error::internal("putting lines together", e))
    }
}

/// What is drawn of each run: the first of the keys that are read, then formulas.
struct Drawn {
    metrics: usize,
    formulas: Vec<(String, Formula)>,
}

impl Drawn {
    fn count(&self) -> usize {
        self.metrics + self.formulas.len()
    }

    fn name<'a>(&'a self, at: usize, keys: &'a [String]) -> &'a str {
        if at < self.metrics { &keys[at] } else { &self.formulas[at - self.metrics].0 }
    }

    /// The lines that are drawn, of those that were read, both run by run.
    fn lines(&self, read: Vec<Series>, keys: &[String]) -> Vec<Series> {
        if self.formulas.is_empty() {
            return read;
        }
        let place = |name: &String| keys.iter().position(|key| key == name);
        let places: Vec<Vec<usize>> =
            self.formulas.iter().map(|(_, formula)| formula.names.iter().filter_map(place).collect()).collect();
        let of_run = |read: &[Series]| {
            let formulas = self.formulas.iter().zip(&places).map(|((_, formula), places)| {
                formula.line(&places.iter().map(|place| &read[*place]).collect::<Vec<_>>())
            });
            read[..self.metrics].iter().cloned().chain(formulas).collect::<Vec<Series>>()
        };
        read.chunks(keys.len()).flat_map(of_run).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::ProjectPath;
    use crate::runs::StreamUpdate;
    use crate::testing::{Lab, history};

    fn request(keys: &[&str], range: Option<(f64, f64)>) -> SeriesRequest {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        SeriesRequest { runs: Vec::new(), keys, x: "_step".to_owned(), system: false, range, buckets: 100 }
    }

    #[tokio::test]
    async fn runs_with_the_same_value_are_one_line() {
        for lab in Lab::all().await {
            for (name, lr, slope) in [("a", 1, 1.0), ("b", 1, 3.0), ("c", 2, 10.0)] {
                let config = json!({ "lr": { "value": lr } }).to_string();
                let run = lab.init(name, |upsert| upsert.change.config = Some(config)).await.run;
                let lines: Vec<String> =
                    (0..10).map(|step| format!(r#"{{"_step":{step},"loss":{}}}"#, f64::from(step) * slope)).collect();
                run.append(history(0, &lines.iter().map(String::as_str).collect::<Vec<_>>())).await.unwrap();
                if name == "a" {
                    run.append(StreamUpdate { complete: true, ..Default::default() }).await.unwrap();
                    lab.domain.run_due_jobs().await.unwrap();
                }
            }
            let project = lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
            let by = |by: &[&str], filters: Option<&str>| Grouping {
                by: by.iter().map(|name| (*name).to_owned()).collect(),
                filters: filters.map(str::to_owned),
                ..Grouping::default()
            };
            let found = project.grouped(by(&["config.lr"], None), request(&["loss", "none"], None)).await.unwrap();
            let heads: Vec<_> =
                found.iter().map(|group| (group.values[0].clone(), group.runs, group.key.as_str())).collect();
            assert_eq!(
                heads,
                [(json!(1), 2, "loss"), (json!(1), 2, "none"), (json!(2), 1, "loss"), (json!(2), 1, "none")]
            );
            let line = &found[0].line;
            assert_eq!((line.x[4], line.count[4], line.mean[4], line.min[4], line.max[4]), (4.0, 2.0, 8.0, 4.0, 12.0));
            assert!((line.deviation[4] - 32_f64.sqrt()).abs() < 1e-12 && (line.error[4] - 4.0).abs() < 1e-12);
            assert_eq!((found[1].line.x.len(), &found[2].line.mean[9]), (0, &90.0));
            let one = project.grouped(by(&[], Some(r#"{"config.lr":1}"#)), request(&["loss"], Some((3.0, 5.0)))).await;
            let one = one.unwrap();
            assert_eq!((one.len(), one[0].runs, &one[0].line.x), (1, 2, &vec![3.0, 4.0, 5.0]));
            let formula = |tree: Value| ("twice".to_owned(), serde_json::from_value(tree).unwrap());
            let formulas = vec![formula(json!(["*", "loss", 2])), formula(json!(["+", "loss", "none"]))];
            let twice = Grouping { formulas, ..by(&["config.lr"], None) };
            let twice = project.grouped(twice, request(&[], None)).await.unwrap();
            let (line, none) = (&twice[0].line, &twice[1].line);
            assert_eq!((twice.len(), twice[0].key.as_str(), line.mean[4], line.median[4]), (4, "twice", 16.0, 16.0));
            assert_eq!((none.x.len(), twice[2].line.mean[9]), (0, 180.0));
            let many = vec!["config.lr"; 9];
            assert!(matches!(project.grouped(by(&many, None), request(&["loss"], None)).await, Err(Error::Invalid(_))));
        }
    }
}
