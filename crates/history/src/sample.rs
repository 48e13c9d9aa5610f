//! Fewer rows than there are: chart series, sampled rows over an x axis, evenly sampled whole rows.
//!
//! All of it is deterministic: the same rows give the same answer.

mod even;
mod formula;
mod group;
mod rows;
mod series;

pub use even::even;
pub use formula::Formula;
pub use group::{Grid, Together, together};
pub use rows::rows;
pub(crate) use series::of_pairs;
pub use series::{Series, series};

/// Which of `count` equal parts of `min..=max` holds `x`.
fn bucket(x: f64, min: f64, max: f64, count: usize) -> usize {
    // Halves, because the distance between two finite numbers may be infinite.
    let width = max / 2.0 - min / 2.0;
    if width <= 0.0 {
        return 0;
    }
    let part = (x / 2.0 - min / 2.0) / width;
    // The cast saturates, the maximum itself belongs to the last bucket.
    ((part * count as f64) as usize).min(count - 1)
}
