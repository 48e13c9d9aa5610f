//! Points for charts of groups: the runs that are the same in some columns as one line.

use std::ops::Range;
use std::sync::Arc;

use history::sample::{Grid, Together, together};
use serde_json::Value;

use super::series::{MOST_LINES, SeriesRequest, lines_of};
use crate::policy::{Allowed, Project, Read};
use crate::{Error, Problem};

/// Most groups that are drawn; the largest are.
const MOST_GROUPS: usize = 500;
/// Most points of a group's line.
const MOST_BUCKETS: usize = 1000;

/// Which runs make the groups.
#[derive(Clone, Debug, Default)]
pub struct Grouping {
    /// Columns whose values make the groups; without one all runs are a group.
    pub by: Vec<String>,
    /// The client's JSON filter over runs.
    pub filters: Option<String>,
}

/// A metric of a group.
#[derive(Clone, Debug)]
pub struct GroupSeries {
    /// The values of the columns; null for runs that have none.
    pub values: Vec<Value>,
    /// How many runs are in the group, with the metric or without.
    pub runs: usize,
    /// The metric.
    pub key: String,
    /// The points; none when no run has the metric.
    pub line: Together,
}

impl Allowed<Read, Project> {
    /// Metrics of groups of runs, group by group, the largest first, and within a group key by key. The runs of `request`
    /// do not matter. Every run counts once in each point, however many rows it has there.
    pub async fn grouped(&self, grouping: Grouping, request: SeriesRequest) -> Result<Vec<GroupSeries>, Error> {
        let mut groups = self.run_members(&grouping.by, grouping.filters.as_deref()).await?;
        groups.truncate(MOST_GROUPS);
        let buckets = request.buckets.clamp(1, MOST_BUCKETS);
        let request = Arc::new(SeriesRequest { buckets, ..request });
        let runs: Vec<(String, i64)> =
            groups.iter().flat_map(|group| group.runs.iter().map(|id| (String::new(), *id))).collect();
        if runs.len().saturating_mul(request.keys.len()) > MOST_LINES {
            return Err(Error::Invalid(Problem::SeriesTooMany { runs: MOST_LINES, lines: MOST_LINES }));
        }
        let lines = lines_of(self.domain(), runs, Arc::clone(&request)).await?;
        let combine = move || {
            let keys = request.keys.len();
            let of = |runs: Range<usize>, key: usize| runs.map(move |run| run * keys + key);
            let grids: Vec<Grid> = (0..keys)
                .map(|key| Grid::of(of(0..lines.len() / keys, key).map(|at| &lines[at].series), buckets))
                .collect();
            let mut all = Vec::with_capacity(groups.len() * keys);
            let mut start = 0;
            for group in groups {
                let own = start..start + group.runs.len();
                start = own.end;
                for (key, grid) in grids.iter().enumerate() {
                    let members = of(own.clone(), key).map(|at| &lines[at]);
                    all.push(GroupSeries {
                        values: group.values.clone(),
                        runs: own.len(),
                        key: request.keys[key].clone(),
                        line: together(members.map(|line| &line.series), grid),
                    });
                }
            }
            all
        };
        tokio::task::spawn_blocking(combine).await.map_err(|e| Error::internal("putting lines together", e))
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
            let many = vec!["config.lr"; 9];
            assert!(matches!(project.grouped(by(&many, None), request(&["loss"], None)).await, Err(Error::Invalid(_))));
        }
    }
}
