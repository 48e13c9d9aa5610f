//! Which columns a project's run table can have.

use std::collections::BTreeMap;

use super::view::{Source, View};
use crate::Error;
use crate::policy::{Allowed, Project, Read};
use crate::runs::document::Field;

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunColumn {
    /// As filters, orders and groups name it.
    pub name: String,
    /// `run`, `config` or `summary`.
    pub section: &'static str,
    /// `number`, `string`, `boolean`, `date`, `list`, `object` or `mixed`.
    pub kind: &'static str,
    /// How many runs have a value.
    pub runs: i64,
}

/// The fields that are columns, in the order in which they are listed.
const FIELDS: [(&str, &str); 19] = [
    ("displayName", "string"),
    ("name", "string"),
    ("state", "string"),
    ("notes", "string"),
    ("username", "string"),
    ("tags", "list"),
    ("createdAt", "date"),
    ("duration", "number"),
    ("group", "string"),
    ("jobType", "string"),
    ("sweep", "string"),
    ("heartbeatAt", "date"),
    ("updatedAt", "date"),
    ("finishedAt", "date"),
    ("host", "string"),
    ("program", "string"),
    ("commit", "string"),
    ("description", "string"),
    ("exitcode", "number"),
];

/// What the client keeps for itself.
const OWN: &str = "_wandb";

impl Allowed<Read, Project> {
    /// The columns whose names hold `search` (without regard to case): fields of the run, then config, then summary.
    pub async fn run_columns(&self, search: Option<&str>, first: Option<usize>) -> Result<Vec<RunColumn>, Error> {
        let all = self.look(false, columns).await?;
        let search = search.unwrap_or_default().to_lowercase();
        let found = all.into_iter().filter(|column| column.name.to_lowercase().contains(&search));
        Ok(found.take(first.unwrap_or(usize::MAX)).collect())
    }
}

fn columns(view: &View<'_>) -> Vec<RunColumn> {
    let of_field = |(name, kind): (&str, &'static str)| {
        let runs = match view.source(&Field::parse(name)) {
            Source::Column(column, _) => column.len(),
            Source::Tags => {
                let table = &view.table.tags;
                table.counts().filter(|(_, tags, _)| !tags.is_empty()).map(|(_, _, runs)| runs as usize).sum()
            }
            _ => view.table.live.count(),
        };
        RunColumn { name: name.to_owned(), section: "run", kind, runs: runs as i64 }
    };
    let mut all: Vec<RunColumn> = FIELDS.into_iter().map(of_field).collect();
    for (section, prefix, tree) in
        [("config", "config", &view.table.config), ("summary", "summary_metrics", &view.table.summary)]
    {
        // Keys that are cut in several ways have the same name.
        let mut found: BTreeMap<String, (&'static str, usize)> = BTreeMap::new();
        tree.each(&mut |name, column| {
            let own = name.strip_prefix(OWN).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            let Some((kind, runs)) = column.kind().filter(|_| !own) else { return };
            let known = found.entry(format!("{prefix}.{name}")).or_insert((kind, 0));
            known.1 += runs;
            if known.0 != kind {
                known.0 = "mixed";
            }
        });
        all.extend(found.into_iter().map(|(name, (kind, runs))| RunColumn { name, section, kind, runs: runs as i64 }));
    }
    all
}
