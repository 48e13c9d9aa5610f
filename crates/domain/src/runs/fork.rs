//! Forking: a new run that begins with the history of another up to a step (`fork_from`).

use serde_json::{Map, Value};

use super::streams::segments::{self, NewSegment};
use super::streams::{self, StreamKind};
use crate::db::{Tx, sql};
use crate::policy::Project;
use crate::{Domain, Error};

/// The parent's rows, already written as a blob.
#[derive(Debug)]
pub(super) struct Fork {
    rows: i64,
    segment: Option<NewSegment>,
    /// The parent's rows are of several writers.
    shared: bool,
}

/// Copies what the config's branch point names, when `name` is a run that is not there yet and the parent is a run of
/// this project: whoever may submit to the project may read it.
pub(super) async fn prepare(
    domain: &Domain,
    project: &Project,
    name: &str,
    config: Option<&Map<String, Value>>,
) -> Result<Option<Fork>, Error> {
    let Some((parent, step)) = config.and_then(branch_point).filter(|(parent, _)| *parent != name) else {
        return Ok(None);
    };
    let text = "SELECT name, id, generation FROM run WHERE project_id = $1 AND name IN ($2, $3) AND deleted_at IS NULL";
    let found: Vec<(String, i64, i64)> = sql(text).bind(project.id).bind(name).bind(parent).all(domain.db()).await?;
    let [(found, parent, generation)] = found.as_slice() else { return Ok(None) };
    if found == name {
        return Ok(None);
    }
    let steps = Some(i64::MIN..step.saturating_add(1));
    let rows = streams::load(domain, *parent, *generation, StreamKind::History, None, steps).await?;
    let lines = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let shared = !streams::shared(domain.db(), &[*parent], StreamKind::History).await?.is_empty();
    Ok(Some(Fork { rows: lines, segment: segments::write(domain, rows).await?, shared }))
}

impl Fork {
    /// Makes the rows the beginning of the new run.
    pub async fn write(self, tx: &mut Tx, domain: &Domain, run_id: i64) -> Result<(), Error> {
        if let Some(segment) = self.segment {
            segment.insert(tx, domain.clock(), run_id, 0, StreamKind::History, 0).await?;
        }
        if self.shared {
            segments::begin_stream(tx, run_id, 0, (StreamKind::History, "parent"), 0, 0).await?;
        }
        segments::begin_stream(tx, run_id, 0, (StreamKind::History, ""), self.rows, 0).await
    }
}

/// `config._wandb.value.branch_point`: `{"run_id", "step"}`.
pub(super) fn branch_point(config: &Map<String, Value>) -> Option<(&str, i64)> {
    let point = config.get("_wandb")?.get("value")?.get("branch_point")?;
    let step = point.get("step")?;
    Some((point.get("run_id")?.as_str()?, step.as_i64().or_else(|| step.as_f64().map(|step| step.floor() as i64))?))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Lab, history};

    #[tokio::test]
    async fn a_fork_begins_with_its_parents_rows() {
        for lab in Lab::all().await {
            let parent = lab.run("r1").await;
            let rows: Vec<String> = (0..5).map(|n| format!("{{\"_step\":{n},\"a\":{n}}}")).collect();
            let lines: Vec<&str> = rows.iter().map(String::as_str).collect();
            parent.append(history(0, &lines)).await.unwrap();
            let config = |parent: &str| {
                Some(format!(r#"{{"_wandb":{{"value":{{"branch_point":{{"run_id":"{parent}","step":2}}}}}}}}"#))
            };
            let fork = lab.init("r2", |u| u.change.config = config("r1")).await;
            assert_eq!(fork.history_line_count, 3);
            assert_eq!(lab.history("r2").await, rows[..3]);
            fork.run.append(history(3, &["{\"_step\":3,\"b\":1}"])).await.unwrap();
            for _ in 0..2 {
                // The same start again: a retry, or `wandb sync`.
                let again = lab.init("r2", |u| u.change.config = config("r1")).await;
                assert_eq!(again.history_line_count, 3);
                again.run.append(history(3, &["{\"_step\":3,\"b\":1}"])).await.unwrap();
            }
            assert_eq!(lab.history("r2").await.len(), 4);
            assert_eq!(lab.history("r1").await.len(), 5);
            assert_eq!(lab.init("r3", |u| u.change.config = config("nope")).await.history_line_count, 0);
        }
    }
}
