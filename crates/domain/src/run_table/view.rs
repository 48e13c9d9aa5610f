//! A table as a caller looks at it now: fields by name, states judged by silence.

use std::collections::BTreeMap;
use std::time::Duration;

use history::Keys;
use serde_json::{Number, Value};

use super::bitmap::Bitmap;
use super::column::{Cell, Column};
use super::table::RunTable;
use super::tree::{NodeId, Tree};
use super::values::number;
use crate::clock::Micros;
use crate::model::RunState;
use crate::runs::document::{Datum, Field, Own};
use crate::runs::effective_state;
use crate::runs::filter::{Expr, Filter, Test};

/// What is known beside the table.
#[derive(Clone, Debug)]
pub(super) struct Around {
    pub entity: String,
    pub project: String,
    pub now: Micros,
    pub timeout: Duration,
    /// Metrics by run id; loaded only where they are asked about.
    pub keys: BTreeMap<i64, Keys>,
}

/// A table now.
pub(super) struct View<'a> {
    pub table: &'a RunTable,
    pub around: &'a Around,
}

/// Where the values of a field are.
pub(super) enum Source<'a> {
    Nothing,
    /// The same for every run.
    Text(&'a str),
    NoTexts,
    /// Own fields are what they are; in JSON the words `NaN` and `Infinity` are numbers.
    Column(&'a Column, bool),
    State,
    Duration,
    Tags,
    Tag(String),
    Metric(String),
    /// Of several nodes a run has the first in which it has a value.
    Nodes(&'a Tree, Vec<NodeId>),
}

impl<'a> View<'a> {
    /// Where a field's values are.
    pub fn source(&self, field: &Field) -> Source<'a> {
        let table: &'a RunTable = self.table;
        let nodes = |tree: &'a Tree, nodes: Vec<NodeId>| match nodes.as_slice() {
            [] => Source::Nothing,
            [node] if tree.is_leaf(*node) => Source::Column(tree.column(*node), true),
            _ => Source::Nodes(tree, nodes),
        };
        match field {
            Field::Own(Own::Entity) => Source::Text(&self.around.entity),
            Field::Own(Own::Project) => Source::Text(&self.around.project),
            Field::Own(Own::State) => Source::State,
            Field::Own(Own::Duration) => Source::Duration,
            Field::Own(Own::Tags) => Source::Tags,
            Field::Own(Own::Artifacts) => Source::NoTexts,
            Field::Own(own) => Source::Column(table.own(*own), false),
            Field::Tag(tag) => Source::Tag(tag.clone()),
            Field::Key(key) => Source::Metric(key.clone()),
            Field::Config(path) => nodes(&table.config, table.config.find_config(path)),
            Field::Summary(path) => {
                let mut found = Vec::new();
                table.summary.find(Tree::ROOT, path, &mut found);
                nodes(&table.summary, found)
            }
            Field::Unknown => Source::Nothing,
        }
    }

    /// The state to show.
    pub fn state(&self, row: u32) -> RunState {
        let (state, preempting) = self.table.states[row as usize];
        let heartbeat = self.date(Own::HeartbeatAt, row).unwrap_or_default();
        effective_state(state, preempting, heartbeat as i64, self.around.now, self.around.timeout)
    }

    pub fn date(&self, own: Own, row: u32) -> Option<f64> {
        self.table.own(own).numbers.get(row)
    }

    /// From the start to the end or the last sign of life, in seconds.
    pub fn duration(&self, row: u32) -> f64 {
        let end = self.date(Own::FinishedAt, row).or_else(|| self.date(Own::HeartbeatAt, row)).unwrap_or_default();
        (end - self.date(Own::CreatedAt, row).unwrap_or_default()).max(0.0) / 1e6
    }

    fn has_metric(&self, row: u32, metric: &str) -> bool {
        let keys = self.around.keys.get(&self.table.ids[row as usize]);
        keys.is_some_and(|keys| keys.0.contains_key(metric))
    }

    /// What a run has; nothing where the field is missing.
    pub fn value(&self, source: &Source<'_>, row: u32) -> Option<Value> {
        match source {
            Source::Nothing => None,
            Source::Text(text) => Some(Value::from(*text)),
            Source::NoTexts => Some(Value::Array(Vec::new())),
            Source::Column(column, _) => column.get(row).map(Cell::to_value),
            Source::State => Some(Value::from(self.state(row).as_str())),
            Source::Duration => Some(number(self.duration(row))),
            Source::Tags => self.table.tags.get(row).map(|(_, tags)| Value::from(tags.clone())),
            Source::Tag(tag) => {
                self.table.tags.get(row).filter(|(_, tags)| tags.contains(tag)).map(|_| Value::Bool(true))
            }
            Source::Metric(metric) => self.has_metric(row, metric).then_some(Value::Bool(true)),
            Source::Nodes(tree, nodes) => nodes.iter().find_map(|node| tree.value(*node, row)),
        }
    }

    /// The rows that a filter admits.
    pub fn select(&self, filter: &Filter) -> Bitmap {
        let mut rows = self.expr(filter.expr());
        rows.and(&self.table.live);
        rows
    }

    fn expr(&self, expr: &Expr) -> Bitmap {
        let live = &self.table.live;
        match expr {
            Expr::All(all) => all.iter().fold(live.clone(), |mut rows, expr| {
                rows.and(&self.expr(expr));
                rows
            }),
            Expr::Any(any) => any.iter().fold(Bitmap::default(), |mut rows, expr| {
                rows.or(&self.expr(expr));
                rows
            }),
            Expr::Not(one) => {
                let mut rows = live.clone();
                rows.and_not(&self.expr(one));
                rows
            }
            Expr::Field(field, tests) => {
                let source = self.source(field);
                tests.iter().fold(live.clone(), |mut rows, test| {
                    rows.and(&self.test(&source, test));
                    rows
                })
            }
        }
    }

    /// The rows of whose values a test holds.
    fn test(&self, source: &Source<'_>, test: &Test) -> Bitmap {
        let live = &self.table.live;
        let all_or_none = |holds: bool| if holds { live.clone() } else { Bitmap::default() };
        let mut rows = Bitmap::default();
        match source {
            Source::Nothing => return all_or_none(test.holds(None)),
            Source::Text(text) => return all_or_none(test.holds(Some(&Datum::Text(text)))),
            Source::NoTexts => return all_or_none(test.holds(Some(&Datum::Texts(&[])))),
            Source::Column(column, _) => return column.select(test, live),
            Source::State => {
                let judged: Vec<RunState> = RunState::ALL
                    .iter()
                    .copied()
                    .filter(|state| test.holds(Some(&Datum::Text(state.as_str()))))
                    .collect();
                live.each(|row| _ = judged.contains(&self.state(row)) && rows.insert(row));
            }
            Source::Duration => {
                let holds = |seconds| test.holds(Number::from_f64(seconds).map(Datum::Number).as_ref());
                live.each(|row| _ = holds(self.duration(row)) && rows.insert(row));
            }
            Source::Tags => {
                let judged = self.table.tags.judge(|_, tags| test.holds(Some(&Datum::Texts(tags))));
                self.table.tags.codes.matching(&mut rows, |code| judged[code as usize]);
            }
            Source::Tag(tag) => {
                let (with, without) = (test.holds(Some(&Datum::True)), test.holds(None));
                let judged = self.table.tags.judge(|_, tags| if tags.contains(tag) { with } else { without });
                self.table.tags.codes.matching(&mut rows, |code| judged[code as usize]);
            }
            Source::Metric(metric) => {
                let (with, without) = (test.holds(Some(&Datum::True)), test.holds(None));
                let holds = |row| if self.has_metric(row, metric) { with } else { without };
                live.each(|row| _ = holds(row) && rows.insert(row));
            }
            Source::Nodes(tree, nodes) => {
                let mut left = live.clone();
                for node in nodes {
                    let mut here = tree.present(*node);
                    here.and(&left);
                    left.and_not(&here);
                    if tree.is_leaf(*node) {
                        let mut held = tree.column(*node).select(test, &here);
                        held.and(&here);
                        rows.or(&held);
                    } else {
                        let holds = |row| tree.value(*node, row).is_some_and(|v| test.holds(Some(&Datum::Json(&v))));
                        here.each(|row| _ = holds(row) && rows.insert(row));
                    }
                }
                if test.holds(None) {
                    rows.or(&left);
                }
            }
        }
        rows
    }
}
