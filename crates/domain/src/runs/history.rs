//! Reading history and system metrics: whole rows, rows with certain keys, Parquet files.

mod parquet;
mod rows;
mod sampled;
#[cfg(test)]
mod tests;

pub use parquet::ParquetHistory;
pub use rows::HistoryQuery;
pub(super) use rows::blocking;
