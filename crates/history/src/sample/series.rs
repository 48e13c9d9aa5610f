//! One line of a chart.

use super::bucket;
use crate::batch::Batch;
use crate::cells::Unusual;

/// Points of a chart line, `x` ascending unless `exact` and the rows themselves go back; all vectors are equally long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// The x of each point; that of the last row in the bucket.
    pub x: Vec<f64>,
    /// The mean of the bucket's values, never outside of `min..=max`.
    pub mean: Vec<f64>,
    /// The smallest value of the bucket.
    pub min: Vec<f64>,
    /// The largest value of the bucket.
    pub max: Vec<f64>,
    /// Whether every row is its own point (then mean = min = max = value).
    pub exact: bool,
    /// How many values in range are NaN; they are in no point.
    pub nan: u64,
    /// How many values in range are infinite; they are in no point.
    pub inf: u64,
    /// Where values in range are NaN or infinite: for each bucket and kind the first of them, with its x; over another key
    /// than `_step` the x of a bucket that was not read row by row is that of its last row.
    pub unusual: Vec<(f64, Unusual)>,
}

impl Series {
    pub(crate) fn push(&mut self, x: f64, mean: f64, min: f64, max: f64) {
        self.x.push(x);
        self.mean.push(mean);
        self.min.push(min);
        self.max.push(max);
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    x: f64,
    sum: f64,
    min: f64,
    max: f64,
    count: u64,
}

impl Bucket {
    fn of((x, y): (f64, f64)) -> Self {
        Self { x, sum: y, min: y, max: y, count: 1 }
    }
}

/// The values of `y_key` over those of `x_key`, of all rows with both and with x in `range` (both ends included; all
/// without it). Booleans count as 0 and 1; rows without a number on either side, or with an x that is not finite, are
/// skipped. At most `buckets` (at least 1) points: exactly the rows when they are no more than that, else buckets of
/// equal width from the smallest to the largest x, without the empty ones. Where the rows begin at the smallest x and
/// end at the largest, the first and the last are points of their own: a line begins and ends where its run does.
#[must_use]
pub fn series(batch: &Batch, x_key: &str, y_key: &str, range: Option<(f64, f64)>, buckets: usize) -> Series {
    of_pairs(pairs(batch, x_key, y_key), range, buckets)
}

/// [`series`] of rows with both numbers.
pub(crate) fn of_pairs(
    rows: impl IntoIterator<Item = (f64, f64)>,
    range: Option<(f64, f64)>,
    buckets: usize,
) -> Series {
    let mut series = Series::default();
    let (mut points, mut unusual) = (Vec::new(), Vec::new());
    let (from, to) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    for (x, y) in rows {
        if !x.is_finite() || x < from || x > to {
            continue;
        }
        match Unusual::of(y) {
            None => points.push((x, y)),
            Some(kind) => {
                *if kind == Unusual::Nan { &mut series.nan } else { &mut series.inf } += 1;
                unusual.push((x, kind));
            }
        }
    }
    series.unusual = spread(&unusual, buckets.max(1));
    series.exact = points.len() <= buckets.max(1);
    if series.exact {
        series.x = points.iter().map(|(x, _)| *x).collect();
        series.mean = points.iter().map(|(_, y)| *y).collect();
        series.min.clone_from(&series.mean);
        series.max.clone_from(&series.mean);
    } else {
        for bucket in with_ends(&points, buckets.max(1)) {
            let mean = (bucket.sum / bucket.count as f64).clamp(bucket.min, bucket.max);
            series.push(bucket.x, mean, bucket.min, bucket.max);
        }
    }
    series
}

/// Of each kind the first in each of so many parts of equal width, by x.
fn spread(all: &[(f64, Unusual)], count: usize) -> Vec<(f64, Unusual)> {
    let (min, max) = extremes(all.iter().map(|(x, _)| *x));
    let mut taken = vec![[false; 3]; if all.is_empty() { 0 } else { count }];
    let mut first: Vec<(f64, Unusual)> = all
        .iter()
        .filter(|(x, kind)| !std::mem::replace(&mut taken[bucket(*x, min, max, count)][*kind as usize], true))
        .copied()
        .collect();
    first.sort_by(|a, b| a.0.total_cmp(&b.0));
    first
}

fn extremes(xs: impl Iterator<Item = f64>) -> (f64, f64) {
    xs.fold((f64::INFINITY, f64::NEG_INFINITY), |(min, max), x| (min.min(x), max.max(x)))
}

/// The numbers of the rows that hold both keys, in row order.
fn pairs(batch: &Batch, x_key: &str, y_key: &str) -> Vec<(f64, f64)> {
    let Some((x, y)) = batch.column(x_key).zip(batch.column(y_key)) else {
        return Vec::new();
    };
    let ((x_rows, xs), (y_rows, ys)) = (x.numbers(), y.numbers());
    if x_rows == y_rows {
        return xs.iter().copied().zip(ys.iter().copied()).collect();
    }
    let mut x_at = 0;
    let pair = |(row, y): (&u32, &f64)| {
        x_at += x_rows[x_at..].iter().take_while(|x_row| *x_row < row).count();
        (x_rows.get(x_at) == Some(row)).then(|| (xs[x_at], *y))
    };
    y_rows.iter().zip(ys.iter()).filter_map(pair).collect()
}

fn with_ends(points: &[(f64, f64)], count: usize) -> Vec<Bucket> {
    if let [first, middle @ .., last] = points
        && count > 2
        && middle.iter().all(|(x, _)| (first.0..=last.0).contains(x))
    {
        let inner = fill(middle, count - 2);
        return [vec![Bucket::of(*first)], inner, vec![Bucket::of(*last)]].concat();
    }
    fill(points, count)
}

fn fill(points: &[(f64, f64)], count: usize) -> Vec<Bucket> {
    let (min, max) = extremes(points.iter().map(|(x, _)| *x));
    let mut buckets: Vec<Option<Bucket>> = vec![None; count];
    for (x, y) in points {
        let place = &mut buckets[bucket(*x, min, max, count)];
        *place = Some(match *place {
            None => Bucket::of((*x, *y)),
            Some(known) => Bucket {
                x: *x,
                sum: known.sum + y,
                min: known.min.min(*y),
                max: known.max.max(*y),
                count: known.count + 1,
            },
        });
    }
    buckets.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batch(rows: &[(f64, f64)]) -> Batch {
        let lines: Vec<String> =
            rows.iter().map(|(x, y)| format!(r#"{{"x":{x:?},"y":{y:?}}}"#).replace("inf", "Infinity")).collect();
        Batch::from_lines(&lines, 0).0
    }

    #[test]
    fn few_rows_are_exact() {
        let rows = [(0.0, 1.0), (2.0, f64::NAN), (3.0, f64::NEG_INFINITY), (4.0, -1.0), (9.0, 5.0)];
        let series = series(&batch(&rows), "x", "y", Some((0.0, 4.0)), 2);
        let values = vec![1.0, -1.0];
        let expected = Series {
            x: vec![0.0, 4.0],
            mean: values.clone(),
            min: values.clone(),
            max: values,
            exact: true,
            nan: 1,
            inf: 1,
            unusual: vec![(2.0, Unusual::Nan), (3.0, Unusual::Below)],
        };
        assert_eq!(series, expected);
    }

    #[test]
    fn buckets_have_equal_width_and_the_x_of_their_last_row() {
        let rows: Vec<_> = [8, 1, 2, 7, 0].into_iter().map(|x| (f64::from(x), f64::from(x * 10))).collect();
        let series = series(&batch(&rows), "x", "y", None, 4);
        assert_eq!(series.x, [0.0, 2.0, 7.0]);
        assert_eq!(
            (series.min, series.mean, series.max),
            (vec![0.0, 20.0, 70.0], vec![5.0, 20.0, 75.0], vec![10.0, 20.0, 80.0])
        );
        assert!(!series.exact);
    }

    #[test]
    fn a_line_begins_and_ends_with_the_values_logged() {
        let rows: Vec<_> = (0..=100).map(|x| (f64::from(x), f64::from(x * x))).collect();
        let series = series(&batch(&rows), "x", "y", None, 12);
        assert_eq!((series.x[0], series.mean[0], series.x[1], series.x.len()), (0.0, 0.0, 10.0, 12));
        assert_eq!((series.x[11], series.mean[11], series.min[11]), (100.0, 10_000.0, 10_000.0));
    }

    #[test]
    fn booleans_are_numbers_and_rows_without_both_are_skipped() {
        let lines = [r#"{"_step":1,"y":true}"#, r#"{"_step":2}"#, r#"{"_step":3,"y":"x"}"#, r#"{"_step":4,"y":false}"#];
        let series = series(&Batch::from_lines(&lines, 0).0, "_step", "y", None, 9);
        assert_eq!((series.x, series.mean), (vec![1.0, 4.0], vec![1.0, 0.0]));
        assert_eq!(
            super::series(&batch(&[(1.0, 1.0)]), "x", "nope", None, 9),
            Series { exact: true, ..Series::default() }
        );
    }

    #[test]
    fn no_x_range_is_too_narrow_or_too_wide() {
        let far = series(&batch(&[(-f64::MAX, f64::MAX), (0.0, f64::MAX), (f64::MAX, f64::MAX)]), "x", "y", None, 2);
        assert_eq!((far.x, far.mean), (vec![-f64::MAX, f64::MAX], vec![f64::MAX, f64::MAX]));
        let same = series(&batch(&[(1.0, 1.0), (1.0, 3.0), (1.0, 2.0)]), "x", "y", None, 2);
        assert_eq!((same.x, same.min, same.max), (vec![1.0], vec![1.0], vec![3.0]));
    }

    proptest! {
        #[test]
        fn no_minimum_or_maximum_is_lost(rows in prop::collection::vec((-1e3..1e3, any::<f64>()), 0..200), buckets in 0..50_usize) {
            let series = series(&batch(&rows), "x", "y", None, buckets);
            let finite = || rows.iter().map(|(_, y)| *y).filter(|y| y.is_finite());
            prop_assert_eq!(series.min.iter().copied().reduce(f64::min), finite().reduce(f64::min));
            prop_assert_eq!(series.max.iter().copied().reduce(f64::max), finite().reduce(f64::max));
            prop_assert!(series.x.len() <= buckets.max(1));
            prop_assert!((0..series.x.len()).all(|at| series.min[at] <= series.mean[at] && series.mean[at] <= series.max[at]));
            prop_assert!(series.exact || series.x.is_sorted());
            prop_assert_eq!(series.nan + series.inf + finite().count() as u64, rows.len() as u64);
        }
    }
}
