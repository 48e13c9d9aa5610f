//! The run table as one file.

use std::sync::Arc;

use ::history::table::Kind;

use super::{Chunks, Format, outlet};
use crate::Error;
use crate::policy::{Allowed, Project, Read};
use crate::run_table::RunColumn;
use crate::runs::filter::Filter;
use crate::runs::order::Order;

/// Runs of one part.
const PART: usize = 4096;

impl Allowed<Read, Project> {
    /// The runs that a filter admits, in order, with a column for every field and every config and summary key, named as
    /// filters name it: numbers, truth values and texts as such, all else as JSON.
    pub async fn export_runs(
        &self,
        filters: Option<&str>,
        order: Option<&str>,
        format: Format,
    ) -> Result<Chunks, Error> {
        let filter = Filter::parse(filters.unwrap_or_default())?;
        let order = Order::parse(order.unwrap_or_default())?;
        let ids: Vec<i64> =
            self.placed_runs(filter, order, None, usize::MAX).await?.into_iter().map(|position| position.id).collect();
        let kind = |column: &RunColumn| match column.kind {
            "number" => Kind::Float,
            "boolean" => Kind::Bool,
            _ => Kind::Text,
        };
        let columns = self.run_columns(None, None).await?;
        let columns: Arc<Vec<(String, Kind)>> =
            Arc::new(columns.into_iter().map(|column| (column.name.clone(), kind(&column))).collect());
        let project = self.clone();
        outlet::file(format, &columns.clone(), |mut outlet| async move {
            for ids in ids.chunks(PART) {
                let cells = project.run_cells(ids.to_vec(), Arc::clone(&columns)).await?;
                outlet = outlet.put(move || cells).await?;
            }
            Ok(outlet)
        })
    }
}
