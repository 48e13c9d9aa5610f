//! Several lines as one: what the runs of a group have in common, and how far they lie apart.

use super::{Series, bucket};

/// The lines of a group, on parts of the axis that all groups share; all vectors are equally long. A part in which no
/// line is has no point.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Together {
    /// The middle of each part; where the lines have no more than so many different x, these.
    pub x: Vec<f64>,
    /// How many lines are in the part.
    pub count: Vec<f64>,
    /// The mean of the lines.
    pub mean: Vec<f64>,
    /// The smallest value that any line had there.
    pub min: Vec<f64>,
    /// The largest value that any line had there.
    pub max: Vec<f64>,
    /// The standard deviation of the lines, of a sample; 0 for one line.
    pub deviation: Vec<f64>,
    /// The standard error of the mean: the deviation over the root of the count.
    pub error: Vec<f64>,
    /// The middle one of the lines; of an even number the mean of the two in the middle.
    pub median: Vec<f64>,
}

/// The parts of an axis.
#[derive(Debug, Clone, PartialEq)]
pub enum Grid {
    /// Each of these x, ascending.
    Each(Vec<f64>),
    /// So many parts of equal width from the first to the last x.
    Parts(f64, f64, usize),
}

impl Grid {
    /// Parts for these lines, at most `most`, at least one.
    #[must_use]
    pub fn of<'a>(lines: impl IntoIterator<Item = &'a Series>, most: usize) -> Self {
        let most = most.max(1);
        let (mut distinct, mut ends): (Vec<f64>, Option<(f64, f64)>) = (Vec::new(), None);
        let mut few = true;
        for line in lines {
            // Most runs of a group have the same x.
            if few && line.x == distinct {
                continue;
            }
            for x in line.x.iter().copied().filter(|x| x.is_finite()) {
                ends = Some(ends.map_or((x, x), |(first, last)| (first.min(x), last.max(x))));
                if few
                    && let Err(at) =
                        distinct.binary_search_by(|known| known.partial_cmp(&x).unwrap_or(std::cmp::Ordering::Less))
                {
                    distinct.insert(at, x);
                    few = distinct.len() <= most;
                }
            }
        }
        match ends {
            Some((first, last)) if !few => Self::Parts(first, last, most),
            _ => Self::Each(distinct),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Each(all) => all.len(),
            Self::Parts(.., count) => *count,
        }
    }

    /// The part that holds an x.
    fn place(&self, x: f64) -> usize {
        match self {
            Self::Each(all) => all.partition_point(|known| *known < x).min(all.len().saturating_sub(1)),
            Self::Parts(first, last, count) => bucket(x, *first, *last, *count),
        }
    }

    /// Where its point is.
    fn x(&self, part: usize) -> f64 {
        match self {
            Self::Each(all) => all[part],
            Self::Parts(first, last, count) => {
                let share = (part as f64 + 0.5) / *count as f64;
                first * (1.0 - share) + last * share
            }
        }
    }
}

/// A line in one part: the mean of its points there, or what lies on it between two of its points; and its extremes.
type Inside = Option<(f64, f64, f64)>;

