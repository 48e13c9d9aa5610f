//! Taking data away: the run table or the history of many runs as one file, or a whole project as a folder.

mod artifacts;
mod folder;
mod history;
mod one_run;
pub(crate) mod outlet;
mod table;

use ::history::table::{Kind, Table};
use bytes::Bytes;
use futures::stream::BoxStream;

pub use folder::Exported;
pub use history::HistoryExport;

use crate::Error;

/// What a table is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Parquet.
    Parquet,
    /// CSV.
    Csv,
}

/// A file on its way out.
pub type Chunks = BoxStream<'static, Result<Bytes, Error>>;

impl Format {
    fn begin<W: std::io::Write + Send>(self, out: W, columns: &[(String, Kind)]) -> Result<Table<W>, Error> {
        match self {
            Self::Parquet => Table::parquet(out, columns).map_err(failed),
            Self::Csv => Table::csv(out, columns).map_err(failed),
        }
    }
}

fn failed(e: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("writing an export", e)
}

#[cfg(test)]
mod tests;
