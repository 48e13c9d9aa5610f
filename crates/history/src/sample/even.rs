//! Whole rows at even distances, for `history(samples)`.

use crate::batch::Batch;

/// At most `n` whole rows at even distances, the first and the last among them; all rows when they are no more.
/// Of `n = 1` the last row is kept.
#[must_use]
pub fn even(batch: &Batch, n: usize) -> Batch {
    if batch.len() <= n { batch.clone() } else { batch.take(&even_positions(batch.len(), n)) }
}

/// `n` of the numbers below `len > n`, ascending, with the first and the last.
pub(super) fn even_positions(len: usize, n: usize) -> Vec<usize> {
    match n {
        0 => Vec::new(),
        1 => vec![len - 1],
        _ => (0..n).map(|at| (at as u128 * (len as u128 - 1) / (n as u128 - 1)) as usize).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_stay_and_distances_are_even() {
        let lines = ["{}"; 10];
        let batch = Batch::from_lines(&lines, 0).0;
        for (n, steps) in [(0, &[][..]), (1, &[9]), (2, &[0, 9]), (4, &[0, 3, 6, 9]), (9, &[0, 1, 2, 3, 4, 5, 6, 7, 9])]
        {
            assert_eq!(even(&batch, n).steps(), Some(steps));
        }
        assert_eq!(even(&batch, 10), batch);
    }
}
