//! What is in the trash, for those who may take it out.

use crate::Error;
use crate::clock::Micros;
use crate::policy::{Allowed, Delete, Project, Read};
use crate::runs::{RunEdge, RunPage, RunQuery};
use crate::{Problem, runs};

impl Allowed<Read, Project> {
    /// Runs in the trash that the caller may restore, the one deleted last first.
    /// Of the query only the page and `texts` count.
    pub async fn deleted_runs(&self, query: RunQuery) -> Result<RunPage, Error> {
        let RunQuery { first, after, texts, .. } = query;
        let runs = self.find_deleted::<Delete>().await?;
        let start = match after {
            Some(cursor) => {
                let id: i64 = cursor.parse().map_err(|_| Error::Invalid(Problem::OtherCursor))?;
                runs.iter().position(|run| run.id == id).map_or(runs.len(), |at| at + 1)
            }
            None => 0,
        };
        let rest = &runs[start..];
        let shown = &rest[..rest.len().min(first.map_or(usize::MAX, |first| first as usize))];
        let ids: Vec<i64> = shown.iter().map(|run| run.id).collect();
        let mut details = runs::deleted(self.domain(), &ids, texts).await?;
        let edge = |run: &crate::policy::Run| {
            let details = details.remove(&run.id)?;
            Some(RunEdge { run: self.run(run.clone()), details, cursor: run.id.to_string() })
        };
        let edges = shown.iter().filter_map(edge).collect();
        Ok(RunPage { edges, has_next: shown.len() < rest.len() })
    }

    /// When the trash will be emptied of what was deleted then.
    pub async fn purged_at(&self, deleted_at: Micros) -> Result<Micros, Error> {
        Ok(self.domain().settings().await?.purged_at(deleted_at))
    }
}
