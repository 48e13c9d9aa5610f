//! The order of groups.

use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::aggregate::FIGURES;
use super::super::group_by::Group;
use crate::runs::document::Datum;
use crate::runs::order::{SortKey, parts};
use crate::{Error, Problem};

/// A parsed order.
#[derive(Debug)]
pub(super) struct GroupOrder(Vec<(Key, bool)>);

#[derive(Debug)]
enum Key {
    By(usize),
    RunCount,
    Figure(String, &'static str),
}

/// Where a group stands: what a cursor holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Place {
    #[serde(rename = "k")]
    keys: Vec<Option<SortKey>>,
    /// The group's values, so that no two groups stand in one place.
    #[serde(rename = "g")]
    group: String,
}

impl GroupOrder {
    /// Reads an order; without one groups go by their values.
    pub fn parse(text: &str, by: &[String]) -> Result<Self, Error> {
        let mut keys = Vec::new();
        for (name, descending) in if text.trim().is_empty() { Vec::new() } else { parts(text)? } {
            let figure =
                FIGURES.into_iter().find_map(|figure| Some((name.strip_suffix(figure)?.strip_suffix(':')?, figure)));
            let key = match (by.iter().position(|column| *column == name), name.as_str()) {
                (Some(at), _) => Key::By(at),
                (None, "runCount") => Key::RunCount,
                (None, name) => {
                    // Dates have no mean: the newest first, or the oldest.
                    let fallback = match name {
                        _ if !name.ends_with("At") && !name.ends_with("_at") => "mean",
                        _ => "last",
                    };
                    let (column, figure) = figure.unwrap_or((name, fallback));
                    Key::Figure(column.to_owned(), figure)
                }
            };
            keys.push((key, descending));
        }
        if keys.is_empty() {
            keys.extend((0..by.len()).map(|at| (Key::By(at), false)));
        }
        Ok(Self(keys))
    }

    /// The columns whose figures are wanted: those asked for, and those of the order.
    pub fn columns(&self, asked: &[String]) -> Vec<String> {
        let mut columns: Vec<String> = asked.to_vec();
        for (key, _) in &self.0 {
            if let Key::Figure(column, _) = key
                && !columns.contains(column)
            {
                columns.push(column.clone());
            }
        }
        columns
    }

    /// Where the group stands.
    pub fn place(&self, group: &Group, columns: &[String]) -> Place {
        let sort_key = |value: &Value| SortKey::of(&Datum::Json(value));
        let key = |key: &Key| match key {
            Key::By(at) => sort_key(&group.values[*at]),
            Key::RunCount => sort_key(&Value::from(group.runs)),
            Key::Figure(column, figure) => {
                let at = columns.iter().position(|name| name == column)?;
                sort_key(&group.figures[at].figure(figure)?)
            }
        };
        let keys = self.0.iter().map(|(k, _)| key(k)).collect();
        Place { keys, group: Value::from(group.values.clone()).to_string() }
    }

    /// Which of two comes first; groups without a key come last.
    pub fn compare(&self, a: &Place, b: &Place) -> Ordering {
        for ((_, descending), (a, b)) in self.0.iter().zip(a.keys.iter().zip(&b.keys)) {
            let order = match (a, b) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) if *descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
            };
            if order.is_ne() {
                return order;
            }
        }
        a.group.cmp(&b.group)
    }

    /// Reads a cursor that was made under the same order.
    pub fn cursor(&self, text: &str) -> Result<Place, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let place: Option<Place> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        place.filter(|place| place.keys.len() == self.0.len()).ok_or_else(|| Error::Invalid(Problem::OtherCursor))
    }
}

impl Place {
    /// As an opaque text.
    pub fn to_cursor(&self) -> Result<String, Error> {
        let bytes = serde_json::to_vec(self).map_err(|e| Error::internal("writing a cursor", e))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }
}
