//! The newest runs of everything that the caller may read.

use std::collections::HashMap;

use crate::Error;
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Project, Read, Run, Session};
use crate::runs::details::{self, RunDetails};

/// More projects than this are not looked at: those that were active longest ago.
const MOST_PROJECTS: usize = 5000;

impl Session {
    /// The newest runs of all projects that the caller may read, newest first, without their texts.
    pub async fn recent_runs(&self, most: u32) -> Result<Vec<(Allowed<Read, Run>, RunDetails)>, Error> {
        let projects = self.readable_projects(None).await?;
        let projects: HashMap<i64, Allowed<Read, Project>> =
            projects.into_iter().take(MOST_PROJECTS).map(|project| (project.resource().id, project)).collect();
        if projects.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "{} WHERE r.project_id IN ({}) AND r.deleted_at IS NULL ORDER BY r.created_at DESC, r.id DESC LIMIT {most}",
            details::select(false),
            placeholders(1, projects.len())
        );
        let rows: Vec<details::Row> = sql(text).bind_all(projects.keys().copied()).all(self.db()).await?;
        let mut runs = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(project) = projects.get(&row.project_id()) else { continue };
            let details = row.into_details(self.domain(), None)?;
            runs.push((project.run(details.resource(project.resource())), details));
        }
        Ok(runs)
    }
}
