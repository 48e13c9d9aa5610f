//! The type `Run`.

mod facts;
mod files;
mod history;
mod logs;
mod may;

use domain::model::RunPath;
use domain::policy::{Allowed, Read, Run};
use domain::runs::RunDetails;

use super::{Node, Resolvers};
use crate::Error;
pub use history::metric_keys;

/// A run that the caller may read, with its row.
pub struct RunNode {
    /// The proof.
    pub run: Allowed<Read, Run>,
    /// Its row.
    pub details: RunDetails,
    /// The history line that the client writes next, where a mutation knows better than the stored count.
    history_lines: Option<i64>,
}

impl Node for RunNode {
    const TYPE: &'static str = "Run";
}

impl RunNode {
    /// A run of a list, which came with its row.
    pub fn new(run: Allowed<Read, Run>, details: RunDetails) -> Self {
        Self { run, details, history_lines: None }
    }

    /// Reads the row.
    pub async fn load(run: Allowed<Read, Run>) -> Result<Self, Error> {
        let details = run.details().await?;
        Ok(Self::new(run, details))
    }

    /// With the line that the client is to write next.
    #[must_use]
    pub fn with_history_lines(mut self, lines: i64) -> Self {
        self.history_lines = Some(lines);
        self
    }

    /// `entity/project/run`
    pub fn path(&self) -> RunPath {
        self.run.resource().path()
    }
}

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    facts::register(r);
    files::register(r);
    history::register(r);
    logs::register(r);
    may::register(r);
}
