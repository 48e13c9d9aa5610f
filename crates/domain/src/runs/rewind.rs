//! Rewinding: going on from an earlier step (`resume_from`). What came after stays stored under the old generation.

use history::{Batch, STEP};
use serde_json::{Map, Value};

use super::row;
use super::streams::segments::{self, NewSegment};
use super::streams::{self, StreamKind};
use crate::live::Change;
use crate::model::RunState;
use crate::policy::{Allowed, Run, Update};
use crate::{Error, Problem};

/// A run that was rewound.
#[derive(Debug)]
pub struct Rewound {
    /// The run, in its new generation.
    pub run: Allowed<Update, Run>,
    /// The history line that the client writes next.
    pub history_line_count: i64,
}

/// What the new generation begins with.
struct Kept {
    lines: i64,
    segment: Option<NewSegment>,
    /// Top-level keys that history had before.
    logged: Vec<String>,
    /// Their last kept values.
    last: Map<String, Value>,
}

impl Allowed<Update, Run> {
    /// Goes back to the last row whose `metric` is at most `value`; only `_step` can be gone back by.
    ///
    /// A new generation begins with the kept rows. Console and system metrics stay whole; what the client sends next is
    /// added to them.
    pub async fn rewind(&self, metric: &str, value: f64) -> Result<Rewound, Error> {
        if metric != STEP {
            return Err(Error::Invalid(Problem::RewindMetric { metric: metric.to_owned() }));
        }
        if !value.is_finite() || value < 0.0 {
            return Err(Error::Invalid(Problem::RewindStep));
        }
        let (domain, run) = (self.domain(), self.resource());
        let kept = self.keep(value).await?;
        let (lines, now) = (kept.lines, domain.clock().now());
        let mut tx = domain.db().begin().await?;
        let row = row::lock(&mut tx, run.id, now).await?;
        if row.generation != run.generation {
            return Err(Error::Busy("the run was started again or rewound at the same moment; ask again".to_owned()));
        }
        let generation = row.generation + 1;
        if let Some(segment) = kept.segment {
            segment.insert(&mut tx, domain.clock(), run.id, generation, StreamKind::History, 0).await?;
        }
        segments::begin_stream(&mut tx, run.id, generation, (StreamKind::History, ""), lines, 0).await?;
        for kind in [StreamKind::Events, StreamKind::Console] {
            segments::copy(&mut tx, domain.clock(), run.id, (row.generation, generation), kind).await?;
        }
        let mut summary = row::document(&mut tx, run.id, "summary").await?;
        // Keys that history never had are kept; the others are as they were at the last kept row.
        summary.retain(|key, _| !kept.logged.contains(key));
        summary.extend(kept.last);
        let columns = vec![
            ("generation", generation.into()),
            ("summary", Value::Object(summary).to_string().into()),
            ("state", RunState::Running.as_str().into()),
            ("exit_code", None::<i64>.into()),
            ("finished_at", None::<i64>.into()),
            ("stop_requested", false.into()),
            ("preempting", false.into()),
            ("restart", None::<String>.into()),
            ("heartbeat_at", now.into()),
        ];
        row::set(&mut tx, run.id, columns).await?;
        tx.commit().await?;
        let changes = vec![Change::History, Change::Summary, Change::State];
        super::tell(domain, run, RunState::Running, changes);
        Ok(Rewound { run: self.at(generation, RunState::Running), history_line_count: lines })
    }

    /// Writes the rows up to `step` as a blob, before the transaction.
    async fn keep(&self, step: f64) -> Result<Kept, Error> {
        let (domain, run) = (self.domain(), self.resource());
        let all = streams::load(domain, run.id, run.generation, StreamKind::History, None, None).await?;
        let logged = all.columns().map(|(key, column)| column.path().map_or(key, |path| &path[0]).to_owned()).collect();
        // `as` saturates: a step beyond all keeps everything.
        let rows = all.filter_step(i64::MIN, (step.floor() as i64).saturating_add(1));
        let (lines, last) = (i64::try_from(rows.len()).unwrap_or(i64::MAX), last_values(&rows));
        Ok(Kept { lines, segment: segments::write(domain, rows).await?, logged, last })
    }
}

/// The last value of every key, nested as it was logged: what the client had put into the summary.
fn last_values(rows: &Batch) -> Map<String, Value> {
    let mut last = Map::new();
    for (key, column) in rows.columns() {
        let Some((_, value)) = column.iter().last() else { continue };
        let path = column.path().map_or_else(|| vec![key.to_owned()], <[String]>::to_vec);
        put(&mut last, &path, value.to_json());
    }
    last
}

fn put(map: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => _ = map.insert(key.clone(), value),
        [key, rest @ ..] => {
            let inner = map.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Lab, console, events, history, summary};

    #[tokio::test]
    async fn a_rewound_run_goes_on_from_its_step() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            let rows: Vec<String> = (0..5).map(|n| format!(r#"{{"_step":{n},"d":{{"x":{n}}}}}"#)).collect();
            let lines: Vec<&str> = rows.iter().map(String::as_str).collect();
            run.append(history(0, &lines)).await.unwrap();
            run.append(console(0, &["one", "two"])).await.unwrap();
            run.append(events(0, &[r#"{"_timestamp":1,"cpu":1}"#])).await.unwrap();
            run.append(summary(r#"{"_step":4,"d":{"x":4},"best":9}"#)).await.unwrap();
            assert!(matches!(run.rewind("loss", 1.0).await, Err(Error::Invalid { .. })));
            assert!(matches!(run.rewind("_step", f64::NAN).await, Err(Error::Invalid { .. })));

            let rewound = run.rewind("_step", 2.0).await.unwrap();
            assert_eq!(rewound.history_line_count, 3);
            assert_eq!(rewound.run.resource().generation, 1);
            assert_eq!(lab.history("r1").await.len(), 3);
            assert_eq!(lab.text("r1", "summary").await.unwrap(), r#"{"best":9,"_step":2,"d":{"x":2}}"#);
            assert!(matches!(run.rewind("_step", 1.0).await, Err(Error::Busy(_))), "an old proof");

            rewound.run.append(history(3, &[r#"{"_step":3,"d":{"x":33}}"#])).await.unwrap();
            rewound.run.append(console(0, &["three"])).await.unwrap();
            rewound.run.append(events(0, &[r#"{"_timestamp":2,"cpu":2}"#])).await.unwrap();
            assert!(lab.history("r1").await[3].contains("33"));
            assert_eq!(lab.rows("r1", StreamKind::Console).await.len(), 3);
            assert_eq!(lab.rows("r1", StreamKind::Events).await.len(), 2);
            let old = streams::load(&lab.domain, run.resource().id, 0, StreamKind::History, None, None).await.unwrap();
            assert_eq!(old.len(), 5, "nothing is deleted");
        }
    }
}
