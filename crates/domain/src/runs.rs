//! Runs: created by `wandb.init`, filled by streams of lines, ended, resumed, rewound, stopped, deleted.

mod alert;
mod append;
mod author;
mod change;
mod console;
mod delete;
mod details;
pub(crate) mod document;
mod edit;
pub(crate) mod filter;
mod fork;
mod grouped;
mod history;
mod insert;
pub(crate) mod keys;
mod list;
pub(crate) mod metric_names;
mod names;
pub(crate) mod order;
mod resume;
mod rewind;
mod row;
mod series;
mod state;
mod stop;
pub(crate) mod streams;
pub(crate) mod text;
mod upsert;

pub use alert::{Alert, AlertSeverity, NewAlert};
pub(crate) use append::Waiting;
pub use append::{Feedback, FileChunk, StreamUpdate};
pub(crate) use author::author;
pub use change::RunChange;
pub use console::{LogFile, LogLine, LogPage, LogQuery, LogSearch};
pub use details::{RunDetails, RunTexts, RunUser};
pub(crate) use filter::DocumentFilter;
pub use grouped::{GroupSeries, Grouping};
pub use history::{HistoryQuery, ParquetHistory};
pub(crate) use insert::{NewRun, insert};
pub use keys::MetricKey;
pub(crate) use list::deleted;
pub use list::{RecentQuery, RunEdge, RunPage, RunQuery};
pub(crate) use names::of_sweep;
pub use resume::ResumeState;
pub use rewind::Rewound;
pub use series::{RunSeries, SeriesAnswer, SeriesParts, SeriesRequest};
pub use state::effective_state;
pub(crate) use state::silent_before;
pub(crate) use text::optional as free_text;
pub use upsert::{RunUpsert, Upserted};

use crate::Domain;
use crate::live::{Change, LiveEvent};
use crate::model::RunState;
use crate::policy::Run;

/// Tells the listeners, after the commit.
pub(crate) fn tell(domain: &Domain, run: &Run, state: RunState, changes: Vec<Change>) {
    if !changes.is_empty() {
        let (project_id, run) = (run.project.id, run.name.clone());
        domain.live().send(LiveEvent { project_id, run, state: state.as_str(), changes });
    }
}
