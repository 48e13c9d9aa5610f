//! Are two samples the same? A bootstrap of the median difference, and the test of Mann and Whitney.

/// Resamples of a bootstrap.
const RESAMPLES: usize = 2000;

/// Random numbers, the same in every run.
pub struct Random(u64);

impl Random {
    /// Different seeds, different numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A number from 0 to `end`, which is left out.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (((self.0 >> 33) * end as u64) >> 31) as usize
    }
}

/// How one sample differs from another.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// Median of the second.
    pub median: f64,
    /// Median of the pairs' differences.
    pub difference: f64,
    /// 95 of 100 resamples have a difference between this…
    pub low: f64,
    /// … and this.
    pub high: f64,
    /// How likely samples of one and the same distribution would differ as much (Mann–Whitney, two-sided).
    pub p: f64,
}

impl Compared {
    /// How far chance alone carries the difference.
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Compares two samples of the same length, taken in turn.
pub fn compare(first: &[f64], second: &[f64], random: &mut Random) -> Compared {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let resample = |_| {
        let mut drawn: Vec<f64> = differences.iter().map(|_| differences[random.below(differences.len())]).collect();
        median(&mut drawn)
    };
    let mut medians: Vec<f64> = (0..RESAMPLES).map(resample).collect();
    medians.sort_by(f64::total_cmp);
    Compared {
        median: median(&mut second.to_vec()),
        difference: median(&mut differences.clone()),
        low: medians[RESAMPLES / 40],
        high: medians[RESAMPLES - 1 - RESAMPLES / 40],
        p: mann_whitney(first, second),
    }
}

/// The middle one; sorts.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

/// The p-value by the normal approximation; times in nanoseconds hardly ever tie.
fn mann_whitney(first: &[f64], second: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        first.iter().map(|v| (*v, true)).chain(second.iter().map(|v| (*v, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let ranks: f64 = all.iter().enumerate().filter(|(_, (_, own))| *own).map(|(place, _)| place as f64 + 1.0).sum();
    let (n, m) = (first.len() as f64, second.len() as f64);
    let u = ranks - n * (n + 1.0) / 2.0;
    let z = (u - n * m / 2.0).abs() / (n * m * (n + m + 1.0) / 12.0).sqrt();
    (2.0 * upper_tail(z)).min(1.0)
}

/// The share of a normal distribution above `z`, with an error below 10⁻⁷ (Abramowitz and Stegun, 26.2.17).
fn upper_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let series = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum = series.iter().rev().fold(0.0, |sum, factor| (sum + factor) * t);
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(random: &mut Random, shift: f64) -> Vec<f64> {
        (0..1000)
            .map(|_| shift + (0..12).map(|_| random.below(1 << 20) as f64 / f64::from(1 << 20)).sum::<f64>())
            .collect()
    }

    #[test]
    fn the_tail_of_the_normal_distribution() {
        for (z, share) in [(0.0, 0.5), (1.0, 0.158_655), (1.96, 0.024_998), (3.0, 0.001_35)] {
            assert!((upper_tail(z) - share).abs() < 1e-6, "{z}");
        }
    }

    #[test]
    fn a_shift_of_a_quarter_of_the_spread_is_found_and_none_is_not() {
        let mut random = Random::new(7);
        let (plain, same, shifted) = (noise(&mut random, 0.0), noise(&mut random, 0.0), noise(&mut random, 0.25));
        let (null, found) = (compare(&same, &plain, &mut random), compare(&shifted, &plain, &mut random));
        assert!(null.low < 0.0 && null.high > 0.0 && null.p > 0.01, "{null:?}");
        assert!(found.low > 0.0 && found.difference < 0.5 && found.p < 1e-4, "{found:?}");
    }
}
