//! Lists of runs: of a project with filter, order and pages; the newest of all projects.

use std::collections::HashMap;

use super::RunDetails;
use super::details::{Row, SELECT};
use crate::Error;
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Project, Read, Run, Session};

/// Which runs, in which order.
#[derive(Clone, Debug, Default)]
pub struct RunQuery {
    /// JSON text of the client's filter grammar; none is all runs.
    pub filters: Option<String>,
    /// `[+|-]key`; none is `+created_at`.
    pub order: Option<String>,
    /// At most so many; none is all.
    pub first: Option<usize>,
    /// Continues after the run with this cursor.
    pub after: Option<String>,
}

/// Some runs.
#[derive(Debug, Default)]
pub struct RunPage {
    /// Cursor, proof and row of each.
    pub runs: Vec<(String, Allowed<Read, Run>, RunDetails)>,
    /// Whether there are more.
    pub has_next: bool,
}

impl Allowed<Read, Project> {
    /// A page of the project's runs: one statement, then filter and order in memory.
    pub async fn runs(&self, query: RunQuery) -> Result<RunPage, Error> {
        let mut rows = self.matching(query.filters.as_deref()).await?;
        if query.order.as_deref().is_some_and(|order| order.starts_with('-')) {
            rows.reverse();
        }
        let start = match &query.after {
            None => 0,
            Some(cursor) => rows.iter().position(|r| r.id.to_string() == *cursor).map_or(rows.len(), |at| at + 1),
        };
        let most = query.first.unwrap_or(usize::MAX);
        let has_next = rows.len().saturating_sub(start) > most;
        let page = rows.into_iter().skip(start).take(most).map(|row| {
            let (run, details) = row.allowed(self)?;
            Ok((details.id.to_string(), run, details))
        });
        Ok(RunPage { runs: page.collect::<Result<_, Error>>()?, has_next })
    }

    /// How many of the project's runs a filter lets through.
    pub async fn run_count(&self, filters: Option<&str>) -> Result<i64, Error> {
        Ok(i64::try_from(self.matching(filters).await?.len()).unwrap_or(i64::MAX))
    }

    /// The rows that a filter lets through, oldest first.
    async fn matching(&self, filters: Option<&str>) -> Result<Vec<Row>, Error> {
        if filters.is_some_and(|f| !matches!(f.trim(), "" | "{}" | "null")) {
            return Err(Error::invalid("filters", "they are not offered yet"));
        }
        let text = format!("{SELECT} WHERE r.project_id = $1 AND r.deleted_at IS NULL ORDER BY r.created_at, r.id");
        sql(text).bind(self.resource().id).all(self.domain().db()).await
    }
}

impl Session {
    /// The newest runs over all projects that the caller may read.
    pub async fn recent_runs(&self, most: usize) -> Result<Vec<(Allowed<Read, Run>, RunDetails)>, Error> {
        let projects = self.readable_projects(None).await?;
        let by_id: HashMap<i64, Allowed<Read, Project>> = projects.into_iter().map(|p| (p.resource().id, p)).collect();
        if by_id.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "{SELECT} WHERE r.deleted_at IS NULL AND r.project_id IN ({}) ORDER BY r.created_at DESC, r.id DESC LIMIT {most}",
            placeholders(1, by_id.len())
        );
        let rows: Vec<Row> = sql(text).bind_all(by_id.keys().copied()).all(self.db()).await?;
        let allowed = |row: Row| by_id.get(&row.project_id).map(|project| row.allowed(project));
        rows.into_iter().filter_map(allowed).collect()
    }
}
