//! Whole rows, as the JSON texts that the client reads.

use std::ops::Range;

use history::{NonFinite, sample};

use crate::Error;
use crate::policy::{Allowed, Read, Run};
use crate::runs::streams::{self, StreamKind};

/// Which rows; the default is all of them.
#[derive(Clone, Debug, Default)]
pub struct HistoryQuery {
    /// At most so many, at even distances, the first and the last among them.
    pub samples: Option<usize>,
    /// Only these steps, the end not included.
    pub steps: Option<Range<i64>>,
}

impl Allowed<Read, Run> {
    /// Rows of metrics by `_step`, one JSON text each, nested as they were logged. `NaN` and `Infinity` are bare, as the
    /// client writes and reads them.
    pub async fn history(&self, query: HistoryQuery) -> Result<Vec<String>, Error> {
        self.rows(StreamKind::History, query).await
    }

    /// Rows of system metrics in the order of arrival.
    pub async fn events(&self, query: HistoryQuery) -> Result<Vec<String>, Error> {
        self.rows(StreamKind::Events, query).await
    }

    async fn rows(&self, kind: StreamKind, query: HistoryQuery) -> Result<Vec<String>, Error> {
        let run = self.resource();
        let batch = streams::load(self.domain(), run.id, run.generation, kind, None, query.steps).await?;
        let work = move || {
            let batch = match query.samples {
                Some(n) => sample::even(&batch, n),
                None => batch,
            };
            batch.to_json_rows(None, NonFinite::Bare)
        };
        tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("writing rows", e))
    }
}
