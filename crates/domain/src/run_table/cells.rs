//! Columns of runs as they are exported.

use std::sync::Arc;

use history::table::{Cells, Kind};
use serde_json::Value;

use super::view::View;
use crate::Error;
use crate::policy::{Allowed, Project, Read};
use crate::runs::document::Field;

impl Allowed<Read, Project> {
    /// The values of columns of runs, in the order of the ids; runs that are gone are left out.
    pub(crate) async fn run_cells(
        &self,
        ids: Vec<i64>,
        columns: Arc<Vec<(String, Kind)>>,
    ) -> Result<Vec<Cells>, Error> {
        let look = move |view: &View<'_>| {
            let rows: Vec<u32> = ids.iter().filter_map(|id| view.table.row(*id)).collect();
            let column = |(name, kind): &(String, Kind)| {
                let source = view.source(&Field::parse(name));
                let mut cells = Cells::new(*kind);
                for row in &rows {
                    let value = view.value(&source, *row);
                    cells.push(value.as_ref().and_then(|value| cell(value, *kind)));
                }
                cells
            };
            columns.iter().map(column).collect()
        };
        self.look(false, look).await
    }
}

/// In a column of numbers the words for what JSON cannot say are numbers.
fn cell(value: &Value, kind: Kind) -> Option<history::Value<'_>> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => history::Value::Bool(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(int) => history::Value::Int(int),
            None => history::Value::Float(number.as_f64()?),
        },
        Value::String(text) => match (kind, text.as_str()) {
            (Kind::Float, "NaN") => history::Value::Float(f64::NAN),
            (Kind::Float, "Infinity") => history::Value::Float(f64::INFINITY),
            (Kind::Float, "-Infinity") => history::Value::Float(f64::NEG_INFINITY),
            _ => history::Value::Text(text.as_str().into()),
        },
        other => history::Value::Json(other.to_string().into()),
    })
}
