//! The run table: a project's runs as columns in memory, from which lists are filtered, sorted, grouped and counted.
//!
//! A [`table`](table::RunTable) is loaded when it is first asked about and then follows the database: `run_change` has
//! the last change of every run under a number that orders them ([`load`]), so each look costs two small statements and
//! reads only the runs that changed, whichever process changed them. [`Tables`] drops those that were not used for longest.
//!
//! Filters and orders are evaluated column by column: a test of a filter looks at every distinct text or list once and
//! at every number, and gives a set of rows ([`view`]). States are judged by silence at the moment of the look.

mod aggregate;
mod bitmap;
mod cells;
mod change;
mod coded;
mod column;
mod columns;
mod copies;
mod copy;
mod fill;
mod forest;
mod group_by;
mod groups;
mod importance;
mod load;
mod members;
mod sort;
mod store;
mod table;
mod tables;
mod tree;
mod values;
mod view;

pub(crate) use bitmap::Bitmap;
pub use change::{RunsChange, RunsChanged};
pub use columns::RunColumn;
pub(crate) use copies::renamed;
pub use groups::{RunGroup, RunGroupPage, RunGroupQuery};
pub use importance::ParameterImportance;
pub(crate) use tables::Tables;

use crate::Error;
use crate::db::sql;
use crate::policy::{Allowed, Project, Read};
use crate::runs::filter::Filter;
use crate::runs::order::{Order, Position};

impl Allowed<Read, Project> {
    /// The first `most` runs that a filter admits, in order, after a position.
    pub(crate) async fn placed_runs(
        &self,
        filter: Filter,
        order: Order,
        after: Option<Position>,
        most: usize,
    ) -> Result<Vec<Position>, Error> {
        let metrics = filter.asks_metrics() || order.asks_metrics();
        self.look(metrics, move |view| view.page(&view.select(&filter), &order, after.as_ref(), most)).await
    }

    /// How many runs a filter admits.
    pub async fn run_count(&self, filters: Option<&str>) -> Result<i64, Error> {
        let filter = Filter::parse(filters.unwrap_or_default())?;
        if filter.admits_all() {
            // Each counts an index. Whether a run is deleted stands behind its texts: that would read every run.
            let text = "SELECT (SELECT COUNT(*) FROM run WHERE project_id = $1) - \
                        (SELECT COUNT(*) FROM run WHERE project_id = $1 AND deleted_at IS NOT NULL)";
            let (count,): (i64,) = sql(text).bind(self.resource().id).one(self.domain().db()).await?;
            return Ok(count);
        }
        self.look(filter.asks_metrics(), move |view| view.select(&filter).count() as i64).await
    }

    /// The ids of the runs that a filter admits.
    pub(crate) async fn run_ids(&self, filters: &str) -> Result<Vec<i64>, Error> {
        let filter = Filter::parse(filters)?;
        self.look(filter.asks_metrics(), move |view| {
            view.select(&filter).rows().into_iter().map(|row| view.table.ids[row as usize]).collect()
        })
        .await
    }
}

#[cfg(test)]
mod tests;
