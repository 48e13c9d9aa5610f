//! Lists of a project's runs: filtered, ordered, in pages.
//!
//! Without a filter and by a date, a page is one keyset query. Otherwise the run table says which runs are on it, and they
//! are read by id.

mod recent;
#[cfg(test)]
mod tests;

pub use recent::RecentQuery;

use std::collections::HashMap;

use super::details::{self, RunDetails};
use super::filter::Filter;
use super::keys;
use super::order::{Order, Position, SortKey};
use super::streams::StreamKind;
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Project, Read, Run};
use crate::{Domain, Error};

/// Which runs, in which order. The default is all, oldest first, without their texts.
#[derive(Clone, Debug, Default)]
pub struct RunQuery {
    /// The client's JSON filter.
    pub filters: Option<String>,
    /// `+key` or `-key`.
    pub order: Option<String>,
    /// At most so many.
    pub first: Option<u32>,
    /// Continues after the run with this cursor, which was made under the same order.
    pub after: Option<String>,
    /// Whether config, summary, system metrics and history keys come along.
    pub texts: bool,
}

/// A run in a list.
#[derive(Debug)]
pub struct RunEdge {
    /// The proof for everything below the run.
    pub run: Allowed<Read, Run>,
    /// Its fields.
    pub details: RunDetails,
    /// Where a list continues after it.
    pub cursor: String,
}

/// Some runs.
#[derive(Debug)]
pub struct RunPage {
    /// In order.
    pub edges: Vec<RunEdge>,
    /// Whether there are more.
    pub has_next: bool,
}

impl RunPage {
    /// Where the list continues.
    pub fn end_cursor(&self) -> Option<&str> {
        self.edges.last().map(|edge| edge.cursor.as_str())
    }
}

impl Allowed<Read, Project> {
    /// Runs of the project.
    pub async fn runs(&self, query: RunQuery) -> Result<RunPage, Error> {
        let filter = Filter::parse(query.filters.as_deref().unwrap_or_default())?;
        let order = Order::parse(query.order.as_deref().unwrap_or_default())?;
        let after = query.after.as_deref().map(|text| order.cursor(text)).transpose()?;
        let most = query.first.map_or(usize::MAX, |first| first as usize);
        let (rows, has_next) = match order.as_column().filter(|_| filter.admits_all()) {
            Some((column, descending)) => self.by_date(column, descending, after, query.first, query.texts).await?,
            None => {
                let mut positions = self.placed_runs(filter, order, after, most.saturating_add(1)).await?;
                let has_next = positions.len() > most;
                positions.truncate(most);
                (self.at(positions, query.texts).await?, has_next)
            }
        };
        let edge = |(details, position): (RunDetails, Position)| {
            let run = self.run(details.resource(self.resource()));
            Ok(RunEdge { run, details, cursor: position.to_cursor()? })
        };
        Ok(RunPage { edges: rows.into_iter().map(edge).collect::<Result<_, Error>>()?, has_next })
    }

    /// The names of the runs that the filter admits.
    pub(crate) async fn run_names(&self, filters: &str) -> Result<Vec<String>, Error> {
        let query = RunQuery { filters: Some(filters.to_owned()), ..RunQuery::default() };
        Ok(self.runs(query).await?.edges.into_iter().map(|edge| edge.details.name).collect())
    }

    /// A page by one of the dates, in one query; one row more than asked for tells whether there are more.
    async fn by_date(
        &self,
        column: &'static str,
        descending: bool,
        after: Option<Position>,
        first: Option<u32>,
        texts: bool,
    ) -> Result<(Vec<(RunDetails, Position)>, bool), Error> {
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let mut text = format!("{} WHERE r.project_id = $1 AND r.deleted_at IS NULL", details::select(texts));
        let after = after.and_then(|p| Some((p.keys.first()?.as_ref()?.as_date()?, p.id)));
        if after.is_some() {
            text.push_str(&format!(" AND (r.{column}, r.id) {beyond} ($2, $3)"));
        }
        text.push_str(&format!(" ORDER BY r.{column} {direction}, r.id {direction}"));
        if let Some(first) = first {
            text.push_str(&format!(" LIMIT {}", u64::from(first) + 1));
        }
        let query =
            sql(text).bind(self.resource().id).bind_all(after.map(|(at, _)| at)).bind_all(after.map(|(_, id)| id));
        let mut rows: Vec<details::Row> = query.all(self.domain().db()).await?;
        let most = first.map_or(usize::MAX, |first| first as usize);
        let has_next = rows.len() > most;
        rows.truncate(most);
        let positioned = |run: RunDetails| {
            let at = match column {
                "updated_at" => run.updated_at,
                "heartbeat_at" => run.heartbeat_at,
                _ => run.created_at,
            };
            let position = Position { keys: vec![Some(SortKey::date(at))], id: run.id };
            (run, position)
        };
        Ok((details(self.domain(), rows, texts).await?.into_iter().map(positioned).collect(), has_next))
    }

    /// The runs at these positions, without those that were deleted meanwhile.
    async fn at(&self, positions: Vec<Position>, texts: bool) -> Result<Vec<(RunDetails, Position)>, Error> {
        let ids: Vec<i64> = positions.iter().map(|position| position.id).collect();
        let mut rows: Vec<details::Row> = Vec::with_capacity(ids.len());
        for ids in ids.chunks(5000) {
            let ids_text = placeholders(1, ids.len());
            let text = format!("{} WHERE r.id IN ({ids_text}) AND r.deleted_at IS NULL", details::select(texts));
            rows.extend(sql(text).bind_all(ids.iter().copied()).all(self.domain().db()).await?);
        }
        let found = details(self.domain(), rows, texts).await?;
        let mut found: HashMap<i64, RunDetails> = found.into_iter().map(|run| (run.id, run)).collect();
        Ok(positions.into_iter().filter_map(|position| Some((found.remove(&position.id)?, position))).collect())
    }
}

/// Runs in the trash, by id, with their texts when they are wanted.
pub(crate) async fn deleted(domain: &Domain, ids: &[i64], texts: bool) -> Result<HashMap<i64, RunDetails>, Error> {
    let mut all = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(5000) {
        let text = format!(
            "{} WHERE r.deleted_at IS NOT NULL AND r.id IN ({})",
            details::select(texts),
            placeholders(1, ids.len())
        );
        let rows = sql(text).bind_all(ids.iter().copied()).all(domain.db()).await?;
        all.extend(details(domain, rows, texts).await?.into_iter().map(|run| (run.id, run)));
    }
    Ok(all)
}

/// Rows as details, with the history keys of all of them in one query when the texts are wanted.
async fn details(domain: &Domain, rows: Vec<details::Row>, texts: bool) -> Result<Vec<RunDetails>, Error> {
    let ids: Vec<i64> = if texts { rows.iter().map(details::Row::id).collect() } else { Vec::new() };
    let mut keys = keys::load(domain, keys::Of::Runs(&ids), StreamKind::History).await?;
    let one = |row: details::Row| {
        let keys = texts.then(|| keys.remove(&row.id()).unwrap_or_default().to_history_keys());
        row.into_details(domain, keys)
    };
    rows.into_iter().map(one).collect()
}
