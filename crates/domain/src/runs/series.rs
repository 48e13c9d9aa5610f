//! Points for charts: many runs of one project, several keys each.

use futures::stream::{self, StreamExt, TryStreamExt};
use history::{Series, sample};
use sqlx::FromRow;
use tokio::sync::Semaphore;

use super::streams::{self, StreamKind};
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Project, Read};
use crate::{Domain, Error};

/// Runs are read by at most so many at once over all requests: reading is work for the processor.
static READERS: Semaphore = Semaphore::const_new(4);

/// More runs or keys in one question are refused.
const MOST_RUNS: usize = 1_000;
const MOST_KEYS: usize = 1_000;
const MOST_BUCKETS: usize = 20_000;

/// What a chart asks for.
#[derive(Clone, Debug)]
pub struct SeriesRequest {
    /// Run names.
    pub runs: Vec<String>,
    /// Keys for the y axis.
    pub keys: Vec<String>,
    /// Key for the x axis: `_step`, `_runtime`, `_timestamp`, or any logged number.
    pub x: String,
    /// System metrics rather than the history.
    pub system: bool,
    /// Only x in this range, both ends included.
    pub range: Option<(f64, f64)>,
    /// At most so many points for each line.
    pub buckets: usize,
}

/// One line of a chart.
#[derive(Clone, Debug)]
pub struct RunSeries {
    /// Run name.
    pub run: String,
    /// Key.
    pub key: String,
    /// Its points.
    pub series: Series,
}

/// All lines, and the runs that there are none of.
#[derive(Clone, Debug, Default)]
pub struct SeriesAnswer {
    /// By run and key in the order asked.
    pub series: Vec<RunSeries>,
    /// Runs that are not in the project.
    pub missing: Vec<String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    name: String,
    generation: i64,
}

impl Allowed<Read, Project> {
    /// Points for every run and key; a minimum or maximum is never lost. Dropping the future stops the work.
    pub async fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, Error> {
        if request.runs.len() > MOST_RUNS || request.keys.len() > MOST_KEYS {
            return Err(Error::invalid(
                "series",
                format!("ask for at most {MOST_RUNS} runs and {MOST_KEYS} keys at once"),
            ));
        }
        let domain = self.domain();
        let found = self.find(&request.runs).await?;
        let missing = request.runs.iter().filter(|name| !found.iter().any(|row| row.name == **name)).cloned().collect();
        let one = |row: Row| read(domain, row, &request);
        let series: Vec<Vec<RunSeries>> = stream::iter(found).map(one).buffered(4).try_collect().await?;
        Ok(SeriesAnswer { series: series.into_iter().flatten().collect(), missing })
    }

    /// The runs of these names, in the order asked.
    async fn find(&self, names: &[String]) -> Result<Vec<Row>, Error> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT id, name, generation FROM run WHERE project_id = $1 AND deleted_at IS NULL AND name IN ({})",
            placeholders(2, names.len())
        );
        let mut rows: Vec<Row> = sql(text).bind(self.resource().id).bind_all(names).all(self.domain().db()).await?;
        rows.sort_by_key(|row| names.iter().position(|name| *name == row.name));
        Ok(rows)
    }
}

async fn read(domain: &Domain, row: Row, request: &SeriesRequest) -> Result<Vec<RunSeries>, Error> {
    let _turn = READERS.acquire().await.map_err(|e| Error::internal("waiting for a reader", e))?;
    let kind = if request.system { StreamKind::Events } else { StreamKind::History };
    let wanted: Vec<&str> = request.keys.iter().chain([&request.x]).map(String::as_str).collect();
    let batch = streams::load(domain, row.id, row.generation, kind, Some(&wanted), None).await?;
    let (keys, x, range) = (request.keys.clone(), request.x.clone(), request.range);
    let buckets = request.buckets.clamp(1, MOST_BUCKETS);
    let work = move || {
        let line = |key: String| {
            let series = sample::series(&batch, &x, &key, range, buckets);
            RunSeries { run: row.name.clone(), key, series }
        };
        keys.into_iter().map(line).collect()
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("sampling", e))
}
