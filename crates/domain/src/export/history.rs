//! The rows of many runs as one file.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use ::history::table::{Cells, Kind};
use ::history::{Batch, Keys, STEP};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::{Chunks, Format, outlet};
use crate::policy::{Allowed, Project, Read};
use crate::runs::streams::{self, StreamKind};
use crate::runs::{RunQuery, filter, keys};
use crate::{Domain, Error};

/// The column that names the run.
pub(super) const RUN: &str = "_run";

/// Rows that are read together, and rows of one part of the file.
const WINDOW: u64 = 1 << 18;
const PART: usize = 1 << 17;

/// Parts that are read at once.
const AT_ONCE: usize = 2;

/// Which rows.
#[derive(Clone, Debug, Default)]
pub struct HistoryExport {
    /// Runs by name; none is all.
    pub runs: Option<Vec<String>>,
    /// Runs by the client's JSON filter; with names as well, those that are in both.
    pub filters: Option<String>,
    /// Only these metrics; none is all.
    pub keys: Option<Vec<String>>,
    /// System metrics instead.
    pub system: bool,
}

/// Some rows of a run.
struct Piece {
    id: i64,
    generation: i64,
    name: Arc<str>,
    steps: Option<Range<i64>>,
}

impl HistoryExport {
    fn selection(&self) -> Result<String, Error> {
        let mut all: Vec<Value> = self.runs.iter().map(|names| json!({ "name": { "$in": names } })).collect();
        if let Some(text) = self.filters.as_deref().filter(|text| !text.is_empty()) {
            all.push(Value::Object(filter::json(text)?));
        }
        Ok(if all.is_empty() { String::new() } else { json!({ "$and": all }).to_string() })
    }

    /// The columns for what the runs logged: the run, the step, then the metrics by name.
    fn columns(&self, keys: &BTreeMap<i64, Keys>) -> Vec<(String, Kind)> {
        let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
        let wanted: Option<HashSet<&str>> = self.keys.as_ref().map(|keys| keys.iter().map(String::as_str).collect());
        for (key, info) in keys.values().flat_map(|keys| &keys.0) {
            let known = wanted.as_ref().is_none_or(|wanted| wanted.contains(key.as_str()));
            if !known || key == STEP || key == RUN {
                continue;
            }
            for word in info.counts.keys() {
                let kind = match word.as_str() {
                    "number" => Kind::Float,
                    "boolean" => Kind::Bool,
                    _ => Kind::Text,
                };
                kinds
                    .entry(key)
                    .and_modify(|held| *held = if *held == kind { kind } else { Kind::Text })
                    .or_insert(kind);
            }
        }
        let first = [(RUN.to_owned(), Kind::Text), (STEP.to_owned(), Kind::Int)];
        first.into_iter().chain(kinds.into_iter().map(|(key, kind)| (key.to_owned(), kind))).collect()
    }
}

impl Allowed<Read, Project> {
    /// The history of the runs asked for, one after the other, each by step: a column for the run, `_step`, and one for
    /// each metric. What is a number in every run is one; what differs is text.
    pub async fn export_history(&self, query: HistoryExport, format: Format) -> Result<Chunks, Error> {
        let kind = if query.system { StreamKind::Events } else { StreamKind::History };
        let runs = self.runs(RunQuery { filters: Some(query.selection()?), ..RunQuery::default() }).await?;
        let ids: Vec<i64> = runs.edges.iter().map(|edge| edge.details.id).collect();
        let keys = keys::load(self.domain(), keys::Of::Runs(&ids), kind).await?;
        let columns = Arc::new(query.columns(&keys));
        let mut pieces = Vec::new();
        for edge in runs.edges {
            let (id, generation, name) = (edge.details.id, edge.details.generation, Arc::from(edge.details.name));
            let Some(keys) = keys.get(&id) else { continue };
            let piece = |steps| Piece { id, generation, name: Arc::clone(&name), steps };
            pieces.extend(windows(keys).into_iter().map(piece));
        }
        let (domain, read) = (self.domain().clone(), Arc::clone(&columns));
        let load = move |piece: Piece| {
            let (domain, columns) = (domain.clone(), Arc::clone(&read));
            async move { piece.load(&domain, kind, &columns).await.map(|batch| (piece.name, batch)) }
        };
        outlet::file(format, &columns.clone(), |mut outlet| async move {
            let mut loaded = stream::iter(pieces).map(load).buffered(AT_ONCE);
            let (mut held, mut rows) = (Vec::new(), 0);
            while let Some((name, batch)) = loaded.try_next().await? {
                rows += batch.len();
                held.push((name, batch));
                if rows >= PART {
                    let (part, columns) = (std::mem::take(&mut held), Arc::clone(&columns));
                    outlet = outlet.put(move || cells(&part, &columns)).await?;
                    rows = 0;
                }
            }
            outlet.put(move || cells(&held, &columns)).await
        })
    }
}

/// Ranges of steps with about [`WINDOW`] rows each, so that no run has to fit into memory; all rows of a short one.
fn windows(keys: &Keys) -> Vec<Option<Range<i64>>> {
    let Some(step) = keys.0.get(STEP) else { return vec![None] };
    let parts = step.counts.values().sum::<u64>() / WINDOW + 1;
    if parts == 1 {
        return vec![None];
    }
    let (first, end) = (i128::from(step.first_step), i128::from(step.last_step) + 1);
    let at =
        |part: u64| i64::try_from(first + (end - first) * i128::from(part) / i128::from(parts)).unwrap_or(i64::MAX);
    (0..parts).map(|part| Some(at(part)..at(part + 1))).collect()
}

impl Piece {
    async fn load(&self, domain: &Domain, kind: StreamKind, columns: &[(String, Kind)]) -> Result<Batch, Error> {
        let keys: Vec<&str> = columns.iter().map(|(key, _)| key.as_str()).filter(|key| *key != RUN).collect();
        streams::load(domain, self.id, self.generation, kind, Some(&keys), self.steps.clone()).await
    }
}

/// The rows of some batches, one after the other.
fn cells(part: &[(Arc<str>, Batch)], columns: &[(String, Kind)]) -> Vec<Cells> {
    let column = |(key, kind): &(String, Kind)| {
        let mut cells = Cells::new(*kind);
        for (name, batch) in part {
            match key == RUN {
                true => (0..batch.len()).for_each(|_| cells.push(Some(::history::Value::Text(name.as_ref().into())))),
                false => cells.extend(batch, key),
            }
        }
        cells
    };
    columns.iter().map(column).collect()
}
