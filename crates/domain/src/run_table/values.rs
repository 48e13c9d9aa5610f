//! The values of columns of one run, as JSON.

use serde_json::Value;

use super::column::EXACT;
use crate::Error;
use crate::policy::{Allowed, Read, Run};
use crate::runs::document::Field;

/// A number as JSON, an integer where it is one.
pub(super) fn number(x: f64) -> Value {
    if x.fract() == 0.0 && x.abs() < EXACT { Value::from(x as i64) } else { Value::from(x) }
}

impl Allowed<Read, Run> {
    /// The values of columns, in the order asked; null where the run has none.
    pub async fn values(&self, columns: &[String]) -> Result<Vec<Value>, Error> {
        let fields: Vec<Field> = columns.iter().map(|name| Field::parse(name)).collect();
        let id = self.resource().id;
        let look = move |view: &super::view::View<'_>| {
            let row = view.table.row(id);
            let value = |field: &Field| row.and_then(|row| view.value(&view.source(field), row)).unwrap_or(Value::Null);
            fields.iter().map(value).collect()
        };
        self.project().look(false, look).await
    }
}
