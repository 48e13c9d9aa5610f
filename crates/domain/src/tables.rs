//! Tables that people logged, as questions see them: rows filtered, sorted, grouped and paged here, never in the browser.
//!
//! The first question about a table makes its columnar copy ([`history::logged`]) in the cache folder, from the bytes that
//! the caller may read ([`source`], [`store`]); it is told how far that is. Later ones read the columns they need from it,
//! and keep them in memory as long as there is room ([`memory`]). Several tables are one [`grid::Grid`]: below each other,
//! or side by side, joined by the values of a column. Filters are those of the run table.

mod csv;
mod grid;
mod groups;
mod media;
mod memory;
mod query;
mod source;
mod store;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use store::Tables;

use crate::policy::{Allowed, Project, Read};
use crate::{Error, Problem, Thing};
use grid::{Grid, Part};
use source::Opened;

/// Most tables in one question.
const MOST_SOURCES: usize = 100;
/// Most rows on a page.
const MOST_PAGE: usize = 1000;
/// Most cells on a page.
const MOST_CELLS: usize = 200_000;

/// Where a table is.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum TableSource {
    /// What a run logged last under a key.
    Logged {
        /// The run's name.
        run: String,
        /// The key.
        key: String,
    },
    /// A file of a run.
    RunFile {
        /// The run's name.
        run: String,
        /// The file's name.
        file: String,
    },
    /// A file of a version of an artifact.
    ArtifactFile {
        /// `collection:alias` or `collection:vN`.
        artifact: String,
        /// The file's name.
        file: String,
    },
}

/// A column to sort by.
#[derive(Clone, Debug, Deserialize, Hash)]
pub struct TableOrder {
    /// Its id; of groups also `#`, their number of rows.
    pub column: String,
    /// The greatest first; rows without a value are last all the same.
    #[serde(default)]
    pub descending: bool,
}

/// A question about tables.
#[derive(Clone, Debug, Deserialize)]
pub struct TableRequest {
    /// The tables.
    pub sources: Vec<TableSource>,
    /// Side by side, joined by this column; else below each other.
    #[serde(default)]
    pub join: Option<String>,
    /// A filter over columns in the language of run filters.
    #[serde(default)]
    pub filter: Option<Map<String, Value>>,
    /// Only rows with this in one of their texts, without regard to case.
    #[serde(default)]
    pub search: String,
    /// Only rows that are not the same in all tables that stand side by side.
    #[serde(default)]
    pub differs: bool,
    /// The order; else that of the table.
    #[serde(default)]
    pub sort: Vec<TableOrder>,
    /// Groups of rows with the same values, instead of rows.
    #[serde(default)]
    pub group: Vec<String>,
    /// The columns whose cells (of groups, whose figures) are wanted; all of them without.
    #[serde(default)]
    pub columns: Option<Vec<String>>,
    /// Rows or groups that are passed over.
    #[serde(default)]
    pub offset: usize,
    /// Rows or groups on the page.
    #[serde(default)]
    pub limit: usize,
}

/// A column of the answer.
#[derive(Clone, Debug, Serialize)]
pub struct TableColumn {
    /// What filters, orders and groups call it.
    pub id: String,
    /// Its name in the table.
    pub name: String,
    /// Which of the sources it is of, where they are side by side.
    pub source: Option<usize>,
    /// `number`, `date`, `string`, `boolean`, `list`, `object`, `mixed`, or `none`.
    pub kind: &'static str,
    /// The `_type` of the media in it.
    pub types: Vec<String>,
    /// Rows with a value.
    pub count: u64,
    /// Smallest number.
    pub min: Option<f64>,
    /// Largest number.
    pub max: Option<f64>,
    /// Mean of the numbers.
    pub mean: Option<f64>,
}

/// A table of the answer.
#[derive(Clone, Debug, Serialize)]
pub struct TableLabel {
    /// The run, or the version.
    pub name: String,
    /// How many rows it has; nothing where there is no such table.
    pub rows: Option<usize>,
}

/// Where a file of a cell is.
#[derive(Clone, Debug, Serialize)]
pub struct CellFile {
    /// Signed address.
    pub url: String,
    /// Its size.
    pub size: i64,
}

/// Rows with the same values.
#[derive(Clone, Debug, Serialize)]
pub struct TableGroup {
    /// The values, by the columns of the grouping.
    pub key: Vec<Value>,
    /// How many rows.
    pub rows: usize,
    /// Count, mean, minimum and maximum of the numbers of each column wanted.
    pub figures: Vec<[Option<f64>; 4]>,
}

/// The answer to a question.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum TableAnswer {
    /// The table is being read: so many bytes of so many.
    Preparing {
        /// Bytes read.
        read: u64,
        /// Bytes in all.
        size: u64,
    },
    /// A page.
    Page(Box<TablePage>),
}