/// A line by the parts of the grid.
fn on(grid: &Grid, line: &Series) -> Vec<Inside> {
    let mut order: Vec<usize> = (0..line.x.len()).filter(|at| line.x[*at].is_finite()).collect();
    if !order.is_sorted_by(|a, b| line.x[*a] <= line.x[*b]) {
        order.sort_by(|a, b| line.x[*a].total_cmp(&line.x[*b]));
    }
    let mut parts: Vec<Option<(f64, f64, f64, f64)>> = vec![None; grid.len()];
    for at in &order {
        let (mean, min, max) = (line.mean[*at], line.min[*at], line.max[*at]);
        let part = &mut parts[grid.place(line.x[*at])];
        *part = Some(part.map_or((mean, 1.0, min, max), |(sum, count, low, high)| {
            (sum + mean, count + 1.0, low.min(min), high.max(max))
        }));
    }
    let held = |part: &Option<(f64, f64, f64, f64)>| part.is_some();
    let (Some(first), Some(last)) = (parts.iter().position(held), parts.iter().rposition(held)) else {
        return vec![None; grid.len()];
    };
    let mut next = 0;
    let inside = |(part, found): (usize, &Option<(f64, f64, f64, f64)>)| match found {
        Some((sum, count, min, max)) => Some(((sum / count).clamp(*min, *max), *min, *max)),
        None if part < first || part > last => None,
        None => {
            let x = grid.x(part);
            while next < order.len() && line.x[order[next]] < x {
                next += 1;
            }
            let (a, b) = (order[next.checked_sub(1)?], *order.get(next)?);
            let share = (x - line.x[a]) / (line.x[b] - line.x[a]);
            let value = line.mean[a] * (1.0 - share) + line.mean[b] * share;
            Some((value, value, value))
        }
    };
    parts.iter().enumerate().map(inside).collect()
}

/// The middle of some values, at least one.
fn middle(values: &mut [f64]) -> f64 {
    let (half, even) = (values.len() / 2, values.len().is_multiple_of(2));
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if even => lower / 2.0 + *upper / 2.0,
        _ => *upper,
    }
}

