//! Which runs are in which group.

use serde_json::Value;

use super::groups::MOST_BY;
use crate::policy::{Allowed, Project, Read};
use crate::runs::document::Field;
use crate::runs::filter::Filter;
use crate::{Error, Problem, Thing};

/// Runs that are the same in some columns.
#[derive(Debug)]
pub(crate) struct Members {
    /// The values of the columns; null for runs that have none.
    pub values: Vec<Value>,
    /// Ids.
    pub runs: Vec<i64>,
}

impl Allowed<Read, Project> {
    /// The runs that a filter admits, by the values of columns, the largest groups first.
    pub(crate) async fn run_members(&self, by: &[String], filters: Option<&str>) -> Result<Vec<Members>, Error> {
        if by.len() > MOST_BY {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Group, most: MOST_BY }));
        }
        let filter = Filter::parse(filters.unwrap_or_default())?;
        let by: Vec<Field> = by.iter().map(|name| Field::parse(name)).collect();
        let metrics = filter.asks_metrics() || by.iter().any(Field::asks_metrics);
        let members = move |view: &super::view::View<'_>| {
            let rows = view.select(&filter);
            let (groups, values) = view.partition(&rows, &by);
            let mut all: Vec<Members> = values.into_iter().map(|values| Members { values, runs: Vec::new() }).collect();
            rows.each(|row| all[groups[row as usize] as usize].runs.push(view.table.ids[row as usize]));
            all.sort_by_key(|members| std::cmp::Reverse(members.runs.len()));
            all
        };
        self.look(metrics, members).await
    }
}