/// A page of rows or groups.
#[derive(Clone, Debug, Serialize)]
pub struct TablePage {
    /// The tables, as asked.
    pub sources: Vec<TableLabel>,
    /// All columns.
    pub columns: Vec<TableColumn>,
    /// Rows in all.
    pub total: usize,
    /// Rows that the filter admits.
    pub rows: usize,
    /// How many groups they make, where groups were asked for.
    pub groups: Option<usize>,
    /// The columns that cells or figures are of.
    pub wanted: Vec<String>,
    /// Numbers of the rows on the page, and which table each is of.
    pub ids: Vec<(u32, usize)>,
    /// Their cells.
    pub cells: Vec<Vec<Value>>,
    /// The groups on the page.
    pub page: Vec<TableGroup>,
    /// Files of the cells, by table and path.
    pub files: BTreeMap<usize, BTreeMap<String, CellFile>>,
}

/// Tables that are open for a question.
enum Ready {
    Preparing { read: u64, size: u64 },
    Grid(Grid, Vec<TableLabel>, Vec<Option<Opened>>),
}

impl Allowed<Read, Project> {
    /// A page of rows or groups of tables of this project.
    pub async fn table(&self, request: TableRequest) -> Result<TableAnswer, Error> {
        let (grid, sources, opened) = match self.grid(&request).await? {
            Ready::Preparing { read, size } => return Ok(TableAnswer::Preparing { read, size }),
            Ready::Grid(grid, sources, opened) => (grid, sources, opened),
        };
        let _permit = self.domain().sampling().acquire().await.map_err(|e| Error::internal("waiting", e))?;
        let look = tokio::task::spawn_blocking(move || answer(&grid, &request, sources));
        let mut page = look.await.map_err(|e| Error::internal("looking at a table", e))??;
        page.files = media::files(self, &opened, &page).await?;
        Ok(TableAnswer::Page(Box::new(page)))
    }

    /// The tables of a question as one grid.
    async fn grid(&self, request: &TableRequest) -> Result<Ready, Error> {
        if request.sources.len() > MOST_SOURCES {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Table, most: MOST_SOURCES }));
        }
        let (mut opened, mut parts, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        let mut join = request.join.clone();
        for source in &request.sources {
            let found = self.open_table(source).await?;
            if let Some(key) = found.as_ref().and_then(|found| found.join.clone()) {
                join.get_or_insert(key);
            }
            opened.push(found);
        }
        let (mut missing_bytes, mut read_bytes) = (0, 0);
        for (at, (found, source)) in opened.iter().zip(&request.sources).enumerate() {
            let mut rows = found.is_some().then_some(0);
            for (lane, sheet) in found.iter().flat_map(|found| &found.sheets) {
                match self.domain().tables().sheet(self.domain(), sheet).await? {
                    store::State::Ready(opened) => {
                        rows = rows.map(|rows| rows + opened.rows());
                        let (label, key) = (source.name().to_owned(), sheet.key.clone());
                        parts.push(Part { source: at, lane: *lane, label, key, sheet: opened });
                    }
                    store::State::Preparing { read, size } => {
                        read_bytes += read;
                        missing_bytes += size;
                    }
                }
            }
            labels.push(TableLabel { name: source.name().to_owned(), rows });
        }
        if missing_bytes > 0 {
            return Ok(Ready::Preparing { read: read_bytes, size: missing_bytes });
        }
        let memory = self.domain().tables().memory();
        let build = move || Grid::new(parts, join, memory);
        let grid = tokio::task::spawn_blocking(build).await.map_err(|e| Error::internal("joining tables", e))??;
        Ok(Ready::Grid(grid, labels, opened))
    }
}

impl TableSource {
    /// The run, or the version.
    fn name(&self) -> &str {
        match self {
            Self::Logged { run, .. } | Self::RunFile { run, .. } => run,
            Self::ArtifactFile { artifact, .. } => artifact,
        }
    }
}

fn answer(grid: &Grid, request: &TableRequest, sources: Vec<TableLabel>) -> Result<TablePage, Error> {
    let wanted = match &request.columns {
        Some(names) => names.iter().map(|name| grid.find(name)).collect::<Result<Vec<_>, _>>()?,
        None => (0..grid.columns().len()).collect(),
    };
    let most = MOST_PAGE.min(MOST_CELLS / wanted.len().max(1)).max(1);
    let limit = request.limit.min(most);
    let rows = query::rows(grid, request)?;
    let mut page = TablePage {
        sources,
        columns: grid.columns().iter().map(grid::Column::shown).collect(),
        total: grid.rows(),
        rows: rows.len(),
        groups: None,
        wanted: wanted.iter().map(|at| grid.columns()[*at].id.clone()).collect(),
        ids: Vec::new(),
        cells: Vec::new(),
        page: Vec::new(),
        files: BTreeMap::new(),
    };
    if request.group.is_empty() {
        let end = rows.len().min(request.offset.saturating_add(limit));
        let shown = &rows[request.offset.min(end)..end];
        page.ids = shown.iter().map(|row| (*row, grid.source_of(*row))).collect();
        page.cells = grid.values(shown, &wanted)?;
    } else {
        let (count, groups) = groups::page(grid, request, &rows, &wanted, limit)?;
        page.groups = Some(count);
        page.page = groups;
    }
    Ok(page)
}

#[cfg(test)]
mod tests;
