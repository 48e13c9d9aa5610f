//! Whole rows, as the texts of JSON objects.

use std::ops::Range;

use history::{Batch, NonFinite, STEP, sample};

use crate::Error;
use crate::policy::{Allowed, Read, Run};
use crate::runs::streams::{self, StreamKind};

/// Rows that are answered when nothing says how many.
pub(super) const SAMPLES: usize = 500;

/// Which rows of history.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistoryQuery {
    /// At most so many, at even distances.
    pub samples: Option<u32>,
    /// From this step.
    pub min_step: Option<i64>,
    /// Up to before this step.
    pub max_step: Option<i64>,
}

impl Allowed<Read, Run> {
    /// Whole rows of history by step, each as JSON text in which NaN and the infinities are bare. A page of steps that is
    /// no wider than `samples` comes whole, also where several rows share a step.
    pub async fn history_rows(&self, query: HistoryQuery) -> Result<Vec<String>, Error> {
        let paged = query.min_step.is_some() || query.max_step.is_some();
        let steps = query.min_step.unwrap_or(i64::MIN)..query.max_step.unwrap_or(i64::MAX);
        let most = match query.samples {
            Some(samples) => at_most(samples as usize, paged.then_some(&steps)),
            None if paged => usize::MAX,
            None => SAMPLES,
        };
        let batch = self.load(StreamKind::History, None, paged.then_some(steps)).await?;
        blocking(move || sample::even(&batch, most).to_json_rows(None, NonFinite::Bare)).await
    }

    /// Whole rows of system metrics in the order sent, each as JSON text.
    pub async fn events(&self, samples: Option<u32>) -> Result<Vec<String>, Error> {
        let batch = self.load(StreamKind::Events, None, None).await?;
        let most = samples.map_or(SAMPLES, |samples| samples as usize);
        // Their step is only the number of the line.
        let render = move || {
            let keys: Vec<&str> = batch.keys().filter(|key| *key != STEP).collect();
            sample::even(&batch, most).to_json_rows(Some(&keys), NonFinite::Bare)
        };
        blocking(render).await
    }

    /// The rows of a stream of the generation that is shown.
    pub(in crate::runs) async fn load(
        &self,
        kind: StreamKind,
        keys: Option<&[&str]>,
        steps: Option<Range<i64>>,
    ) -> Result<Batch, Error> {
        let run = self.resource();
        streams::load(self.domain(), run.id, run.generation, kind, keys, steps).await
    }
}

/// How many rows to answer: all of a page of steps that is no wider than the samples asked for.
pub(super) fn at_most(samples: usize, steps: Option<&Range<i64>>) -> usize {
    let width = steps.and_then(|steps| steps.end.checked_sub(steps.start));
    match width.and_then(|width| usize::try_from(width).ok()) {
        Some(width) if width <= samples => usize::MAX,
        _ => samples,
    }
}

/// Runs what takes a while away from the requests.
pub(in crate::runs) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("reading a stream", e))
}
