//! Groups of runs by the values of columns.

mod order;

use serde_json::{Map, Value, json};

use crate::policy::{Allowed, Project, Read};
use crate::runs::document::Field;
use crate::runs::filter::{self, Filter};
use crate::{Error, Problem, Thing};
use order::GroupOrder;

/// Most columns to group by.
pub(super) const MOST_BY: usize = 8;

/// Which groups.
#[derive(Clone, Debug, Default)]
pub struct RunGroupQuery {
    /// Columns whose values make the groups.
    pub by: Vec<String>,
    /// The client's JSON filter over runs.
    pub filters: Option<String>,
    /// `[+|-]key`, several after commas: a `by` column, `runCount`, or another column with `:mean` (default), `:min`,
    /// `:max`, `:last` or `:count`.
    pub order: Option<String>,
    /// Columns to tell the figures of.
    pub aggregates: Vec<String>,
    /// At most so many.
    pub first: Option<usize>,
    /// Continues after the group with this cursor, which was made under the same order.
    pub after: Option<String>,
}

/// Runs that are the same in some columns.
#[derive(Clone, Debug)]
pub struct RunGroup {
    /// The values of the `by` columns; null for runs that have none.
    pub values: Vec<Value>,
    /// How many.
    pub runs: i64,
    /// A filter that selects them.
    pub filter: String,
    /// `{min,max,mean,stderr,last,count}` by column.
    pub aggregates: Map<String, Value>,
}

/// Some groups.
#[derive(Clone, Debug)]
pub struct RunGroupPage {
    /// In order, each with the cursor at which a list continues after it.
    pub groups: Vec<(String, RunGroup)>,
    /// On all pages.
    pub total: usize,
    /// Whether there are more.
    pub has_next: bool,
}

impl RunGroup {
    /// Tells the group from others under the same columns.
    pub fn key(&self) -> String {
        Value::from(self.values.clone()).to_string()
    }
}

impl Allowed<Read, Project> {
    /// Groups of the runs that a filter admits.
    pub async fn run_groups(&self, query: RunGroupQuery) -> Result<RunGroupPage, Error> {
        if query.by.len() > MOST_BY {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Group, most: MOST_BY }));
        }
        let filter = Filter::parse(query.filters.as_deref().unwrap_or_default())?;
        let order = GroupOrder::parse(query.order.as_deref().unwrap_or_default(), &query.by)?;
        let after = query.after.as_deref().map(|text| order.cursor(text)).transpose()?;
        let columns = order.columns(&query.aggregates);
        let fields = |names: &[String]| names.iter().map(|name| Field::parse(name)).collect::<Vec<_>>();
        let (by, of) = (fields(&query.by), fields(&columns));
        let metrics = filter.asks_metrics() || by.iter().chain(&of).any(Field::asks_metrics);
        let groups = self.look(metrics, move |view| view.group(&view.select(&filter), &by, &of)).await?;
        let mut placed: Vec<_> = groups.into_iter().map(|group| (order.place(&group, &columns), group)).collect();
        placed.sort_by(|(a, _), (b, _)| order.compare(a, b));
        let total = placed.len();
        let start = after.map_or(0, |after| placed.partition_point(|(at, _)| order.compare(at, &after).is_le()));
        let most = query.first.unwrap_or(usize::MAX);
        let has_next = total - start > most;
        let groups = placed.drain(start..).take(most).map(|(place, group)| {
            let figures = columns.iter().zip(&group.figures).filter(|(name, _)| query.aggregates.contains(name));
            Ok((
                place.to_cursor()?,
                RunGroup {
                    filter: selection(query.filters.as_deref(), &query.by, &group.values)?,
                    runs: group.runs,
                    aggregates: figures.map(|(name, figures)| (name.clone(), figures.to_value())).collect(),
                    values: group.values,
                },
            ))
        });
        Ok(RunGroupPage { groups: groups.collect::<Result<_, Error>>()?, total, has_next })
    }
}

/// The filter that selects the runs of a group.
fn selection(filters: Option<&str>, by: &[String], values: &[Value]) -> Result<String, Error> {
    let mut all = Vec::with_capacity(by.len() + 1);
    let given = filter::json(filters.unwrap_or_default())?;
    all.extend((!given.is_empty()).then_some(Value::Object(given)));
    all.extend(by.iter().zip(values).map(|(column, value)| json!({ column: { "$eq": value } })));
    Ok(json!({ "$and": all }).to_string())
}
