//! What can be changed about a run, checked and written: shared by creating and editing.

use serde_json::{Map, Value};

use super::row::{self, RunRow};
use super::text;
use crate::db::{Arg, Tx};
use crate::live::Change;
use crate::model::RunState;
use crate::{Error, Problem, Thing};

/// What to change; `None` leaves a field as it is, an empty text clears it.
#[derive(Clone, Debug, Default)]
pub struct RunChange {
    /// The name that people read; empty text leaves it.
    pub display_name: Option<String>,
    /// JSON object `{"key": {"value": …}}`, extended JSON; replaces the stored one.
    pub config: Option<String>,
    /// Merges `config` into the stored one instead: top-level keys, and `_wandb` deeply.
    pub merge_config: bool,
    /// Replaces the tags.
    pub tags: Option<Vec<String>>,
    /// Notes under the run's title.
    pub notes: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// Group.
    pub group: Option<String>,
    /// Job type.
    pub job_type: Option<String>,
    /// Host name; with `program` what tells an `init` from a later edit.
    pub host: Option<String>,
    /// Program.
    pub program: Option<String>,
    /// Repository.
    pub repo: Option<String>,
    /// Commit.
    pub commit: Option<String>,
    /// Sweep.
    pub sweep: Option<String>,
    /// State.
    pub state: Option<RunState>,
    /// JSON object, extended JSON; replaces the stored summary.
    pub summary: Option<String>,
}

/// A change that can be written: lengths checked, documents parsed.
#[derive(Debug, Default)]
pub(super) struct CheckedChange {
    columns: Vec<(&'static str, Arg)>,
    config: Option<Map<String, Value>>,
    merge_config: bool,
    summary: bool,
}

impl RunChange {
    /// Whether this is what `wandb.init` sends first, rather than a later change.
    pub(super) fn is_init(&self) -> bool {
        self.host.is_some() || self.program.is_some()
    }

    /// Checks everything, so that nothing fails half-way.
    pub(super) fn check(self) -> Result<CheckedChange, Error> {
        let mut columns: Vec<(&'static str, Arg)> = Vec::new();
        if let Some(name) = self.display_name.filter(|n| !n.trim().is_empty()) {
            columns.push(("display_name", text::free(Thing::DisplayName, name, 1024)?.into()));
        }
        let texts = [
            ("notes", Thing::Notes, self.notes, 1 << 20),
            ("description", Thing::Description, self.description, 1 << 20),
            ("group_name", Thing::Group, self.group, 1024),
            ("job_type", Thing::JobType, self.job_type, 1024),
            ("host", Thing::Host, self.host, 1024),
            ("program", Thing::Program, self.program, 8192),
            ("repo", Thing::Repository, self.repo, 8192),
            ("git_commit", Thing::Commit, self.commit, 1024),
            ("sweep", Thing::Sweep, self.sweep, 1024),
        ];
        for (column, what, value, most) in texts {
            if let Some(value) = value {
                columns.push((column, Some(text::free(what, value, most)?).filter(|t| !t.is_empty()).into()));
            }
        }
        if let Some(tags) = self.tags {
            columns.push(("tags", Value::from(text::tags(tags)?).to_string().into()));
        }
        if let Some(state) = self.state {
            columns.push(("state", state.as_str().into()));
        }
        let summary = self.summary.map(|s| text::object(Thing::Summary, &s)).transpose()?;
        let has_summary = summary.is_some();
        columns.extend(summary.map(|s| ("summary", Value::Object(s).to_string().into())));
        let config = self.config.map(|c| text::object(Thing::Config, &c)).transpose()?;
        Ok(CheckedChange { columns, config, merge_config: self.merge_config, summary: has_summary })
    }
}

impl CheckedChange {
    /// The config, as sent.
    pub fn config(&self) -> Option<&Map<String, Value>> {
        self.config.as_ref()
    }

    /// Writes the change to the locked run; what listeners are told.
    pub async fn write(self, tx: &mut Tx, run: &RunRow) -> Result<Vec<Change>, Error> {
        let Self { mut columns, config, merge_config, summary } = self;
        if let Some(config) = config {
            let config = if merge_config { merged(row::document(tx, run.id, "config").await?, config) } else { config };
            let config = Value::Object(config).to_string();
            if config.len() > text::DOCUMENT {
                return Err(Error::Invalid(Problem::TooLong {
                    what: Thing::Config,
                    length: config.len(),
                    most: text::DOCUMENT,
                }));
            }
            columns.push(("config", config.into()));
        }
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut changes = vec![Change::Config];
        if summary {
            changes.push(Change::Summary);
        }
        if columns.iter().any(|(column, _)| *column == "state") {
            changes.push(Change::State);
        }
        row::set(tx, run.id, columns).await?;
        Ok(changes)
    }
}

/// Each writer of a shared run knows only its own keys. `_wandb` holds one part per writer, so it is merged deeply.
fn merged(mut stored: Map<String, Value>, sent: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in sent {
        match stored.get_mut(&key) {
            Some(old) if key == "_wandb" => deep_merge(old, value),
            Some(old) => *old = value,
            None => _ = stored.insert(key, value),
        }
    }
    stored
}

fn deep_merge(old: &mut Value, new: Value) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, value) in new {
                match old.get_mut(&key) {
                    Some(inner) => deep_merge(inner, value),
                    None => _ = old.insert(key, value),
                }
            }
        }
        (old, new) => *old = new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_of_a_shared_run_keep_each_others_config() {
        let map = |text| text::object(Thing::Config, text).unwrap();
        let stored = map(r#"{"lr":{"value":1},"_wandb":{"value":{"e":{"a":1},"t":{"1":[1]}}}}"#);
        let sent = map(r#"{"lr":{"value":2},"bs":{"value":8},"_wandb":{"value":{"e":{"b":2},"t":{"1":[2]}}}}"#);
        let want = map(r#"{"lr":{"value":2},"_wandb":{"value":{"e":{"a":1,"b":2},"t":{"1":[2]}}},"bs":{"value":8}}"#);
        assert_eq!(merged(stored, sent), want);
    }

    #[test]
    fn what_is_too_long_is_refused_before_anything_is_written() {
        let long = Some("x".repeat(2000));
        assert!(RunChange { display_name: long.clone(), ..Default::default() }.check().is_err());
        assert!(RunChange { group: long, ..Default::default() }.check().is_err());
        let config = Some(format!("{{\"a\":\"{}\"}}", "x".repeat(text::DOCUMENT)));
        assert!(RunChange { config, ..Default::default() }.check().is_err());
    }
}
