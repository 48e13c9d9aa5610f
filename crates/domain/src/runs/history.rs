//! Reading what a run logged: rows, samples of rows, what keys there are, and the files that hold it.

mod keys;
mod parquet;
mod rows;
mod sampled;

pub use keys::MetricKey;
pub use parquet::ParquetHistory;
pub use rows::HistoryQuery;

#[cfg(test)]
mod tests;
