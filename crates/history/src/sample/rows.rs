//! Rows that hold certain keys, spread over an x axis, for `sampledHistory`.

use std::ops::Range;

use super::bucket;
use super::even::even_positions;
use crate::batch::Batch;
use crate::column::Column;

/// At most `n` of the rows that hold all of `keys` and have `_step` in `steps` (any without it), restricted to `keys`,
/// in their order. Keys may repeat; without any there are no rows.
///
/// All rows when they are no more than `n`. Else the first and the last (of `n = 1` the last), and between them the
/// first row in each of equal parts of the x axis, which is the first key; so rows that crowd on the axis give way. By
/// row number where x is not a finite number throughout.
#[must_use]
pub fn rows(batch: &Batch, keys: &[&str], n: usize, steps: Option<Range<i64>>) -> Batch {
    let part;
    let batch = match steps {
        Some(steps) => {
            part = batch.filter_step(steps.start, steps.end);
            &part
        }
        None => batch,
    };
    let columns: Option<Vec<&Column>> = keys.iter().map(|key| batch.column(key)).collect();
    let Some((columns, x)) = columns.as_ref().and_then(|columns| Some((columns, columns.first()?))) else {
        return Batch::default();
    };
    let held = common_rows(columns);
    let chosen = if held.len() <= n { held } else { choose(&held, x, n) };
    batch.select(keys).take(&chosen)
}

/// The rows that all columns hold.
fn common_rows(columns: &[&Column]) -> Vec<usize> {
    let rarest = columns.iter().min_by_key(|column| column.count());
    let rows = rarest.into_iter().flat_map(|column| column.rows()).map(|row| *row as usize);
    rows.filter(|row| columns.iter().all(|column| column.get(*row).is_some())).collect()
}

fn choose(held: &[usize], x: &Column, n: usize) -> Vec<usize> {
    let number = |row: &usize| x.get(*row).and_then(|value| value.as_f64()).filter(|x| x.is_finite());
    let xs: Option<Vec<f64>> = held.iter().map(number).collect();
    let (Some(xs), true) = (xs, n > 2) else {
        return even_positions(held.len(), n).into_iter().map(|at| held[at]).collect();
    };
    let min = xs.iter().copied().fold(f64::INFINITY, f64::min);
    let max = xs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let last = held.len() - 1;
    let mut taken = vec![false; n - 2];
    let mut chosen = vec![held[0]];
    for at in 1..last {
        let place = &mut taken[bucket(xs[at], min, max, n - 2)];
        if !std::mem::replace(place, true) {
            chosen.push(held[at]);
        }
    }
    chosen.push(held[last]);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::NonFinite::Bare;

    fn batch() -> Batch {
        let lines: Vec<String> = (0..100)
            .map(|step| {
                if step % 2 == 0 {
                    format!(r#"{{"_step":{step},"a":{step},"b":1}}"#)
                } else {
                    format!(r#"{{"_step":{step},"b":2}}"#)
                }
            })
            .collect();
        Batch::from_lines(&lines, 0).0
    }

    #[test]
    fn only_rows_with_all_keys_and_only_these_keys() {
        let got = rows(&batch(), &["_step", "a", "_step"], 1000, Some(3..7));
        assert_eq!(got.to_json_rows(None, Bare), [r#"{"_step":4,"a":4}"#, r#"{"_step":6,"a":6}"#]);
        assert!(rows(&batch(), &["_step", "nope"], 10, None).is_empty());
        assert!(rows(&batch(), &[], 10, None).is_empty());
    }

    #[test]
    fn many_rows_are_spread_over_x_with_first_and_last() {
        for (n, steps) in [(0, &[][..]), (1, &[98]), (2, &[0, 98]), (4, &[0, 2, 50, 98])] {
            assert_eq!(rows(&batch(), &["_step", "a"], n, None).steps(), Some(steps));
        }
        assert_eq!(rows(&batch(), &["_step", "a"], 50, None).len(), 50);
        assert!(rows(&batch(), &["_step", "a"], 49, None).len() <= 49);
    }
}