/// These lines as one.
#[must_use]
pub fn together<'a>(lines: impl IntoIterator<Item = &'a Series>, grid: &Grid) -> Together {
    /// Count, mean and sum of squares of distances from it, as Welford adds them; extremes.
    #[derive(Clone, Copy)]
    struct Sums(f64, f64, f64, f64, f64);
    let mut sums = vec![Sums(0.0, 0.0, 0.0, f64::INFINITY, f64::NEG_INFINITY); grid.len()];
    let lines = lines.into_iter();
    let mut values: Vec<Vec<f64>> = (0..grid.len()).map(|_| Vec::with_capacity(lines.size_hint().0)).collect();
    for line in lines {
        for ((sums, values), inside) in sums.iter_mut().zip(&mut values).zip(on(grid, line)) {
            let Some((value, min, max)) = inside else { continue };
            values.push(value);
            let Sums(count, mean, squares, low, high) = sums;
            *count += 1.0;
            let distance = value - *mean;
            *mean += distance / *count;
            *squares += distance * (value - *mean);
            (*low, *high) = (low.min(min), high.max(max));
        }
    }
    let mut all = Together::default();
    for (part, Sums(count, mean, squares, min, max)) in sums.into_iter().enumerate().filter(|(_, sums)| sums.0 > 0.0) {
        let deviation = if count > 1.0 { (squares / (count - 1.0)).max(0.0).sqrt() } else { 0.0 };
        all.x.push(grid.x(part));
        all.count.push(count);
        all.mean.push(mean.clamp(min, max));
        all.min.push(min);
        all.max.push(max);
        all.deviation.push(deviation);
        all.median.push(middle(&mut values[part]));
        all.error.push(deviation / count.sqrt());
    }
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Points = Vec<(f64, f64)>;

    fn line(points: &Points) -> Series {
        let mut series = Series::default();
        points.iter().for_each(|(x, y)| series.push(*x, *y, y - 1.0, y + 2.0));
        series
    }

    fn lines() -> impl Strategy<Value = Vec<Points>> {
        let points = prop::collection::btree_map(0..60_i32, -1e3..1e3, 0..20);
        let points = points.prop_map(|all| all.into_iter().map(|(x, y)| (f64::from(x), y)).collect::<Points>());
        prop::collection::vec(points, 0..6)
    }

    /// What a line is at a place, from its points alone.
    fn naive(points: &Points, from: f64, to: f64, last: bool, middle: f64) -> Inside {
        let inside: Vec<f64> =
            points.iter().filter(|(x, _)| from <= *x && (*x < to || last)).map(|(_, y)| *y).collect();
        if !inside.is_empty() {
            let fold = |with: fn(f64, f64) -> f64| inside.iter().copied().reduce(with).unwrap();
            return Some((fold(|a, b| a + b) / inside.len() as f64, fold(f64::min) - 1.0, fold(f64::max) + 2.0));
        }
        let before = points.iter().rfind(|(x, _)| *x < from)?;
        let after = points.iter().find(|(x, _)| *x >= to)?;
        let value = before.1 + (after.1 - before.1) * (middle - before.0) / (after.0 - before.0);
        Some((value, value, value))
    }

    proptest! {
        #[test]
        fn groups_are_what_a_plain_evaluator_says(all in lines(), most in 1..80_usize) {
            let series: Vec<Series> = all.iter().map(line).collect();
            let grid = Grid::of(&series, most);
            let found = together(&series, &grid);
            prop_assert!(found.x.len() <= most);
            let mut xs: Vec<f64> = all.iter().flatten().map(|(x, _)| *x).collect();
            xs.sort_by(f64::total_cmp);
            xs.dedup();
            // From, to and middle of each part.
            let parts: Vec<(f64, f64, f64)> = if xs.len() <= most {
                xs.iter().map(|x| (*x, *x + 1e-9, *x)).collect()
            } else {
                let (first, width) = (xs[0], (xs[xs.len() - 1] - xs[0]) / most as f64);
                (0..most).map(|at| (first + width * at as f64, first + width * (at + 1) as f64, first + width * (at as f64 + 0.5))).collect()
            };
            // A value on the edge of two parts may be rounded into either.
            let edge = |x: f64| xs.len() > most && parts.iter().any(|(from, ..)| (x - from).abs() < 1e-6 && *from > parts[0].0);
            prop_assume!(!xs.iter().any(|x| edge(*x)));
            let mut at = 0;
            for (part, (from, to, middle)) in parts.iter().enumerate() {
                let values: Vec<_> = all.iter().filter_map(|points| naive(points, *from, *to, part + 1 == parts.len(), *middle)).collect();
                if values.is_empty() {
                    continue;
                }
                let count = values.len() as f64;
                let mean = values.iter().map(|value| value.0).sum::<f64>() / count;
                let squares: f64 = values.iter().map(|value| (value.0 - mean).powi(2)).sum();
                let deviation = if count > 1.0 { (squares / (count - 1.0)).sqrt() } else { 0.0 };
                let min = values.iter().map(|value| value.1).fold(f64::INFINITY, f64::min);
                let max = values.iter().map(|value| value.2).fold(f64::NEG_INFINITY, f64::max);
                let mut sorted: Vec<f64> = values.iter().map(|value| value.0).collect();
                sorted.sort_by(f64::total_cmp);
                let median = (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0;
                let want = [*middle, count, mean, min, max, deviation, deviation / count.sqrt(), median];
                let have = [&found.x, &found.count, &found.mean, &found.min, &found.max, &found.deviation, &found.error, &found.median].map(|column| column[at]);
                prop_assert!(want.iter().zip(&have).all(|(a, b)| (a - b).abs() <= 1e-6 * a.abs().max(1.0)), "{have:?} and not {want:?}");
                at += 1;
            }
            prop_assert_eq!(at, found.x.len());
        }

        #[test]
        fn no_extreme_of_a_run_is_lost(all in lines(), most in 1..80_usize) {
            let series: Vec<Series> = all.iter().map(line).collect();
            let found = together(&series, &Grid::of(&series, most));
            let ys = || all.iter().flatten().map(|(_, y)| *y);
            prop_assert_eq!(found.min.iter().copied().reduce(f64::min), ys().reduce(f64::min).map(|y| y - 1.0));
            prop_assert_eq!(found.max.iter().copied().reduce(f64::max), ys().reduce(f64::max).map(|y| y + 2.0));
        }
    }
}
