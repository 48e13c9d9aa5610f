//! A random forest (Breiman 2001) of regression trees, only for what it tells of the features: by how much splits at each
//! of them lower the variance of the target. Features are cut into few levels first, so that a split is found in one pass.

/// Levels of a feature; level 0 is a missing value.
const LEVELS: usize = 33;
const TREES: u64 = 64;
const DEPTH: u32 = 10;
/// A node with fewer rows is not split.
const SPLIT: usize = 4;

/// The share that each feature has in what the forest explains: numbers from 0 that sum to 1, or all 0 where no split
/// explains anything. `target` and each feature have a number a row; a missing value is NaN. The same input gives the same
/// answer.
pub(super) fn importances(target: &[f64], features: &[Vec<f64>]) -> Vec<f64> {
    let levels: Vec<Vec<u8>> = features.iter().map(|values| cut(values)).collect();
    let mut forest = Forest { target, levels: &levels, gains: vec![0.0; features.len()], random: fastrand::Rng::new() };
    for seed in 0..TREES {
        forest.random = fastrand::Rng::with_seed(seed);
        let rows = (0..target.len()).map(|_| forest.random.usize(0..target.len())).collect();
        forest.grow(rows);
    }
    let total: f64 = forest.gains.iter().sum();
    forest.gains.iter().map(|gain| if total > 0.0 { gain / total } else { 0.0 }).collect()
}

/// The level of each value: by rank, so that each has about as many rows, and equal values have the same.
fn cut(values: &[f64]) -> Vec<u8> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|x| !x.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    let most = LEVELS - 1;
    let bounds: Vec<f64> = match distinct.len() > most {
        true => (1..most).map(|level| sorted[level * sorted.len() / most]).collect(),
        false => distinct.into_iter().skip(1).collect(),
    };
    let level = |x: &f64| if x.is_nan() { 0 } else { 1 + bounds.partition_point(|bound| bound <= x) as u8 };
    values.iter().map(level).collect()
}

struct Forest<'a> {
    target: &'a [f64],
    levels: &'a [Vec<u8>],
    gains: Vec<f64>,
    random: fastrand::Rng,
}

struct Split {
    feature: usize,
    /// Rows of this level and lower go left.
    level: u8,
    gain: f64,
}

impl Forest<'_> {
    /// Grows one tree over the rows and counts what its splits gain.
    fn grow(&mut self, rows: Vec<usize>) {
        let mut open = vec![(rows, 0)];
        while let Some((rows, depth)) = open.pop() {
            if rows.len() < SPLIT || depth == DEPTH {
                continue;
            }
            let Some(split) = self.best(&rows) else { continue };
            self.gains[split.feature] += split.gain;
            let levels = &self.levels[split.feature];
            let (left, right) = rows.into_iter().partition(|row| levels[*row] <= split.level);
            open.extend([(left, depth + 1), (right, depth + 1)]);
        }
    }

    /// The best split among a third of the features, as is usual for regression.
    fn best(&mut self, rows: &[usize]) -> Option<Split> {
        let tried = self.levels.len().div_ceil(3);
        let features = self.random.choose_multiple(0..self.levels.len(), tried);
        let splits = features.into_iter().filter_map(|feature| self.split(rows, feature));
        splits.max_by(|a, b| a.gain.total_cmp(&b.gain))
    }

    /// The split of a feature that lowers the sum of squares around the mean most; none where none does.
    fn split(&self, rows: &[usize], feature: usize) -> Option<Split> {
        let (mut counts, mut sums) = ([0.0; LEVELS], [0.0; LEVELS]);
        for row in rows {
            let level = usize::from(self.levels[feature][*row]);
            counts[level] += 1.0;
            sums[level] += self.target[*row];
        }
        let (count, sum) = (rows.len() as f64, sums.iter().sum::<f64>());
        let squares: f64 = rows.iter().map(|row| self.target[*row].powi(2)).sum();
        let mut best: Option<Split> = None;
        let (mut left, mut left_sum) = (0.0, 0.0);
        for level in 0..LEVELS - 1 {
            left += counts[level];
            left_sum += sums[level];
            let right = count - left;
            if counts[level] == 0.0 || right == 0.0 {
                continue;
            }
            let right_sum = sum - left_sum;
            let gain = left_sum * left_sum / left + right_sum * right_sum / right - sum * sum / count;
            // What rounding leaves of equal targets is no gain.
            if gain > squares * 1e-12 && best.as_ref().is_none_or(|best| gain > best.gain) {
                best = Some(Split { feature, level: level as u8, gain });
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from 0 to 1 that follow no rule.
    fn noise(seed: u64, rows: usize) -> Vec<f64> {
        let mut random = fastrand::Rng::with_seed(seed);
        (0..rows).map(|_| random.f64()).collect()
    }

    #[test]
    fn what_the_target_is_made_of_counts_and_noise_does_not() {
        let rows = 400;
        let (a, b, c) = (noise(1, rows), noise(2, rows), noise(3, rows));
        let target: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 3.0 * a + (b * 6.0).sin()).collect();
        let found = importances(&target, &[a, b, c]);
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{found:?}");
        assert!(found[0] > found[1] && found[1] > 3.0 * found[2] && found[2] < 0.1, "{found:?}");
    }

    #[test]
    fn that_a_value_is_missing_can_matter() {
        let a: Vec<f64> = (0..100).map(|row| if row % 2 == 0 { f64::NAN } else { 1.0 }).collect();
        let target: Vec<f64> = (0..100).map(|row| f64::from(row % 2)).collect();
        let found = importances(&target, &[a, noise(1, 100)]);
        assert!(found[0] > 0.8, "{found:?}");
    }

    #[test]
    fn nothing_explains_a_target_that_never_changes() {
        assert_eq!(importances(&[0.1; 50], &[noise(1, 50), noise(2, 50)]), [0.0, 0.0]);
        assert_eq!(importances(&[], &[vec![]]), [0.0]);
    }

    #[test]
    fn levels_keep_order_and_equal_values_together() {
        assert_eq!(cut(&[3.0, f64::NAN, 1.0, 3.0]), [2, 0, 1, 2]);
        let many: Vec<f64> = (0..1000).map(f64::from).collect();
        let levels = cut(&many);
        assert!(levels.is_sorted() && levels[0] == 1 && usize::from(levels[999]) == LEVELS - 1);
    }
}
