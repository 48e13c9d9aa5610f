//! The type `Run`.

mod facts;
mod files;
mod history;
mod logs;
mod may;

use domain::model::RunPath;
use domain::policy::{Allowed, Read, Run};
use domain::runs::{RunDetails, RunTexts};
use tokio::sync::OnceCell;

use super::{Node, Resolvers};
use crate::Error;
pub use facts::alert;
pub use history::metric_keys;

/// A run that the caller may read, with its row.
pub struct RunNode {
    /// The proof.
    pub run: Allowed<Read, Run>,
    /// Its row.
    pub details: RunDetails,
    /// The history line that the client writes next, where a mutation knows better than the stored count.
    history_lines: Option<i64>,
    /// The long columns, where the list that the run came from left them out.
    texts: OnceCell<RunTexts>,
}

impl Node for RunNode {
    const TYPE: &'static str = "Run";
}

impl RunNode {
    /// A run of a list, which came with its row.
    pub fn new(run: Allowed<Read, Run>, details: RunDetails) -> Self {
        Self { run, details, history_lines: None, texts: OnceCell::new() }
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

    /// Config, summary, system metrics and what keys there are.
    pub async fn texts(&self) -> Result<&RunTexts, Error> {
        if let Some(texts) = &self.details.texts {
            return Ok(texts);
        }
        let load = || async { self.run.details().await?.texts.ok_or_else(|| Error::fault("a run without its texts")) };
        self.texts.get_or_try_init(load).await
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
